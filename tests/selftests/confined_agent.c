// SPDX-License-Identifier: GPL-2.0-only
/*
 * An agent under a seccomp filter that allows only the named system calls.
 *
 * Usage: confined_agent client|lanes|library|thread|crash NAME...
 *
 * client uses varta-client.h alone, library also reads the tracker and listens,
 * thread also starts a beat thread. lanes beats in a page and a lane instead.
 * crash only ends by SIGSEGV, with a terminal beat. Besides the named calls, write() and
 * exit_group() are allowed. Any other one is printed and ends the process. Exits
 * with 0 if every use of varta succeeded.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <varta-client.h>
#include <varta.h>

#include "seccomp_filter.h"

static void check_call(const char *what, int result)
{
	char line[128];
	int length;

	if (result >= 0)
		return;
	length = snprintf(line, sizeof(line), "confined_agent: %s: %s\n", what,
			  strerrorname_np(-result));
	if (write(STDERR_FILENO, line, (size_t)length) < 0)
		_exit(100);
	_exit(1);
}

/* A handler may not call printf(). */
static void on_refused_call(int signal, siginfo_t *info, void *unused)
{
	char text[] = "confined_agent: system call number    0 is missing\n";
	char *digit = strchr(text, '0');
	int number = info->si_syscall;

	(void)signal;
	(void)unused;
	for (; number; number /= 10)
		*digit-- = (char)('0' + number % 10);
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(100);
	_exit(1);
}

static void use_client(void)
{
	static struct varta_client client;
	const struct varta_client_options options = {
		"confined", 0, true, 0, 0, 0, false, false, 0
	};

	check_call("open a client", varta_client_open(&client, &options));
	check_call("beat with a client",
		   varta_client_beat(&client, VARTA_STATUS_OK, 0));
	/* Replaces the socket. */
	close(client.socket.fd);
	varta_client_beat(&client, VARTA_STATUS_OK, 0);
	check_call("beat with a new socket",
		   varta_client_beat(&client, VARTA_STATUS_OK, 0));
	check_call("bye of a client", varta_client_bye(&client));
	varta_client_close(&client);
}

static void use_lanes(void)
{
	static struct varta_client client;
	const struct varta_client_options options = {
		"confined", 0, false, 0, 0, 0, false, true, 4
	};
	struct varta_client_lane lane;

	check_call("open a client", varta_client_open(&client, &options));
	check_call("first beat",
		   varta_client_beat(&client, VARTA_STATUS_OK, 0));
	check_call("open a lane",
		   varta_client_lane_open(&client, &lane, "lane", 60000));
	varta_client_lane_beat(&lane);
	varta_client_scope_begin(&lane, 60000);
	varta_client_scope_end(&lane);
	check_call("mapped beat",
		   varta_client_beat(&client, VARTA_STATUS_OK, 0));
	varta_client_lane_close(&lane);
	check_call("bye with lanes", varta_client_bye(&client));
	varta_client_close(&client);
}

static void crash(void)
{
	volatile int *volatile nowhere = NULL;
	struct varta *v;

	check_call("open", varta_open(&v, NULL));
	check_call("beat", varta_beat(v, VARTA_STATUS_OK, 0));
	check_call("expect a crash", varta_crash_enable(v));
	*nowhere = 1;
}

static int ignore_agent(const struct varta_agent *agent, void *unused)
{
	(void)agent;
	(void)unused;
	return 0;
}

static void ignore_event(const struct varta_event *event, void *unused)
{
	(void)event;
	(void)unused;
}

static void use_library(void)
{
	struct varta_events_options listen = VARTA_EVENTS_OPTIONS_INIT;
	struct varta_events *events;
	struct varta_config config;
	struct varta_stats stats;
	struct varta *v;

	listen.resync = true;
	check_call("open", varta_open(&v, NULL));
	check_call("beat", varta_beat(v, VARTA_STATUS_OK, 0));
	check_call("dump", varta_agent_dump(v, NULL, ignore_agent, NULL));
	check_call("stats", varta_stats_get(v, &stats));
	check_call("config", varta_config_get(v, &config));
	check_call("listen", varta_events_open(&events, &listen));
	varta_events_receive(events, ignore_event, NULL);
	varta_events_close(events);
	check_call("bye", varta_bye(v, 0));
	varta_close(v);
}

static void use_thread(void)
{
	struct varta_options options = VARTA_OPTIONS_INIT;
	struct varta_thread *thread;

	options.interval_ms = 1;
	check_call("start a thread",
		   varta_thread_start(&thread, &options, NULL, NULL));
	varta_thread_stop(thread);
}

int main(int argc, char **argv)
{
	const char *names[FILTER_MAX] = { "write", "exit_group" };
	struct sigaction action = {
		.sa_sigaction = on_refused_call,
		.sa_flags = SA_SIGINFO,
	};
	int count = 2, i;

	if (argc < 2 || argc > FILTER_MAX)
		return 100;
	for (i = 2; i < argc; i++)
		names[count++] = argv[i];
	sigaction(SIGSYS, &action, NULL);
	filter_install(names, count, SECCOMP_RET_ALLOW, FILTER_TRAP);
	if (!strcmp(argv[1], "crash"))
		crash();
	else if (!strcmp(argv[1], "lanes"))
		use_lanes();
	else
		use_client();
	if (!strcmp(argv[1], "library") || !strcmp(argv[1], "thread"))
		use_library();
	if (!strcmp(argv[1], "thread"))
		use_thread();
	_exit(0);
}
