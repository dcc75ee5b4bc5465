// SPDX-License-Identifier: GPL-2.0-only
/*
 * Output to a terminal. See terminal.h.
 */
#include "terminal.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"

bool terminal_size(int *columns, int *lines)
{
	struct winsize size = { 0 };

	*columns = *lines = 0;
	if (!isatty(STDOUT_FILENO))
		return false;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size)) {
		*columns = size.ws_col;
		*lines = size.ws_row;
	}
	return true;
}

void print_time(void)
{
	struct timespec now = { 0 };
	struct tm local = { 0 };

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &local);
	printf("%02d:%02d:%02d.%03ld", local.tm_hour, local.tm_min,
	       local.tm_sec, now.tv_nsec / (long)NS_PER_MS);
}
