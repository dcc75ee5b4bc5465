// SPDX-License-Identifier: GPL-2.0-only
/*
 * Error messages. See error.h.
 */
#include "error.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netlink.h>

#include "command.h"
#include "container.h"

static const char *errno_name(int error)
{
	const char *name = strerrorname_np(-error);

	return name ? name : "unknown error";
}

int fail_system(const char *what, int error)
{
	fprintf(stderr, "varta: cannot %s: %s: %s\n", what, errno_name(error),
		strerror(-error));
	return EXIT_SYSTEM;
}

int fail_open(int error)
{
	if (error != -ENODEV)
		return fail_system("reach the kernel by netlink", error);
	fputs("varta: module not loaded: modprobe varta\n", stderr);
	return EXIT_NO_MODULE;
}

bool may_listen(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	int size = 1, result;

	/* Needs the same capability over the same network namespace. */
	result = setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size,
			    sizeof(size));
	if (fd >= 0)
		close(fd);
	return !result;
}

int fail_listen(int error)
{
	struct varta *v;
	int other;

	if (error != -EPERM)
		return fail_open(error);
	/* A security policy may refuse sockets, with the same errno. */
	other = varta_open(&v, NULL);
	if (other)
		return fail_open(other);
	varta_close(v);
	if (may_listen())
		return fail_system("subscribe to events", error);
	fprintf(stderr, "varta: cannot listen: EPERM: this needs CAP_NET_ADMIN "
		"over the network namespace: %s\n", is_container() ?
		"listen on the host, or give it to the container" :
		"sudo varta monitor");
	return EXIT_REFUSED;
}

static int exit_code_of(const struct varta *v, int error)
{
	if (varta_refused(v))
		return EXIT_REFUSED;
	switch (error) {
	case -ENODEV:
		return EXIT_NO_MODULE;
	case -ETIMEDOUT:
		return EXIT_TIMEOUT;
	default:
		return EXIT_SYSTEM;
	}
}

int fail_call(const struct varta *v, const char *what, int error)
{
	/* The module was unloaded after the handle was opened. */
	if (error == -ENODEV && !varta_refused(v))
		return fail_open(error);
	fprintf(stderr, "varta: cannot %s: %s: %s\n", what, errno_name(error),
		varta_errmsg(v));
	return exit_code_of(v, error);
}

int fail_privileged(const struct varta *v, const char *what, int error)
{
	int code = fail_call(v, what, error);

	/* The netlink core adds no message to this refusal. */
	if (error == -EPERM && varta_refused(v))
		fputs("varta: this needs CAP_NET_ADMIN in the initial user "
		      "namespace\n", stderr);
	return code;
}

int fail_beat(struct varta *v, const char *what, int error,
	      uint32_t threshold_ms)
{
	bool bad_threshold = varta_reason(v) == VARTA_REASON_BAD_THRESHOLD;
	int code = fail_call(v, what, error);
	struct varta_config config;

	if (bad_threshold && !varta_config_get(v, &config))
		fprintf(stderr, "varta: --threshold %" PRIu32 ": out of range "
			"(%" PRIu64 "..%" PRIu64 " ms, settings "
			"min_threshold_ms and max_threshold_ms)\n",
			threshold_ms,
			config.value[VARTA_A_CONFIG_MIN_THRESHOLD_MS],
			config.value[VARTA_A_CONFIG_MAX_THRESHOLD_MS]);
	return code;
}
