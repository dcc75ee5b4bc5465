// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process whose thread group leader has exited, while its second thread
 * waits for a signal.
 */
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *wait_for_signals(void *unused)
{
	for (;;)
		pause();
	return unused;
}

int main(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, wait_for_signals, NULL))
		return 1;
	/* Exits this thread only; pthread_exit() needs libgcc_s in the guest. */
	syscall(SYS_exit, 0);
	return 1;
}
