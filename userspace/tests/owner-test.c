// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owners of agents: what is read of this process, places, filters.
 */
#include "owner.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"

#define ID	"4f797c539e6c745de61a93ca3ff892358ecbcaccd8414d5db545c38428142970"
/* Known by its name: a search for others loads libraries that are not freed. */
#define KERNEL_USER	65534

#define POD	"ac04f3f2-1f2c-11e9-b015-1ebee232acfa"

static const struct cgroup_name in_docker = {
	.unit = "docker-" ID ".scope", .container = ID,
	.runtime = CGROUP_RUNTIME_DOCKER,
};

static const struct cgroup_name in_pod = {
	.container = ID, .pod = POD,
};

static const struct cgroup_name in_lxc = {
	.unit = "nginx.service", .container = "web",
	.runtime = CGROUP_RUNTIME_LXC,
};

static const struct cgroup_name in_service = {
	.unit = "my-web@1.service", .user_unit = true,
};

static const struct cgroup_name only_pod = { .pod = POD };
static const struct cgroup_name nothing;

static void test_place(const struct cgroup_name *name, const char *expected)
{
	struct agent_owner *owner = owner_new(0, "root", name);
	char text[OWNER_PLACE_SIZE];

	owner_place(owner, text);
	check(!strcmp(text, expected), "owner: place '%s'", expected);
	free(owner);
}

static void test_places(void)
{
	struct cgroup_name longest = { .runtime = CGROUP_RUNTIME_CONTAINERD };
	char text[OWNER_PLACE_SIZE];

	test_place(&in_docker, "docker:4f797c539e6c");
	test_place(&in_pod, "container:4f797c539e6c");
	test_place(&in_lxc, "lxc:web");
	test_place(&in_service, "my-web@1.service");
	test_place(&only_pod, "pod:" POD);
	test_place(&nothing, "");
	memset(longest.container, 'x', sizeof(longest.container) - 1);
	strcpy(text, "containerd:");
	strcat(text, longest.container);
	test_place(&longest, text);
}

static void test_filter(const struct owner_filter *filter,
			const struct cgroup_name *name, bool expected,
			const char *what)
{
	struct agent_owner *owner = owner_new(1000, "alice", name);

	check(owner_matches(filter, owner) == expected, "owner: filter: %s",
	      what);
	free(owner);
}

static const struct {
	struct owner_filter filter;
	const struct cgroup_name *name;
	bool expected;
	const char *what;
} filters[] = {
	{ { 0 }, &nothing, true, "empty" },
	{ { .by_user = true, .uid = 1000 }, &nothing, true, "user" },
	{ { .by_user = true, .uid = 0 }, &nothing, false, "other user" },
	{ { .unit = "my-web@1.service" }, &in_service, true, "unit" },
	{ { .unit = "my-web@1" }, &in_service, true, "unit without type" },
	{ { .unit = "my\\x2dweb@1" }, &in_service, true, "escaped unit" },
	{ { .unit = "my-web@" }, &in_service, false, "part of a unit" },
	{ { .unit = "my-web@1.scope" }, &in_service, false, "other type" },
	{ { .unit = "docker-" ID }, &in_docker, false, "scope without type" },
	{ { .unit = ".service" }, &nothing, false, "unit, but none" },
	{ { .unit = "nginx" }, &in_lxc, true, "unit in a container" },
	{ { .container = "4f797" }, &in_docker, true, "part of an id" },
	{ { .container = ID }, &in_docker, true, "id" },
	{ { .container = ID "0" }, &in_docker, false, "longer id" },
	{ { .container = "f797" }, &in_docker, false, "middle of an id" },
	{ { .container = "docker:4f797c539e6c" }, &in_docker, true, "place" },
	{ { .container = "docke:4f797c539e6c" }, &in_docker, false,
	  "part of a runtime" },
	{ { .container = "dockers:4f797c539e6c" }, &in_docker, false,
	  "longer runtime" },
	{ { .container = "podman:4f797c539e6c" }, &in_docker, false,
	  "other runtime" },
	{ { .container = "container:4f797c539e6c" }, &in_pod, true,
	  "runtime unknown" },
	{ { .container = "4f" }, &in_service, false, "id, but no container" },
	{ { .container = "lxc:" }, &in_lxc, true, "runtime alone" },
	{ { .pod = "ac04f3f2" }, &in_pod, true, "part of a pod" },
	{ { .pod = POD }, &only_pod, true, "pod" },
	{ { .pod = "bc04" }, &in_pod, false, "other pod" },
	{ { .pod = "ac04" }, &in_docker, false, "pod, but none" },
	{ { .pod = "ac04", .container = "5" }, &in_pod, false, "two" },
};

static void test_filters(void)
{
	char unit[1000] = "";
	const struct owner_filter longest = { .unit = unit };
	size_t i;

	for (i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		test_filter(&filters[i].filter, filters[i].name,
			    filters[i].expected, filters[i].what);
	memset(unit, 'u', sizeof(unit) - 1);
	test_filter(&longest, &in_service, false, "unit of 999 bytes");
	check(owner_filter_is_empty(&filters[0].filter) &&
	      !owner_filter_is_empty(&filters[1].filter) &&
	      !owner_filter_is_empty(&longest), "owner: filter: is empty");
}

/* In the initial time namespace. */
static uint64_t own_start_time(void)
{
	FILE *file = fopen("/proc/self/stat", "r");
	unsigned long long ticks = 0;
	int i;

	for (i = 1; file && i < 22; i++)
		if (fscanf(file, "%*s") < 0)
			break;
	if (!file || fscanf(file, "%llu", &ticks) != 1)
		ticks = 0;
	if (file)
		fclose(file);
	return ticks * (1000000000 / (uint64_t)sysconf(_SC_CLK_TCK));
}

static void test_user(struct owner_reader *reader, uint32_t uid,
		      uint64_t start_time, uint32_t expected, const char *what)
{
	const struct varta_agent agent = {
		.pid = (uint32_t)getpid(), .uid = uid, .start_time = start_time,
	};
	struct agent_owner *owner = owner_read(reader, &agent);
	const struct passwd *entry = NULL;
	char number[16] = "";

	if (expected != OWNER_NO_UID) {
		entry = getpwuid(expected);
		snprintf(number, sizeof(number), "%" PRIu32, expected);
	}
	check(owner->uid == expected &&
	      !strcmp(owner->user, entry ? entry->pw_name : number),
	      "owner: user: %s", what);
	free(owner);
}

static void test_users(struct owner_reader *reader)
{
	const uint64_t start = own_start_time(), tick = 10000000;

	test_user(reader, VARTA_UID_UNKNOWN, start, getuid(), "of /proc");
	test_user(reader, VARTA_UID_UNKNOWN, start + tick - 1, getuid(),
		  "of /proc, at the end of the tick");
	test_user(reader, KERNEL_USER, start, KERNEL_USER, "of the kernel");
	test_user(reader, KERNEL_USER, start + tick, KERNEL_USER,
		  "of the kernel, recycled pid");
	test_user(reader, VARTA_UID_UNKNOWN, start + tick, OWNER_NO_UID,
		  "recycled pid");
	test_user(reader, VARTA_UID_UNKNOWN, 0, OWNER_NO_UID,
		  "start time unknown");
}

static void test_unknown(struct owner_reader *reader, uint32_t pid,
			 uint32_t source, const char *what)
{
	const struct varta_agent agent = {
		.pid = pid, .source = source, .uid = VARTA_UID_UNKNOWN,
		.start_time = own_start_time(),
	};
	struct agent_owner *owner = owner_read(reader, &agent);

	check(owner->uid == OWNER_NO_UID && !*owner->user && !*owner->unit &&
	      !*owner->container && !*owner->pod, "owner: unknown: %s", what);
	free(owner);
}

TEST_GROUP(owner)
{
	struct owner_reader *reader = owner_reader_open();

	test_places();
	test_filters();
	test_users(reader);
	test_unknown(reader, (uint32_t)getpid(), 7, "relayed");
	test_unknown(reader, 0, 0, "no pid");
	test_unknown(reader, 4194305, 0, "no such process");
	owner_reader_close(reader);
	owner_reader_close(NULL);
}
