// SPDX-License-Identifier: GPL-2.0-only
/*
 * The watchdog of the hardware. See hw_watchdog.h and Documentation/watchdog of the kernel.
 */
#include "hw_watchdog.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/watchdog.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void set_timeout(const struct hw_watchdog *watchdog)
{
	int seconds = (int)watchdog->timeout_s;
	struct watchdog_info info = { 0 };

	if (seconds && ioctl(watchdog->fd, WDIOC_SETTIMEOUT, &seconds))
		fprintf(stderr, "varta: %s: cannot set a timeout of %" PRIu32
			" s: %s\n", watchdog->device, watchdog->timeout_s,
			strerror(errno));
	else if (seconds != (int)watchdog->timeout_s)
		fprintf(stderr, "varta: %s: the timeout is %d s, not %" PRIu32
			" s\n", watchdog->device, seconds, watchdog->timeout_s);
	if (!ioctl(watchdog->fd, WDIOC_GETSUPPORT, &info) &&
	    !(info.options & WDIOF_MAGICCLOSE))
		fprintf(stderr, "varta: %s: cannot be stopped: the machine is "
			"reset when this service ends\n", watchdog->device);
}

int hw_watchdog_feed(struct hw_watchdog *watchdog)
{
	int error;

	if (watchdog->fd < 0) {
		watchdog->fd = open(watchdog->device, O_WRONLY | O_CLOEXEC);
		error = watchdog->fd < 0 ? -errno : 0;
		if (error && !watchdog->failed)
			fprintf(stderr, "varta: %s: %s\n", watchdog->device,
				strerror(-error));
		watchdog->failed = error;
		if (error)
			return error;
		set_timeout(watchdog);
	}
	return write(watchdog->fd, "\0", 1) == 1 ? 0 : -errno;
}

/* A driver with nowayout does not stop, whatever is written. */
void hw_watchdog_close(struct hw_watchdog *watchdog, bool stop)
{
	if (watchdog->fd < 0)
		return;
	if (stop && write(watchdog->fd, "V", 1) != 1)
		fprintf(stderr, "varta: %s: cannot be stopped: %s\n",
			watchdog->device, strerror(errno));
	close(watchdog->fd);
	watchdog->fd = -1;
}
