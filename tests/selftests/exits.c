// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits of agents that varta reports only later: the processes run on one CPU,
 * on which the module's threads get no time.
 *
 *	exits reuse N	N processes get the same pid, one after the other; each
 *			beats, and all but the last exit
 *	exits order N	N processes beat, then exit one after the other
 *
 * Process I, counted from 0, exits with code I. Prints the pid of the last
 * process when the module's threads run again, and waits for a signal.
 */
#include <dirent.h>
#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <varta.h>

enum {
	AGENTS_MAX = 64,
};

_Noreturn static void fail(const char *what)
{
	fprintf(stderr, "exits: %s: %s\n", what, strerror(errno));
	exit(100);
}

static void read_file(pid_t pid, const char *name, char *text, int size)
{
	char path[64];
	FILE *file;

	text[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	file = fopen(path, "r");
	if (!file)
		return;
	if (!fgets(text, size, file))
		text[0] = '\0';
	fclose(file);
}

/* A thread of the module has no command line. */
static int is_module_thread(pid_t pid)
{
	char name[64], line[64];

	read_file(pid, "comm", name, sizeof(name));
	read_file(pid, "cmdline", line, sizeof(line));
	return !strncmp(name, "varta", 5) && !line[0];
}

static void use_one_cpu(pid_t pid)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	if (sched_setaffinity(pid, sizeof(cpus), &cpus))
		fail("sched_setaffinity");
}

static void bind_module_threads(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int found = 0;

	if (!proc)
		fail("/proc");
	while ((entry = readdir(proc))) {
		pid_t pid = atoi(entry->d_name);

		if (pid > 0 && is_module_thread(pid)) {
			use_one_cpu(pid);
			found++;
		}
	}
	closedir(proc);
	if (!found) {
		errno = ESRCH;
		fail("threads of the module");
	}
}

static void set_policy(int policy, int priority)
{
	struct sched_param param = { .sched_priority = priority };

	if (sched_setscheduler(0, policy, &param))
		fail("sched_setscheduler");
}

/* Returns the pid; @want is the one to get, 0 for any. */
static pid_t start_process(pid_t want)
{
	uint64_t pids[1] = { (uint64_t)want };
	struct clone_args args = { .exit_signal = SIGCHLD };
	long pid;

	if (want) {
		args.set_tid = (uint64_t)(uintptr_t)pids;
		args.set_tid_size = 1;
	}
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		fail("clone3");
	return (pid_t)pid;
}

static void beat(void)
{
	struct varta *v;

	if (varta_open(&v, NULL) < 0 || varta_beat(v, VARTA_STATUS_OK, 0) < 0)
		_exit(101);
	varta_close(v);
}

static void wait_for_exit(pid_t pid, int code)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		fail("waitpid");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != code) {
		fprintf(stderr, "exits: process %d: status %x\n", code, status);
		exit(100);
	}
}

static pid_t reuse_pid(int count)
{
	pid_t pid = 0;
	int i;

	for (i = 0; i < count; i++) {
		pid = start_process(pid);
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			beat();
			if (i < count - 1)
				_exit(i);
			for (;;)
				pause();
		}
		if (i < count - 1)
			wait_for_exit(pid, i);
	}
	/* The last one has the CPU until it has beaten. */
	sched_yield();
	return pid;
}

static pid_t exit_in_order(int count)
{
	int ready[2], go[AGENTS_MAX][2], i;
	pid_t pids[AGENTS_MAX];
	char byte;

	if (pipe(ready))
		fail("pipe");
	for (i = 0; i < count; i++) {
		if (pipe(go[i]))
			fail("pipe");
		pids[i] = start_process(0);
		if (!pids[i]) {
			beat();
			if (write(ready[1], "", 1) != 1 ||
			    read(go[i][0], &byte, 1) != 1)
				_exit(102);
			_exit(i);
		}
		if (read(ready[0], &byte, 1) != 1)
			fail("read");
	}
	for (i = 0; i < count; i++) {
		if (write(go[i][1], "", 1) != 1)
			fail("write");
		wait_for_exit(pids[i], i);
	}
	return pids[count - 1];
}

int main(int argc, char **argv)
{
	int count = argc == 3 ? atoi(argv[2]) : 0;
	pid_t pid;

	if (count < 1 || count > AGENTS_MAX) {
		fputs("Usage: exits reuse|order N\n", stderr);
		return 2;
	}
	use_one_cpu(0);
	bind_module_threads();
	set_policy(SCHED_FIFO, 99);
	pid = strcmp(argv[1], "reuse") ? exit_in_order(count) :
					 reuse_pid(count);
	set_policy(SCHED_OTHER, 0);
	printf("%d\n", pid);
	fflush(stdout);
	for (;;)
		pause();
}
