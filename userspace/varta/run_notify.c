// SPDX-License-Identifier: GPL-2.0-only
/*
 * The notifications of the program of varta run --notify. See run_notify.h.
 */
#include "run_notify.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include <varta.h>

#include "clock.h"
#include "error.h"
#include "notify_env.h"
#include "notify_sender.h"
#include "process_title.h"
#include "status_text.h"

enum {
	/* Read at once: then beats are sent. */
	ROUND_MAX	= 64,
	/* Read in a second before reading is slowed down. */
	FREELY_MAX	= 2000,
	/* From one round to the next one then. */
	PAUSE_MS	= 10,
	/* If there is no module to ask: its default. */
	THRESHOLD_MS	= 5000,
	USEC_PER_MS	= 1000,
};

void run_notify_read_limits(struct notify_agent *agent, struct varta *v)
{
	struct varta_config config;

	if (varta_config_get(v, &config))
		return;
	agent->min_ms =
		(uint32_t)config.value[VARTA_A_CONFIG_MIN_THRESHOLD_MS];
	agent->max_ms =
		(uint32_t)config.value[VARTA_A_CONFIG_MAX_THRESHOLD_MS];
	if (!agent->threshold_ms)
		agent->threshold_ms =
			(uint32_t)config.value[VARTA_A_CONFIG_THRESHOLD_MS];
}

static void choose_threshold(struct run_notify *notify, uint32_t threshold_ms,
			     struct varta *v)
{
	uint64_t usec = notify_env_watchdog(notify->program);
	uint64_t *chosen = &notify->environment.watchdog_usec;

	if (!threshold_ms)
		threshold_ms = notify_threshold(usec);
	notify_agent_init(&notify->agent, threshold_ms);
	run_notify_read_limits(&notify->agent, v);
	if (!notify->agent.threshold_ms)
		notify->agent.threshold_ms = THRESHOLD_MS;
	*chosen = (uint64_t)notify->agent.threshold_ms * USEC_PER_MS;
	if (usec && usec < *chosen)
		*chosen = usec;
}

static bool open_upstream(struct run_notify *notify)
{
	const char *address = getenv("NOTIFY_SOCKET");

	if (!notify_upstream_init(&notify->upstream, address))
		return true;
	fprintf(stderr, "varta: cannot pass notifications on to "
		"NOTIFY_SOCKET=%s: it must begin with / or @, and have at most "
		"%d bytes\n", address, NOTIFY_ADDRESS_SIZE - 1);
	return false;
}

bool run_notify_open(struct run_notify *notify, pid_t program,
		     uint32_t threshold_ms, struct varta *v)
{
	int error;

	notify->program = program;
	notify->main_fd = -1;
	notify->stranger = -1;
	if (!open_upstream(notify))
		return false;
	notify->socket = notify_socket_open(notify->environment.address);
	error = notify->socket < 0 ? notify->socket : 0;
	/* A filter may refuse to receive. */
	if (!error)
		error = notify_socket_receive(notify->socket, &notify->packet);
	if (error < 0) {
		fail_system("open a socket for notifications", error);
		return false;
	}
	choose_threshold(notify, threshold_ms, v);
	return true;
}

static int export_number(const char *name, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	return setenv(name, text, 1) ? -errno : 0;
}

int run_notify_export(const struct run_notify_environment *environment)
{
	int error = setenv("NOTIFY_SOCKET", environment->address, 1) ?
		    -errno : 0;

	if (!error)
		error = export_number("WATCHDOG_USEC",
				      environment->watchdog_usec);
	if (!error)
		error = export_number("WATCHDOG_PID", (uint64_t)getpid());
	return error;
}

static enum notify_sender find_sender(const struct run_notify *notify,
				      pid_t pid, uid_t uid)
{
	/* The program, its ancestor, may have exited. */
	if (notify->main_pid && pid == notify->main_pid)
		return NOTIFY_SENDER_RELATED;
	return notify_sender_find(notify->procfs, notify->program, pid, uid);
}

/* The program has another main process, which it may end before. */
static void set_main(struct run_notify *notify, pid_t pid)
{
	/*
	 * The helper waits for its end: it has to be a descendant, or in the
	 * same service. The same user is not enough.
	 */
	if (pid == getpid() ||
	    find_sender(notify, pid, (uid_t)-1) > NOTIFY_SENDER_RELATED)
		return;
	if (notify->main_fd >= 0)
		close(notify->main_fd);
	notify->main_fd = -1;
	notify->main_pid = pid == notify->program ? 0 : pid;
	if (notify->main_pid)
		notify->main_fd = pidfd_open(pid, 0);
}

bool run_notify_has_main(const struct run_notify *notify)
{
	struct pollfd end = { .fd = notify->main_fd, .events = POLLIN };

	if (!notify->main_pid)
		return false;
	return notify->main_fd >= 0 ? !poll(&end, 1, 0) :
				      !kill(notify->main_pid, 0);
}

static void process(struct run_notify *notify, struct notify_packet *packet)
{
	struct notify_message message;
	enum notify_sender sender;
	bool main;

	if (!notify_message_parse(&message, packet->text, packet->length)) {
		notify_packet_close(packet);
		return;
	}
	sender = find_sender(notify, packet->pid, packet->uid);
	if (sender == NOTIFY_SENDER_FOREIGN) {
		notify->stranger = packet->pid;
		notify->stranger_uid = packet->uid;
		notify_packet_close(packet);
		return;
	}
	notify_agent_message(&notify->agent, &message, &notify->next);
	/* The manager could not tell either whose it is. */
	if (sender == NOTIFY_SENDER_GONE) {
		notify_packet_close(packet);
		return;
	}
	if (message.main_pid)
		set_main(notify, (pid_t)message.main_pid);
	if (message.status)
		process_title_set(STATUS_TEXT_TITLE, message.status,
				  message.status_length);
	main = packet->pid == (notify->main_pid ? notify->main_pid :
						  notify->program);
	notify_upstream_pass(&notify->upstream, packet, main, message.plain);
}

static void slow_down(struct run_notify *notify, unsigned int received)
{
	uint64_t now = varta_monotonic_now();

	if (now - notify->second >= NS_PER_S) {
		notify->second = now;
		notify->received = 0;
	}
	notify->received += received;
	if (notify->received > FREELY_MAX)
		notify->resume = now + PAUSE_MS * NS_PER_MS;
}

bool run_notify_receive(struct run_notify *notify)
{
	unsigned int received = 0;
	int result;

	notify_upstream_flush(&notify->upstream);
	if (varta_monotonic_now() < notify->resume)
		return false;
	while (received < ROUND_MAX) {
		result = notify_socket_receive(notify->socket, &notify->packet);
		if (!result || (result < 0 && result != -EBADMSG))
			break;
		received++;
		if (result > 0)
			process(notify, &notify->packet);
	}
	if (received)
		slow_down(notify, received);
	return received > 0;
}

bool run_notify_may_receive(const struct run_notify *notify, int *ms)
{
	int pause = ms_until(notify->resume);

	if (pause && pause < *ms)
		*ms = pause;
	return !pause;
}
