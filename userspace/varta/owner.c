// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owners of agents. See owner.h.
 */
#include "owner.h"

#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/magic.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "clock.h"
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

/* FILEID_KERNFS of the kernel, whose handle is the id of a cgroup. */
#define HANDLE_KERNFS	0xfe

struct user {
	uint32_t uid;
	char name[USER_SIZE];
};

/**
 * struct owner_reader - Reads owners.
 * @procfs: The directory /proc, or a negative number.
 * @has_own_pids: @procfs is that of the caller's pid namespace.
 * @cgroups: The root of the unified hierarchy, or a negative number.
 * @knows_boottime: @boottime is known.
 * @boottime: How far CLOCK_BOOTTIME in @procfs is ahead of that of the initial
 *   time namespace.
 * @unmapped: What @procfs shows for users that the caller's user namespace does
 *   not map, or OWNER_NO_UID if it maps all.
 * @users: Names of users, each where its uid modulo USERS_COUNT is.
 * @text: A file.
 */
struct owner_reader {
	int procfs, cgroups;
	bool has_own_pids, knows_boottime;
	uint64_t boottime;
	uint32_t unmapped;
	struct user users[USERS_COUNT];
	char text[FILE_SIZE];
};

/* /proc of an outer pid namespace has the caller's pid in each of them. */
static bool is_own_procfs(int procfs, char *text)
{
	const char *pids;

	if (read_end_of_text_at(procfs, "self/status", text, FILE_SIZE))
		return false;
	pids = status_line(text, "NSpid:\t");
	if (!pids)
		return lacks_ns_pids(text);
	return pids[strspn(pids, "0123456789")] == '\n';
}

/*
 * "self/timens_offsets" is of the time namespace for children, in which this
 * process may not be itself. Without time namespaces there is no such file.
 */
static void read_boottime(struct owner_reader *reader)
{
	char own[64] = "", children[64] = "";
	long long seconds, ns;
	const char *line;

	(void)!readlinkat(reader->procfs, "self/ns/time", own, sizeof(own) - 1);
	(void)!readlinkat(reader->procfs, "self/ns/time_for_children", children,
			  sizeof(children) - 1);
	reader->knows_boottime = !strcmp(own, children);
	if (read_text_at(reader->procfs, "self/timens_offsets", reader->text,
			 FILE_SIZE) < 0)
		return;
	line = status_line(reader->text, "boottime");
	if (line && sscanf(line, "%lld %lld", &seconds, &ns) == 2)
		reader->boottime = (uint64_t)(seconds * (long long)NS_PER_S +
					      ns);
	else
		reader->knows_boottime = false;
}

static int open_cgroups_at(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;

	if (fd < 0)
		return -1;
	if (!fstatfs(fd, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC)
		return fd;
	close(fd);
	return -1;
}

static int open_cgroups(void)
{
	int fd = open_cgroups_at("/sys/fs/cgroup");

	/* Beside version 1. */
	if (fd < 0)
		fd = open_cgroups_at("/sys/fs/cgroup/unified");
	return fd;
}

static uint32_t unmapped_uid(int procfs, char *text)
{
	uint32_t first, outside, count;

	if (procfs < 0 ||
	    read_text_at(procfs, "self/uid_map", text, FILE_SIZE) < 0 ||
	    sscanf(text, "%" SCNu32 " %" SCNu32 " %" SCNu32, &first, &outside,
		   &count) != 3 ||
	    count == UINT32_MAX ||
	    read_text_at(procfs, "sys/kernel/overflowuid", text, FILE_SIZE) < 0)
		return OWNER_NO_UID;
	return (uint32_t)strtoul(text, NULL, 10);
}

struct owner_reader *owner_reader_open(void)
{
	struct owner_reader *reader = calloc(1, sizeof(*reader));
	size_t i;

	if (!reader)
		return NULL;
	for (i = 0; i < USERS_COUNT; i++)
		reader->users[i].uid = OWNER_NO_UID;
	reader->procfs = procfs_open();
	reader->has_own_pids = reader->procfs >= 0 &&
			       is_own_procfs(reader->procfs, reader->text);
	reader->unmapped = unmapped_uid(reader->procfs, reader->text);
	reader->cgroups = open_cgroups();
	read_boottime(reader);
	return reader;
}

void owner_reader_close(struct owner_reader *reader)
{
	if (reader && reader->procfs >= 0)
		close(reader->procfs);
	if (reader && reader->cgroups >= 0)
		close(reader->cgroups);
	free(reader);
}

int owner_reader_procfs(const struct owner_reader *reader)
{
	return reader->has_own_pids ? reader->procfs : -1;
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
	uint32_t uid;

	if (read_text_at(process, "status", reader->text, FILE_SIZE) < 0)
		return OWNER_NO_UID;
	/* The name of the process comes earlier, with newlines escaped. */
	uids = status_line(reader->text, "Uid:\t");
	if (!uids || !isdigit((unsigned char)*uids))
		return OWNER_NO_UID;
	uid = (uint32_t)strtoul(uids, NULL, 10);
	return uid == reader->unmapped ? OWNER_NO_UID : uid;
}

static void read_cgroup(struct owner_reader *reader, int process,
			struct cgroup_name *name)
{
	if (read_text_at(process, "cgroup", reader->text, FILE_SIZE) < 0)
		reader->text[0] = '\0';
	cgroup_name_parse_file(name, reader->text);
}

/* In clock ticks; 0 if it cannot be read. */
static uint64_t read_start(struct owner_reader *reader, int process)
{
	if (read_text_at(process, "stat", reader->text, FILE_SIZE) < 0)
		return 0;
	return stat_start(reader->text);
}

bool owner_is_process_of(struct owner_reader *reader, int process,
			 const struct varta_agent *agent)
{
	uint64_t tick = NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);

	if (!agent->start_time)
		return false;
	return !reader->knows_boottime ||
	       read_start(reader, process) ==
		       (agent->start_time + reader->boottime) / tick;
}

/* Opens the directory of a process, which stays that of the same process. */
static int open_process(struct owner_reader *reader,
			const struct varta_agent *agent)
{
	int process;

	if (!reader->has_own_pids || !agent->pid)
		return -1;
	process = procfs_open_process(reader->procfs, agent->pid);
	if (process >= 0 && !owner_is_process_of(reader, process, agent)) {
		close(process);
		return -1;
	}
	return process;
}

/* Opens a cgroup that still exists. */
static int open_cgroup(const struct owner_reader *reader, uint64_t id)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(id)];
	} cgroup = { .handle = {
		.handle_bytes = sizeof(id), .handle_type = HANDLE_KERNFS,
	} };

	if (reader->cgroups < 0 || !id)
		return -1;
	memcpy(cgroup.handle.f_handle, &id, sizeof(id));
	return open_by_handle_at(reader->cgroups, &cgroup.handle,
				 O_PATH | O_CLOEXEC);
}

/* Reads where a descriptor is. */
static bool read_path(const struct owner_reader *reader, int fd,
		      char path[PATH_MAX])
{
	char name[32];
	ssize_t length;

	snprintf(name, sizeof(name), "self/fd/%d", fd);
	length = readlinkat(reader->procfs, name, path, PATH_MAX);
	if (length < 0 || length == PATH_MAX)
		return false;
	path[length] = '\0';
	return true;
}

/* For a process that is gone, or that /proc does not show. */
static void read_cgroup_by_id(const struct owner_reader *reader, uint64_t id,
			      struct cgroup_name *name)
{
	char root[PATH_MAX], path[PATH_MAX];
	int cgroup = open_cgroup(reader, id);
	size_t length;

	if (cgroup < 0)
		return;
	if (read_path(reader, reader->cgroups, root) &&
	    read_path(reader, cgroup, path)) {
		length = strlen(root);
		if (!strncmp(path, root, length))
			cgroup_name_parse(name, path + length);
	}
	close(cgroup);
}

struct agent_owner *owner_read(struct owner_reader *reader,
			       const struct varta_agent *agent)
{
	struct cgroup_name name;
	uint32_t uid = agent->uid;
	int process;

	cgroup_name_parse(&name, "");
	/* What the kernel says of a relayed agent is of its relay. */
	if (agent->source)
		return owner_new(OWNER_NO_UID, "", &name);
	process = open_process(reader, agent);
	if (process >= 0) {
		if (uid == VARTA_UID_UNKNOWN)
			uid = read_uid(reader, process);
		read_cgroup(reader, process, &name);
		close(process);
	} else {
		read_cgroup_by_id(reader, agent->cgroup_id, &name);
	}
	return owner_new(uid, user_name(reader, uid), &name);
}

struct agent_owner *owner_read_process(struct owner_reader *reader,
				       int process)
{
	uint32_t uid = read_uid(reader, process);
	struct cgroup_name name;

	read_cgroup(reader, process, &name);
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
	owner->status[0] = '\0';
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

bool owner_of_agent_matches(const struct owner_filter *filter,
			    struct owner_reader *reader,
			    const struct varta_agent *agent)
{
	struct agent_owner *owner = owner_read(reader, agent);
	bool matches = owner && owner_matches(filter, owner);

	free(owner);
	return matches;
}
