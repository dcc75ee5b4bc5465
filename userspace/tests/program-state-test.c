// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of a program: from the text of /proc/PID/stat, from all of its
 * threads, and from its cgroup.
 */
#include "program_state.h"

#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

static const struct {
	const char *text;
	char state;
} stats[] = {
	{ "1 (sh) S 0 1 1", 'S' },
	{ "1 (a) T) S (b) t 0 1", 't' },
	{ "1 (a) S 1\n) T 0 1", 'T' },
	{ "1 (\n) Z 0 1", 'Z' },
	{ "1 ()) ()) R 0 1", 'R' },
	{ "1 () D 0 1", 'D' },
	{ "", 0 },
	{ "1 (sh", 0 },
	{ "1 (sh)", 0 },
	{ "1 (sh) S", 0 },
	{ "1 (sh) 5 0", 0 },
	{ "1 (sh)S 0 1", 0 },
	{ "1 (sh) SS 0", 0 },
};

TEST_GROUP(stat)
{
	size_t i;

	for (i = 0; i < sizeof(stats) / sizeof(stats[0]); i++)
		check(stat_state(stats[i].text, strlen(stats[i].text)) ==
		      stats[i].state, "stat: %zu", i);
}

static const struct {
	const char *text;
	bool exiting;
} exits[] = {
	{ "1 (sh) S 0 1 1 0 -1 4194560 0", false },
	{ "1 (sh) D 0 1 1 34816 -1 4194564 0", true },
	{ "1 (a) D 0 1 1 0 -1 4) S 0 1 1 0 -1 4194304 0", false },
	{ "1 (sh) Z 0 1 1 0 -1 4", true },
	{ "1 (sh) D 0 1 1 0 -1", false },
	{ "1 (sh) D", false },
	{ "4 4 4 4 4 4 4 4 4", false },
	{ "", false },
};

TEST_GROUP(exits)
{
	size_t i;

	for (i = 0; i < sizeof(exits) / sizeof(exits[0]); i++)
		check(stat_exiting(exits[i].text, strlen(exits[i].text)) ==
		      exits[i].exiting, "exits: %zu", i);
}

/* The first letter is the first thread's. */
static const struct {
	const char *threads;
	enum program_state state;
} programs[] = {
	{ "S", PROGRAM_RUNS },
	{ "R", PROGRAM_RUNS },
	{ "D", PROGRAM_RUNS },
	{ "I", PROGRAM_RUNS },
	{ "T", PROGRAM_STOPPED },
	{ "t", PROGRAM_STOPPED },
	{ "Z", PROGRAM_EXITS },
	{ "ZX", PROGRAM_EXITS },
	{ "", PROGRAM_EXITS },
	/* The leader has exited, the other threads are stopped. */
	{ "ZT", PROGRAM_STOPPED },
	{ "ZTTT", PROGRAM_STOPPED },
	{ "Zt", PROGRAM_STOPPED },
	{ "ZS", PROGRAM_RUNS },
	/* In an uninterruptible wait while the others are stopped. */
	{ "DT", PROGRAM_STOPPED },
	{ "TD", PROGRAM_STOPPED },
	{ "Dt", PROGRAM_STOPPED },
	{ "ST", PROGRAM_STOPPED },
	/* A debugger looks at one thread. */
	{ "St", PROGRAM_RUNS },
	{ "tS", PROGRAM_STOPPED },
	{ "ttt", PROGRAM_STOPPED },
	{ "ZD", PROGRAM_RUNS },
};

TEST_GROUP(threads)
{
	struct thread_states threads;
	const char *letter;
	size_t i;

	for (i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		memset(&threads, 0, sizeof(threads));
		threads.leader_traced = programs[i].threads[0] == 't';
		for (letter = programs[i].threads; *letter; letter++)
			thread_states_add(&threads, *letter);
		check(thread_states_judge(&threads) == programs[i].state,
		      "threads: '%s'", programs[i].threads);
	}
}

static const struct {
	const char *text;
	uint64_t switches;
} statuses[] = {
	{ "Name:\tvoluntary_ctxt_switches:7\nState:\tS\n"
	  "voluntary_ctxt_switches:\t12\nnonvoluntary_ctxt_switches:\t3\n", 15 },
	{ "x\nvoluntary_ctxt_switches:\t5", 5 },
	{ "Name:\tsh\n", 0 },
	{ "", 0 },
};

TEST_GROUP(switches)
{
	size_t i;

	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		check(status_switches(statuses[i].text) == statuses[i].switches,
		      "switches: %zu", i);
}

static const struct {
	const char *text, *unified, *freezer;
} memberships[] = {
	{ "0::/\n", "/", "" },
	{ "0::/a/b c:d\n", "/a/b c:d", "" },
	{ "12:cpu,cpuacct:/x\n9:net,freezer:/y\n1:name=systemd:/z\n0::/u\n",
	  "/u", "/y" },
	{ "9:freezer:/y", "", "/y" },
	{ "9:unfreezer:/y\n8:freezers:/z\n", "", "" },
	{ "0::/../other\n", "/../other", "" },
	{ "0::/gone (deleted)\n", "/gone (deleted)", "" },
	{ "", "", "" },
	{ "nonsense\n\n:\n", "", "" },
};

static const struct {
	const char *line;
	enum cgroup_kind kind;
	const char *root, *point;
} mounts[] = {
	{ "29 22 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 "
	  "rw,nsdelegate\n", CGROUP_UNIFIED, "/", "/sys/fs/cgroup" },
	{ "30 22 0:27 /docker/a /sys/fs/cgroup/freezer rw shared:4 master:3 - "
	  "cgroup cgroup rw,freezer\n", CGROUP_FREEZER, "/docker/a",
	  "/sys/fs/cgroup/freezer" },
	{ "30 22 0:27 / /mnt rw - cgroup none rw,cpu,cpuacct", CGROUP_NONE,
	  NULL, NULL },
	{ "30 22 0:27 / /a\\040b\\134 rw - cgroup2 none rw", CGROUP_UNIFIED,
	  "/", "/a b\\" },
	{ "30 22 8:1 / /cgroup2 rw - ext4 /dev/sda1 rw", CGROUP_NONE, NULL,
	  NULL },
	{ "30 22 8:1 / /mnt", CGROUP_NONE, NULL, NULL },
	{ "30 - cgroup2 none rw", CGROUP_NONE, NULL, NULL },
	{ "", CGROUP_NONE, NULL, NULL },
};

static const struct {
	const char *root, *path, *below;
} paths[] = {
	{ "/", "/", "" },
	{ "/", "/a/b", "a/b" },
	{ "/a", "/a", "" },
	{ "/a", "/a/b", "b" },
	{ "/a", "/ab", NULL },
	{ "/a/b", "/a", NULL },
	{ "/", "/../x", NULL },
	{ "/", "/..", NULL },
	{ "/", "/..x/y", "..x/y" },
	{ "/..", "/", NULL },
};

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void test_mounts(void)
{
	struct cgroup_mount mount;
	char line[256];
	size_t i;

	for (i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		snprintf(line, sizeof(line), "%s", mounts[i].line);
		cgroup_mount_parse(&mount, line);
		check(mount.kind == mounts[i].kind &&
		      (!mount.kind || (same(mount.root, mounts[i].root) &&
				       same(mount.point, mounts[i].point))),
		      "cgroup: mount %zu", i);
	}
}

TEST_GROUP(cgroup)
{
	static struct cgroup_paths got;
	size_t i;

	for (i = 0; i < sizeof(memberships) / sizeof(memberships[0]); i++) {
		cgroup_paths_parse(&got, memberships[i].text);
		check(!strcmp(got.unified, memberships[i].unified) &&
		      !strcmp(got.freezer, memberships[i].freezer),
		      "cgroup: membership %zu", i);
	}
	test_mounts();
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		check(same(cgroup_path_below(paths[i].root, paths[i].path),
			   paths[i].below), "cgroup: %s below %s",
		      paths[i].path, paths[i].root);
}

/* As varta run: the program opens the files, its child reads them. */
static enum program_state state_in_child(struct program *program, int child_fd)
{
	enum program_state state = program_state(program);

	return write(child_fd, &state, sizeof(state)) == sizeof(state) ?
	       state : PROGRAM_UNKNOWN;
}

TEST_GROUP(program)
{
	static struct program program;
	enum program_state state = PROGRAM_UNKNOWN;
	char name[16] = "";
	int ends[2];
	pid_t child;

	if (program_open_self(&program) || pipe(ends)) {
		check(true, "program: state # SKIP /proc cannot be read");
		return;
	}
	prctl(PR_GET_NAME, name);
	prctl(PR_SET_NAME, ") T\n) T 1 1");
	child = fork();
	if (!child) {
		state_in_child(&program, ends[1]);
		_exit(0);
	}
	check(read(ends[0], &state, sizeof(state)) == sizeof(state) &&
	      state == PROGRAM_RUNS, "program: with a misleading name, runs");
	waitpid(child, NULL, 0);
	prctl(PR_SET_NAME, name);
	close(ends[0]);
	close(ends[1]);
	program_close(&program);
}
