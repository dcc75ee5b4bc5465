// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process whose thread group leader exits before the second thread: the agent
 * must not exit before the last thread does.
 *
 * Both threads beat and the leader exits. After a first line of input, the
 * second thread beats again. With a number in the next line it calls exit();
 * with an empty line, only the thread exits.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <varta.h>

/* The exit codes of the threads. */
enum {
	FIRST_CODE	= 3,
	SECOND_CODE	= 4,
};

static struct varta *v;

static void beat(const char *who)
{
	if (varta_beat(v, VARTA_STATUS_OK, 0) < 0) {
		fprintf(stderr, "leader_exit: %s: %s\n", who, varta_errmsg(v));
		exit(100);
	}
}

static void *beat_until_told(void *unused)
{
	char line[16];

	(void)unused;
	beat("second thread");
	if (!fgets(line, sizeof(line), stdin))
		exit(101);
	beat("second thread, alone");
	if (!fgets(line, sizeof(line), stdin))
		exit(101);
	if (line[0] == '\n')
		syscall(SYS_exit, SECOND_CODE);
	exit(atoi(line));
}

int main(void)
{
	pthread_t thread;

	if (varta_open(&v, NULL))
		return 102;
	beat("first thread");
	if (pthread_create(&thread, NULL, beat_until_told, NULL))
		return 103;
	/* Exits this thread only; pthread_exit() needs libgcc_s in the guest. */
	syscall(SYS_exit, FIRST_CODE);
	return 104;
}
