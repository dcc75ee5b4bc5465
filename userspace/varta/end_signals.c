// SPDX-License-Identifier: GPL-2.0-only
/*
 * SIGTERM and SIGINT as a descriptor. See end_signals.h.
 */
#include "end_signals.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>

int end_signals_open(void)
{
	sigset_t signals;
	int fd;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	if (sigprocmask(SIG_BLOCK, &signals, NULL))
		return -errno;
	fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

void end_signals_reset(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}
