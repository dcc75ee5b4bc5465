// SPDX-License-Identifier: GPL-2.0-only
/*
 * This process as a service. See service.h and sd_notify(3).
 */
#include "service.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "error.h"

/*
 * Less than systemd's watchdog of the unit: varta finds the stall first, and has it dump core.
 * That it was stopped or traced on purpose is a reason not to, for which systemd does not ask.
 */
#define THRESHOLD_MS	20000
#define KILL_AFTER_MS	10000

static int open_notify(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length = path ? strlen(path) : 0;
	int fd;

	if (!length || length >= sizeof(address.sun_path))
		return -1;
	memcpy(address.sun_path, path, length);
	if (*path == '@')
		address.sun_path[0] = '\0';
	length += offsetof(struct sockaddr_un, sun_path);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address,
			       (socklen_t)length)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* A watchdog of another process is not this one's. */
static uint64_t watchdog_interval(void)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	uint64_t time = 0;

	if (!usec || (pid && strtoll(pid, NULL, 10) != getpid()) ||
	    sscanf(usec, "%" SCNu64, &time) != 1 || time > UINT64_MAX / 1000)
		return 0;
	return time * 1000 / 2;
}

int service_open(struct service *service, bool beat)
{
	struct varta_options options = VARTA_OPTIONS_INIT;
	int error;

	*service = (struct service){ .notify = open_notify() };
	if (service->notify >= 0)
		service->interval = watchdog_interval();
	if (!beat)
		return 0;
	options.name = SERVICE_AGENT;
	options.threshold_ms = THRESHOLD_MS;
	options.stall_signal = SIGABRT;
	options.kill_after_ms = KILL_AFTER_MS;
	options.optional = true;
	error = varta_open(&service->agent, &options);
	if (!error)
		return 0;
	if (service->notify >= 0)
		close(service->notify);
	fail_open(error);
	return error;
}

static void tell(const struct service *service, const char *text)
{
	if (service->notify >= 0)
		send(service->notify, text, strlen(text),
		     MSG_NOSIGNAL | MSG_DONTWAIT);
}

void service_ready(const struct service *service)
{
	tell(service, "READY=1");
}

static void beat(struct service *service)
{
	bool refused = varta_dispatch(service->agent, VARTA_STATUS_OK, 0) < 0;

	if (refused && !service->refused)
		fprintf(stderr, "varta: cannot beat: %s\n",
			varta_errmsg(service->agent));
	service->refused = refused;
}

void service_work(struct service *service)
{
	uint64_t now = varta_monotonic_now();

	if (service->interval && now >= service->due) {
		tell(service, "WATCHDOG=1");
		service->due = now + service->interval;
	}
	if (service->agent)
		beat(service);
}

uint64_t service_due(const struct service *service)
{
	uint64_t due = service->interval ? service->due : UINT64_MAX, next;

	if (!service->agent)
		return due;
	next = varta_monotonic_now() +
	       (uint64_t)varta_timeout(service->agent) * NS_PER_MS;
	return next < due ? next : due;
}

void service_close(struct service *service)
{
	tell(service, "STOPPING=1");
	if (service->agent)
		varta_bye(service->agent, 0);
	varta_close(service->agent);
	if (service->notify >= 0)
		close(service->notify);
}
