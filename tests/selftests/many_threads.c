// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program of many threads that sleep.
 *
 * Usage: many_threads N
 *
 * Prints the thread id of the last one of N when all are there, besides the
 * first.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define STACK_BYTES	65536

static pid_t last;

static void *sleep_for_ever(void *unused)
{
	(void)unused;
	__atomic_store_n(&last, gettid(), __ATOMIC_SEQ_CST);
	for (;;)
		pause();
	return NULL;
}

int main(int argc, char **argv)
{
	int count = argc == 2 ? atoi(argv[1]) : 0;
	pthread_attr_t attributes;
	pthread_t thread;
	pid_t before;

	if (count < 1)
		return 2;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	while (count--) {
		before = last;
		if (pthread_create(&thread, &attributes, sleep_for_ever, NULL)) {
			perror("many_threads");
			return 1;
		}
		while (__atomic_load_n(&last, __ATOMIC_SEQ_CST) == before)
			usleep(100);
	}
	printf("%d\n", (int)last);
	fflush(stdout);
	for (;;)
		pause();
}
