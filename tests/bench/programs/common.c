// SPDX-License-Identifier: GPL-2.0-only
/* See common.h. */
#include "common.h"

#include <err.h>
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <netlink/attr.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include <linux/varta.h>

enum {
	SINGLE_STEPS	= 100,
	SINGLE_ROUNDS	= 8,
};

#define SINGLE_INTERVAL	(10 * NS_PER_MS)

/* CLOCK_MONOTONIC, the kernel's clock for beats. */
uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

void sleep_until(uint64_t when)
{
	const struct timespec time = {
		.tv_sec = (time_t)(when / NS_PER_S),
		.tv_nsec = (long)(when % NS_PER_S),
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) ==
	       EINTR)
		;
}

/* Returns false if the file has no such line. FORMAT reads one number. */
static bool read_number(const char *path, const char *format,
			unsigned long long *number)
{
	bool found = false;
	char line[256];
	FILE *file;

	file = fopen(path, "r");
	if (!file)
		err(1, "%s", path);
	while (!found && fgets(line, sizeof(line), file))
		found = sscanf(line, format, number) == 1;
	fclose(file);
	return found;
}

/*
 * The time in which the CPU was not idle since boot. Reading the file costs about
 * 0.1 ms itself. The newest kernels only say for how long tasks ran, which leaves
 * out interrupts of an idle CPU.
 */
uint64_t busy_ns(void)
{
	unsigned long long slept, ran;
	uint64_t now = now_ns();

	if (read_number("/proc/timer_list", "  .idle_sleeptime : %llu", &slept))
		return now - slept;
	if (read_number("/proc/schedstat",
			"cpu0 %*u %*u %*u %*u %*u %*u %llu", &ran))
		return ran;
	errx(1, "neither /proc/timer_list nor /proc/schedstat says how long the CPU was busy");
}

uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t busy_while(step_fn step, void *context)
{
	uint64_t busy = busy_ns(), when = now_ns();
	int i;

	for (i = 0; i < SINGLE_STEPS; i++) {
		when += SINGLE_INTERVAL;
		sleep_until(when);
		if (step)
			step(context);
	}
	sleep_until(when + SINGLE_INTERVAL);
	return busy_ns() - busy;
}

/*
 * The cost of a single step for the whole machine, with all that it wakes up: the
 * time in which the CPU is not idle, minus the same without the step. The best of
 * several rounds, as the guest sometimes does other work.
 */
double single_ns(step_fn step, void *context)
{
	uint64_t with = UINT64_MAX, without = UINT64_MAX;
	int i;

	for (i = 0; i < SINGLE_ROUNDS; i++) {
		without = smaller(without, busy_while(NULL, NULL));
		with = smaller(with, busy_while(step, context));
	}
	return ((double)with - (double)without) / SINGLE_STEPS;
}

/* A priority above all processes, but below the stall thread. */
void be_urgent(void)
{
	const struct sched_param first = { .sched_priority = 1 };

	if (sched_setscheduler(0, SCHED_FIFO, &first))
		err(1, "sched_setscheduler");
}

/* Parses a number of the command line. */
uint64_t number(const char *text)
{
	char *end;
	uint64_t value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || end == text || *end)
		errx(2, "'%s' is no number", text);
	return value;
}

/* Prints one result, for tests/bench/run. */
void result(const char *name, double value)
{
	printf("result %s %.10g\n", name, value);
	fflush(stdout);
}

static struct nl_msg *make_beat(int family, bool bare)
{
	struct nl_msg *message = nlmsg_alloc();

	if (!message ||
	    !genlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, family, 0,
			 NLM_F_REQUEST, VARTA_CMD_BEAT, VARTA_FAMILY_VERSION) ||
	    nla_put_u32(message, VARTA_A_BEAT_STATUS, VARTA_STATUS_OK) ||
	    nla_put_u64(message, VARTA_A_BEAT_NONCE, 0) ||
	    (!bare &&
	     (nla_put_u64(message, VARTA_A_BEAT_TIMESTAMP, now_ns()) ||
	      nla_put_u32(message, VARTA_A_BEAT_PAYLOAD, 0))))
		errx(1, "no memory for a beat");
	return message;
}

/* Opens a generic netlink socket. Exits if there is no such family. */
int family_socket(const char *name, int *id)
{
	struct nl_sock *socket = nl_socket_alloc();

	if (!socket || genl_connect(socket))
		errx(1, "no netlink socket");
	*id = genl_ctrl_resolve(socket, name);
	if (*id < 0)
		errx(1, "no family %s", name);
	return nl_socket_get_fd(socket);
}

static void open_with(struct sender *sender, const char *family, bool bare)
{
	struct nl_msg *message;
	int id;

	sender->fd = family_socket(family, &id);
	message = make_beat(id, bare);
	sender->message = nlmsg_hdr(message);
	sender->length = nlmsg_hdr(message)->nlmsg_len;
	sender->nonce = nla_data(nlmsg_find_attr(nlmsg_hdr(message),
						 GENL_HDRLEN,
						 VARTA_A_BEAT_NONCE));
}

void sender_open(struct sender *sender, const char *family)
{
	open_with(sender, family, false);
}

void sender_open_bare(struct sender *sender, const char *family)
{
	open_with(sender, family, true);
}

void sender_beat(struct sender *sender)
{
	uint64_t nonce;

	/* Attributes are aligned to 4 bytes only. */
	memcpy(&nonce, sender->nonce, sizeof(nonce));
	nonce++;
	memcpy(sender->nonce, &nonce, sizeof(nonce));
	if (send(sender->fd, sender->message, sender->length, 0) < 0)
		err(1, "send");
}

/* Exits if a beat was refused; only refusals get a reply. */
void sender_check(const struct sender *sender)
{
	char answer[1024];

	if (recv(sender->fd, answer, sizeof(answer), MSG_DONTWAIT) >= 0)
		errx(1, "a beat was refused");
}
