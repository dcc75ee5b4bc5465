// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entries of the journal. See journal_log.h. libsystemd is opened only when it is
 * needed: the tool runs in every service that it watches.
 */
#include "journal_log.h"

#include <errno.h>
#include <stdio.h>

#ifdef VARTA_JOURNAL

#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-journal.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "event_json.h"

#define LIBRARY	"libsystemd.so.0"
#define SOCKET	"/run/systemd/journal/socket"

/**
 * struct journal_log - The journal.
 * @library: Handle of libsystemd.
 * @sendv: sd_journal_sendv(3) itself, which adds no CODE_ fields.
 * @failed: The last entry could not be written.
 */
struct journal_log {
	void *library;
	__typeof__(&(sd_journal_sendv)) sendv;
	bool failed;
};

static int load(struct journal_log *log)
{
	log->library = dlopen(LIBRARY, RTLD_NOW);
	if (!log->library) {
		fputs("varta: --journal needs libsystemd (" LIBRARY "), which "
		      "is not installed\n", stderr);
		return -ELIBACC;
	}
	*(void **)&log->sendv = dlsym(log->library, "sd_journal_sendv");
	if (log->sendv)
		return 0;
	fputs("varta: " LIBRARY " has no sd_journal_sendv\n", stderr);
	return -ELIBBAD;
}

/* Without the socket, the library succeeds and does nothing. */
static int check_socket(void)
{
	const struct sockaddr_un address = {
		.sun_family = AF_UNIX, .sun_path = SOCKET,
	};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), error = 0;

	if (fd < 0 || connect(fd, (const struct sockaddr *)&address,
			      sizeof(address))) {
		error = -errno;
		fprintf(stderr, "varta: cannot write to the journal: "
			SOCKET ": %s\n", strerror(-error));
	}
	if (fd >= 0)
		close(fd);
	return error;
}

int journal_log_open(struct journal_log **log)
{
	struct journal_log *new = calloc(1, sizeof(*new));
	int error = new ? load(new) : -ENOMEM;

	*log = NULL;
	if (!error)
		error = check_socket();
	if (error) {
		journal_log_close(new);
		return error;
	}
	*log = new;
	return 0;
}

void journal_log_close(struct journal_log *log)
{
	if (log && log->library)
		dlclose(log->library);
	free(log);
}

static void note_result(struct journal_log *log, int error)
{
	if (error && !log->failed)
		fprintf(stderr, "varta: cannot write to the journal: %s\n",
			strerror(-error));
	log->failed = error;
}

int journal_log_send(struct journal_log *log, const struct journal_entry *entry)
{
	char **fields = journal_entry_fields(entry);
	struct iovec *parts;
	size_t count = 0, i;

	while (fields && fields[count])
		count++;
	parts = fields ? calloc(count, sizeof(*parts)) : NULL;
	if (!parts) {
		json_variables_free(fields);
		return -ENOMEM;
	}
	for (i = 0; i < count; i++)
		parts[i] = (struct iovec){ fields[i], strlen(fields[i]) };
	note_result(log, log->sendv(parts, (int)count));
	free(parts);
	json_variables_free(fields);
	return 0;
}

#else

int journal_log_open(struct journal_log **log)
{
	*log = NULL;
	fputs("varta: this varta was built without libsystemd (JOURNAL=no), and "
	      "cannot write to the journal\n", stderr);
	return -ENOTSUP;
}

void journal_log_close(struct journal_log *log)
{
	(void)log;
}

int journal_log_send(struct journal_log *log, const struct journal_entry *entry)
{
	(void)log;
	(void)entry;
	return -ENOTSUP;
}

#endif /* VARTA_JOURNAL */
