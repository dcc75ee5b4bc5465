/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * This process as a service: it tells systemd that it is ready and that it works, and
 * beats. Both are done by the loop that does the work.
 */
#ifndef SERVICE_H
#define SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include <varta.h>

/**
 * struct service - The state.
 * @agent: Its beats; NULL for none.
 * @notify: Socket of systemd, -1 for none.
 * @interval: Time between two messages to systemd's watchdog, in ns; 0 for none.
 * @due: When the next one is due.
 * @refused: The last beat was refused.
 */
struct service {
	struct varta *agent;
	int notify;
	uint64_t interval, due;
	bool refused;
};

/**
 * service_open() - Find out what to tell whom.
 * @service: Set. Release it with service_close().
 * @agent: Be an agent of this name; NULL for none.
 *
 * Return: 0 or a negative errno, which was reported.
 */
int service_open(struct service *service, const char *agent);

/**
 * service_tell() - Send a message to systemd, as in sd_notify(3).
 * @service: From service_open().
 * @text: The message.
 */
void service_tell(const struct service *service, const char *text);

/**
 * service_ready() - Tell systemd that the service is ready.
 * @service: From service_open().
 */
void service_ready(const struct service *service);

/**
 * service_work() - Tell systemd, and beat, if that is due.
 * @service: From service_open().
 */
void service_work(struct service *service);

/**
 * service_due() - When service_work() is to be called next.
 * @service: From service_open().
 *
 * Return: The time; UINT64_MAX for never.
 */
uint64_t service_due(const struct service *service);

/**
 * service_close() - End on purpose: no stall is to be found.
 * @service: From service_open().
 */
void service_close(struct service *service);

#endif /* SERVICE_H */
