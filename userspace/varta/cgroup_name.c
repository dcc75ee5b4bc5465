// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of cgroups. See cgroup_name.h.
 */
#include "cgroup_name.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>

#define ID_LENGTH	64	/* of containers and of Podman's pods */
#define UUID_LENGTH	36
#define DIGEST_LENGTH	32	/* uid of a pod from a file of the kubelet */

#define DECIMAL		"0123456789"
#define HEX		DECIMAL "abcdef"
#define ALPHANUMERIC	DECIMAL "abcdefghijklmnopqrstuvwxyz" \
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* What systemd allows in the name of a unit. */
#define UNIT_BYTES	ALPHANUMERIC ":-_.\\@"

/* Host names, and what LXC allows besides. */
#define MACHINE_BYTES	ALPHANUMERIC "-_."

/**
 * struct path_state - Where a path is read.
 * @name: What was found.
 * @part: The current part, without the escape of a whole part.
 * @previous: The part before it, empty for the first one.
 * @in_user_manager: The part is below a user's service manager.
 * @unit_is_slice: No unit was found but slices.
 */
struct path_state {
	struct cgroup_name *name;
	char part[CGROUP_NAME_SIZE];
	char previous[CGROUP_NAME_SIZE];
	bool in_user_manager;
	bool unit_is_slice;
};

static const char *const runtime_names[] = {
	[CGROUP_RUNTIME_DOCKER] = "docker",
	[CGROUP_RUNTIME_PODMAN] = "podman",
	[CGROUP_RUNTIME_CONTAINERD] = "containerd",
	[CGROUP_RUNTIME_CRIO] = "cri-o",
	[CGROUP_RUNTIME_NSPAWN] = "nspawn",
	[CGROUP_RUNTIME_LIBVIRT] = "libvirt",
	[CGROUP_RUNTIME_LXC] = "lxc",
};

const char *cgroup_runtime_name(enum cgroup_runtime runtime)
{
	return runtime_names[runtime];
}

/* The text after a prefix, or NULL. */
static const char *after(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(text, prefix, length) ? NULL : text + length;
}

/* Length of a text without a suffix, or 0. */
static size_t length_before(const char *text, const char *suffix)
{
	size_t length = strlen(text), end = strlen(suffix);

	if (length <= end || strcmp(text + length - end, suffix))
		return 0;
	return length - end;
}

static bool consists_of(const char *text, size_t length, const char *bytes)
{
	return length && strspn(text, bytes) >= length;
}

static void set(char *to, const char *text, size_t length)
{
	memcpy(to, text, length);
	to[length] = '\0';
}

static int hex_digit(char digit)
{
	const char *at = digit ? strchr(HEX, digit) : NULL;

	return at ? (int)(at - HEX) : -1;
}

/* The byte of an escape, or -1. */
static int escaped_byte(const char *text)
{
	int high, low, byte;

	if (text[0] != '\\' || text[1] != 'x')
		return -1;
	high = hex_digit(text[2]);
	if (high < 0)
		return -1;
	low = hex_digit(text[3]);
	byte = high << 4 | low;
	return low < 0 || byte < ' ' || byte == 0x7f ? -1 : byte;
}

void cgroup_name_unescape(char *text, const char *escaped)
{
	int byte;

	while (*escaped) {
		byte = escaped_byte(escaped);
		if (byte < 0) {
			*text++ = *escaped++;
		} else {
			*text++ = (char)byte;
			escaped += strlen("\\xNN");
		}
	}
	*text = '\0';
}

static bool is_id(const char *text, size_t length)
{
	return length == ID_LENGTH && consists_of(text, length, HEX);
}

static void set_container(struct path_state *state, const char *id,
			  size_t length, enum cgroup_runtime runtime)
{
	set(state->name->container, id, length);
	state->name->runtime = runtime;
}

/* ---- Units of systemd */

static bool is_unit(const char *text, const char *suffix)
{
	return length_before(text, suffix) && text[0] != '@' &&
	       consists_of(text, strlen(text), UNIT_BYTES);
}

/* The types of units that have cgroups, but slices. */
static bool is_inner_unit(const char *text)
{
	static const char *const suffixes[] = {
		".service", ".scope", ".socket", ".mount", ".swap",
	};
	size_t i;

	for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (is_unit(text, suffixes[i]))
			return true;
	return false;
}

static void read_unit(struct path_state *state)
{
	bool is_slice = is_unit(state->part, ".slice");

	if (is_slice ? !state->unit_is_slice : !is_inner_unit(state->part))
		return;
	cgroup_name_unescape(state->name->unit, state->part);
	state->name->user_unit = state->in_user_manager;
	state->unit_is_slice = is_slice;
	/* The service manager itself is a unit of the system. */
	if (!is_slice && after(state->part, "user@"))
		state->in_user_manager = true;
}

static bool parse_uid(const char *digits, size_t length, uint32_t *uid)
{
	uint64_t number = 0;
	size_t i;

	if (length > 10 || !consists_of(digits, length, DECIMAL))
		return false;
	for (i = 0; i < length; i++)
		number = number * 10 + (uint64_t)(digits[i] - '0');
	*uid = (uint32_t)number;
	return number < CGROUP_NO_UID;
}

/* A cgroup namespace may have user.slice as its root. */
static void read_user_slice(struct path_state *state)
{
	const char *uid = after(state->part, "user-");
	size_t length = uid ? length_before(uid, ".slice") : 0;

	if (length && state->name->uid == CGROUP_NO_UID &&
	    !*state->name->container &&
	    (!*state->previous || !strcmp(state->previous, "user.slice")) &&
	    !parse_uid(uid, length, &state->name->uid))
		state->name->uid = CGROUP_NO_UID;
}

static void read_session(struct path_state *state)
{
	const char *id = after(state->part, "session-");
	size_t length = id ? length_before(id, ".scope") : 0;

	if (!state->in_user_manager && consists_of(id, length, ALPHANUMERIC))
		set(state->name->session, id, length);
}

/* ---- Containers */

/* Names that have a prefix before the id, with and without ".scope". */
static const struct {
	const char *prefix;
	enum cgroup_runtime runtime;
} prefixes[] = {
	{ "docker", CGROUP_RUNTIME_DOCKER },
	{ "libpod-payload", CGROUP_RUNTIME_PODMAN },
	{ "libpod-conmon", CGROUP_RUNTIME_PODMAN },
	{ "libpod", CGROUP_RUNTIME_PODMAN },
	{ "cri-containerd", CGROUP_RUNTIME_CONTAINERD },
	{ "nerdctl", CGROUP_RUNTIME_CONTAINERD },
	{ "crio-conmon", CGROUP_RUNTIME_CRIO },
	{ "crio", CGROUP_RUNTIME_CRIO },
};

#define PREFIXES_COUNT	(sizeof(prefixes) / sizeof(prefixes[0]))

static bool read_prefixed_id(struct path_state *state, const char *text,
			     char separator)
{
	const char *id;
	size_t length, i;

	for (i = 0; i < PREFIXES_COUNT; i++) {
		id = after(text, prefixes[i].prefix);
		if (!id || *id++ != separator)
			continue;
		length = length_before(id, ".scope");
		if (!length)
			length = strlen(id);
		if (!is_id(id, length))
			continue;
		set_container(state, id, length, prefixes[i].runtime);
		return true;
	}
	return false;
}

/*
 * SLICE:PREFIX:ID is an argument for the systemd driver. Runtimes that use the
 * cgroupfs driver create a directory of this name.
 */
static void read_triple(struct path_state *state)
{
	const char *colon = strchr(state->part, ':');

	if (colon)
		read_prefixed_id(state, colon + 1, ':');
}

/* The runtime of an id that is a whole part. */
static enum cgroup_runtime bare_runtime(const char *previous)
{
	if (!strcmp(previous, "docker") || !strcmp(previous, "actions_job"))
		return CGROUP_RUNTIME_DOCKER;
	/* The default namespace of containerd. */
	if (!strcmp(previous, "default"))
		return CGROUP_RUNTIME_CONTAINERD;
	return CGROUP_RUNTIME_UNKNOWN;
}

static void read_bare_id(struct path_state *state)
{
	size_t length = strlen(state->part);

	if (is_id(state->part, length) &&
	    strcmp(state->previous, "libpod_parent"))
		set_container(state, state->part, length,
			      bare_runtime(state->previous));
}

/* LXC has NAME in lxc, lxc.payload.NAME, or NAME in lxc.payload. */
static void read_lxc(struct path_state *state)
{
	static const char *const kinds[] = {
		"lxc", "lxc.payload", "lxc.monitor",
	};
	const char *name;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		name = after(state->part, kinds[i]);
		if (!strcmp(state->previous, kinds[i]))
			name = state->part;
		else if (!i || !name || *name++ != '.')
			continue;
		if (consists_of(name, strlen(name), MACHINE_BYTES))
			set_container(state, name, strlen(name),
				      CGROUP_RUNTIME_LXC);
	}
}

/* The escaped name of a machine in the name of its unit, or NULL. */
static const char *machine_in(const char *part, size_t *length)
{
	const char *name = after(part, "machine-");

	if (name) {
		*length = length_before(name, ".scope");
		return name;
	}
	name = after(part, "systemd-nspawn@");
	*length = name ? length_before(name, ".service") : 0;
	return name;
}

static bool is_libvirt(const char *machine)
{
	return after(machine, "qemu-") || after(machine, "lxc-");
}

static void read_machine(struct path_state *state)
{
	char machine[CGROUP_NAME_SIZE];
	size_t length;
	const char *name = machine_in(state->part, &length);

	if (!name || !length)
		return;
	set(machine, name, length);
	cgroup_name_unescape(machine, machine);
	length = strlen(machine);
	if (consists_of(machine, length, MACHINE_BYTES))
		set_container(state, machine, length, is_libvirt(machine) ?
			      CGROUP_RUNTIME_LIBVIRT : CGROUP_RUNTIME_NSPAWN);
}

static void read_container(struct path_state *state)
{
	if (read_prefixed_id(state, state->part, '-'))
		return;
	read_triple(state);
	read_bare_id(state);
	read_lxc(state);
	read_machine(state);
}

/* ---- Pods */

/* In names of slices, an uid has underscores. */
static bool is_uuid(const char *text, char separator)
{
	size_t i;

	for (i = 0; i < UUID_LENGTH; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (text[i] != separator)
				return false;
		} else if (hex_digit(text[i]) < 0) {
			return false;
		}
	}
	return true;
}

static void set_pod(struct path_state *state, const char *uid, size_t length,
		    char separator)
{
	char *dash = state->name->pod;

	if (!(length == UUID_LENGTH && is_uuid(uid, separator)) &&
	    !(length == DIGEST_LENGTH && consists_of(uid, length, HEX)))
		return;
	set(state->name->pod, uid, length);
	while ((dash = strchr(dash, '_')))
		*dash = '-';
}

static const char *after_class(const char *text)
{
	const char *rest = after(text, "-burstable");

	if (!rest)
		rest = after(text, "-besteffort");
	return rest ? rest : text;
}

/* PARENT-kubepods-CLASS-podUID.slice, where PARENT- and CLASS- may be absent. */
static void read_kube_slice(struct path_state *state)
{
	const char *root = strstr(state->part, "kubepods-"), *uid, *end;

	if (!root || (root > state->part && root[-1] != '-'))
		return;
	uid = after(after_class(root + strlen("kubepods")), "-pod");
	end = uid ? strstr(uid, ".slice") : NULL;
	/* A colon: see read_triple(). */
	if (end && (!end[strlen(".slice")] || end[strlen(".slice")] == ':'))
		set_pod(state, uid, (size_t)(end - uid), '_');
}

/* kubepods/CLASS/podUID. */
static void read_kube_directory(struct path_state *state)
{
	const char *uid = after(state->part, "pod");

	if (uid && (!strcmp(state->previous, "kubepods") ||
		    !strcmp(state->previous, "burstable") ||
		    !strcmp(state->previous, "besteffort")))
		set_pod(state, uid, strlen(uid), '-');
}

static void read_podman_pod(struct path_state *state)
{
	const char *id = strstr(state->part, "libpod_pod_");
	size_t length;

	if (id) {
		id += strlen("libpod_pod_");
		length = length_before(id, ".slice");
	} else if (!strcmp(state->previous, "libpod_parent")) {
		id = state->part;
		length = strlen(id);
	} else {
		return;
	}
	if (is_id(id, length))
		set(state->name->pod, id, length);
}

/* ---- Paths */

static void read_part(struct path_state *state)
{
	read_user_slice(state);
	read_session(state);
	read_unit(state);
	read_container(state);
	read_kube_slice(state);
	read_kube_directory(state);
	read_podman_pod(state);
	memcpy(state->previous, state->part, sizeof(state->previous));
}

/*
 * systemd puts an underscore before a name that could be a file of the kernel,
 * and before one that begins with an underscore or a dot.
 */
static bool parse_part(struct path_state *state, const char *part,
		       size_t length)
{
	if (!length || length >= sizeof(state->part) ||
	    (length <= 2 && !strncmp(part, "..", length)))
		return false;
	if (length > 1 && *part == '_') {
		part++;
		length--;
	}
	set(state->part, part, length);
	read_part(state);
	return true;
}

static bool is_parent(const char *path)
{
	return !strncmp(path, "/..", 3) && (!path[3] || path[3] == '/');
}

static bool read_parts(struct path_state *state, const char *path,
		       const char *end)
{
	size_t length;

	/* Outside the root of the reader's cgroup namespace. */
	while (is_parent(path))
		path += strlen("/..");
	while (path < end) {
		if (*path++ != '/')
			return false;
		length = strcspn(path, "/");
		if (length > (size_t)(end - path))
			length = (size_t)(end - path);
		if (!parse_part(state, path, length))
			return false;
		path += length;
	}
	return true;
}

static void clear(struct cgroup_name *name)
{
	*name = (struct cgroup_name){ .uid = CGROUP_NO_UID };
}

void cgroup_name_parse(struct cgroup_name *name, const char *path)
{
	struct path_state state = { .name = name, .unit_is_slice = true };
	size_t length = strnlen(path, PATH_MAX), kept;

	clear(name);
	if (length == PATH_MAX || path[0] != '/' || strchr(path, '\n'))
		return;
	/* The kernel says so of a cgroup that is gone. */
	kept = length_before(path, " (deleted)");
	if (!kept)
		kept = length;
	if (!read_parts(&state, path, path + kept))
		clear(name);
}

/* How well a line of /proc/PID/cgroup suits; 0 for not at all. */
static int line_rank(const char *controllers, size_t length, const char *path)
{
	/* The root of a hierarchy says nothing. */
	if (path[0] != '/' || path[1] == '\n')
		return 0;
	if (length == strlen("name=systemd") &&
	    !memcmp(controllers, "name=systemd", length))
		return 3;
	return length ? 1 : 2;
}

/* A line is ID:CONTROLLERS:PATH; version 2 has no controllers. */
static const char *path_in_line(const char *line, int *rank)
{
	const char *controllers = line + strcspn(line, ":\n"), *path;

	if (*controllers++ != ':')
		return NULL;
	path = controllers + strcspn(controllers, ":\n");
	/* Only the path may have colons. */
	if (*path != ':')
		return NULL;
	*rank = line_rank(controllers, (size_t)(path - controllers), path + 1);
	return path + 1;
}

void cgroup_name_parse_file(struct cgroup_name *name, const char *text)
{
	const char *best = NULL, *path, *end;
	char copy[PATH_MAX + 1];
	int best_rank = 0, rank;
	size_t length;

	for (; (end = strchr(text, '\n')); text = end + 1) {
		path = path_in_line(text, &rank);
		if (path && rank > best_rank) {
			best = path;
			best_rank = rank;
		}
	}
	clear(name);
	length = best ? strcspn(best, "\n") : 0;
	if (!length || length > PATH_MAX)
		return;
	set(copy, best, length);
	cgroup_name_parse(name, copy);
}
