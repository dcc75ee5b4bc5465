// SPDX-License-Identifier: GPL-2.0-only
/*
 * This process as a service. See service.h and sd_notify(3).
 */
#include "service.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "error.h"
#include "notify_env.h"
#include "notify_socket.h"

/*
 * Less than systemd's watchdog of the unit: varta finds the stall first, and has it dump core.
 * That it was stopped or traced on purpose is a reason not to, for which systemd does not ask.
 */
#define THRESHOLD_MS	20000
#define KILL_AFTER_MS	10000

static int open_notify(void)
{
	const char *text = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address;
	int size = text ? notify_address_parse(&address, text) : -1;
	int fd;

	if (size < 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address,
			       (socklen_t)size)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Half of the time that is allowed. */
static uint64_t watchdog_interval(void)
{
	uint64_t usec = notify_env_watchdog(getpid());

	return usec <= UINT64_MAX / 1000 ? usec * 1000 / 2 : 0;
}

int service_open(struct service *service, const char *agent)
{
	struct varta_options options = VARTA_OPTIONS_INIT;
	int error;

	*service = (struct service){ .notify = open_notify() };
	if (service->notify >= 0)
		service->interval = watchdog_interval();
	if (!agent)
		return 0;
	options.name = agent;
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

void service_tell(const struct service *service, const char *text)
{
	if (service->notify >= 0)
		send(service->notify, text, strlen(text),
		     MSG_NOSIGNAL | MSG_DONTWAIT);
}

void service_ready(const struct service *service)
{
	service_tell(service, "READY=1");
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
		service_tell(service, "WATCHDOG=1");
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
	service_tell(service, "STOPPING=1");
	if (service->agent)
		varta_bye(service->agent, 0);
	varta_close(service->agent);
	if (service->notify >= 0)
		close(service->notify);
}
