// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process whose first thread ends before the others: for the tests of what
 * the kernel takes for the same agent, and when it takes it for dead.
 *
 * Both threads beat; then the first ends, and the other one goes on beating
 * until it reads a line, and ends the process with the number in it. With no
 * number in it, that thread ends by itself as the first did, and nothing ends
 * the process but that all its threads have.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <varta.h>

/* What the threads end with where they end by themselves. */
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
	/* This thread alone; pthread_exit() would want libgcc_s in the guest. */
	syscall(SYS_exit, FIRST_CODE);
	return 104;
}
