// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owners of agents. See owner.h.
 */
#include "owner.h"

#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "procfs.h"

/* Holds /proc/PID/status up to its uids, and all of a usual /proc/PID/cgroup. */
#define FILE_SIZE	16384

/* The longest name of a user, LOGIN_NAME_MAX. */
#define USER_SIZE	256

/* Names of users that are kept: looking one up may take a while. */
#define USERS_COUNT	64

/* What docker ps and others show of an id. */
#define SHORT_ID_LENGTH	12
#define ID_LENGTH	64

struct user {
	uint32_t uid;
	char name[USER_SIZE];
};

/**
 * struct owner_reader - Reads owners.
 * @procfs: The directory /proc, or a negative number.
 * @users: Names of users, each where its uid modulo USERS_COUNT is.
 * @text: A file.
 */
struct owner_reader {
	int procfs;
	struct user users[USERS_COUNT];
	char text[FILE_SIZE];
};

/* The value of a line such as "Uid:\t0\t0\t0\t0", or NULL. */
static const char *status_line(const char *status, const char *label)
{
	size_t length = strlen(label);

	while (status && strncmp(status, label, length)) {
		status = strchr(status, '\n');
		status = status ? status + 1 : NULL;
	}
	return status ? status + length : NULL;
}

/* /proc of an outer pid namespace has the caller's pid in each of them. */
static bool is_own_procfs(int procfs, char *text)
{
	const char *pids;

	if (read_text_at(procfs, "self/status", text, FILE_SIZE) < 0)
		return false;
	pids = status_line(text, "NSpid:\t");
	return pids && pids[strspn(pids, "0123456789")] == '\n';
}

struct owner_reader *owner_reader_open(void)
{
	struct owner_reader *reader = malloc(sizeof(*reader));
	size_t i;

	if (!reader)
		return NULL;
	for (i = 0; i < USERS_COUNT; i++)
		reader->users[i].uid = OWNER_NO_UID;
	reader->procfs = procfs_open();
	if (reader->procfs >= 0 &&
	    !is_own_procfs(reader->procfs, reader->text)) {
		close(reader->procfs);
		reader->procfs = -1;
	}
	return reader;
}

void owner_reader_close(struct owner_reader *reader)
{
	if (reader && reader->procfs >= 0)
		close(reader->procfs);
	free(reader);
}

static const char *user_name(struct owner_reader *reader, uint32_t uid)
{
	struct user *user = &reader->users[uid % USERS_COUNT];
	const struct passwd *entry;

	if (uid == OWNER_NO_UID)
		return "";
	if (user->uid == uid)
		return user->name;
	user->uid = uid;
	entry = getpwuid(uid);
	if (entry && *entry->pw_name &&
	    strlen(entry->pw_name) < sizeof(user->name))
		strcpy(user->name, entry->pw_name);
	else
		snprintf(user->name, sizeof(user->name), "%" PRIu32, uid);
	return user->name;
}

static uint32_t read_uid(struct owner_reader *reader, int process)
{
	const char *uids;

	if (read_text_at(process, "status", reader->text, FILE_SIZE) < 0)
		return OWNER_NO_UID;
	/* The name of the process comes earlier, with newlines escaped. */
	uids = status_line(reader->text, "Uid:\t");
	if (!uids || !isdigit((unsigned char)*uids))
		return OWNER_NO_UID;
	return (uint32_t)strtoul(uids, NULL, 10);
}

static void read_cgroup(struct owner_reader *reader, int process,
			struct cgroup_name *name)
{
	if (read_text_at(process, "cgroup", reader->text, FILE_SIZE) < 0)
		reader->text[0] = '\0';
	cgroup_name_parse_file(name, reader->text);
}

/* Opens the directory of a process, which stays that of the same process. */
static int open_process(const struct owner_reader *reader,
			const struct varta_agent *agent)
{
	char name[16];

	if (reader->procfs < 0 || agent->source || !agent->pid)
		return -1;
	snprintf(name, sizeof(name), "%" PRIu32, agent->pid);
	return openat(reader->procfs, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

struct agent_owner *owner_read(struct owner_reader *reader,
			       const struct varta_agent *agent)
{
	int process = open_process(reader, agent);
	uint32_t uid = OWNER_NO_UID;
	struct cgroup_name name;

	cgroup_name_parse(&name, "");
	if (process >= 0) {
		uid = read_uid(reader, process);
		read_cgroup(reader, process, &name);
		close(process);
	}
	return owner_new(uid, user_name(reader, uid), &name);
}

/* Copies @text to @to, and moves @to after it. */
static const char *keep(char **to, const char *text)
{
	const char *kept = *to;

	*to = stpcpy(*to, text) + 1;
	return kept;
}

struct agent_owner *owner_new(uint32_t uid, const char *user,
			      const struct cgroup_name *name)
{
	size_t size = strlen(user) + strlen(name->unit) +
		      strlen(name->session) + strlen(name->container) +
		      strlen(name->pod) + 5;
	struct agent_owner *owner = malloc(sizeof(*owner) + size);
	char *to;

	if (!owner)
		return NULL;
	to = owner->text;
	owner->uid = uid;
	owner->runtime = name->runtime;
	owner->user_unit = name->user_unit;
	owner->user = keep(&to, user);
	owner->unit = keep(&to, name->unit);
	owner->session = keep(&to, name->session);
	owner->container = keep(&to, name->container);
	owner->pod = keep(&to, name->pod);
	return owner;
}

void owner_place(const struct agent_owner *owner, char *text)
{
	const char *runtime = cgroup_runtime_name(owner->runtime);
	int length = (int)strlen(owner->container);

	/* The name of a machine is not shortened. */
	if (length == ID_LENGTH)
		length = SHORT_ID_LENGTH;
	if (length)
		snprintf(text, OWNER_PLACE_SIZE, "%s:%.*s",
			 runtime ? runtime : "container", length,
			 owner->container);
	else if (*owner->pod)
		snprintf(text, OWNER_PLACE_SIZE, "pod:%s", owner->pod);
	else
		snprintf(text, OWNER_PLACE_SIZE, "%s", owner->unit);
}

bool owner_filter_is_empty(const struct owner_filter *filter)
{
	return !filter->by_user && !filter->unit && !filter->container &&
	       !filter->pod;
}

static bool begins_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

static bool unit_matches(const char *wanted, const char *unit)
{
	char name[CGROUP_NAME_SIZE];
	size_t length = strlen(wanted);

	/* No unit has a longer name. */
	if (length >= sizeof(name))
		return false;
	cgroup_name_unescape(name, wanted);
	length = strlen(name);
	return begins_with(unit, name) &&
	       (!unit[length] || !strcmp(unit + length, ".service"));
}

/* ID or RUNTIME:ID, as owner_place() says it. */
static bool container_matches(const char *wanted,
			      const struct agent_owner *owner)
{
	const char *runtime = cgroup_runtime_name(owner->runtime);
	const char *colon = strchr(wanted, ':');
	size_t length = colon ? (size_t)(colon - wanted) : 0;

	if (!*owner->container)
		return false;
	if (!colon)
		return begins_with(owner->container, wanted);
	if (!runtime)
		runtime = "container";
	return strlen(runtime) == length && begins_with(wanted, runtime) &&
	       begins_with(owner->container, colon + 1);
}

bool owner_matches(const struct owner_filter *filter,
		   const struct agent_owner *owner)
{
	if (filter->by_user && owner->uid != filter->uid)
		return false;
	if (filter->unit && (!*owner->unit ||
			     !unit_matches(filter->unit, owner->unit)))
		return false;
	if (filter->container &&
	    !container_matches(filter->container, owner))
		return false;
	return !filter->pod || (*owner->pod &&
				begins_with(owner->pod, filter->pod));
}
