// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta gateway: takes the frames of VLP v0.2 that clients of the userspace observer
 * send, and relays them to the module. A program of its own, as it keeps CAP_NET_ADMIN
 * and reads what any process sends.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <varta.h>

#include "args.h"
#include "clock.h"
#include "command.h"
#include "end_signals.h"
#include "error.h"
#include "gateway.h"
#include "process.h"
#include "procfs.h"
#include "service.h"

const char *argp_program_version = "varta-gateway " VARTA_VERSION;

#define AGENT_NAME		"varta-gateway"
#define RATE_DEFAULT		100
#define RATE_MAX		1000000
#define METRICS_INTERVAL	(15 * NS_PER_S)
/* Batches of each socket that are still read at the end. */
#define LAST_BATCHES		4

/**
 * struct gateway_options - How to run.
 * @paths: Unix sockets to open.
 * @path_count: Number of them; 0 for the default.
 * @mode: Their permissions.
 * @addresses: Where to receive by UDP.
 * @address_count: Number of them.
 * @sources: Who may send there.
 * @keys: Keys of what they send.
 * @threshold_ms: Threshold of all agents, 0 for the module's.
 * @rate: Frames of a sender in a second.
 * @metrics: File of metrics, or NULL.
 */
struct gateway_options {
	const char *paths[INLETS_MAX];
	size_t path_count;
	mode_t mode;
	const char *addresses[INLETS_MAX];
	size_t address_count;
	struct sources sources;
	struct sealed_keys keys;
	uint32_t threshold_ms, rate;
	const char *metrics;
};

enum {
	OPTION_SOCKET = 256,
	OPTION_MODE,
	OPTION_UDP,
	OPTION_SOURCE,
	OPTION_THRESHOLD,
	OPTION_RATE,
	OPTION_METRICS,
	OPTION_KEY,
	OPTION_MASTER_KEY,
};

static const struct argp_option option_table[] = {
	{ .name = "socket", .key = OPTION_SOCKET, .arg = "PATH",
	  .doc = "Unix datagram socket (default " INLETS_DEFAULT "); may be "
		 "given again. Sockets of systemd come first" },
	{ .name = "socket-mode", .key = OPTION_MODE, .arg = "OCTAL",
	  .doc = "Permissions of the sockets (default 0666)" },
	{ .name = "udp", .key = OPTION_UDP, .arg = "ADDRESS:PORT",
	  .doc = "Receive by UDP, too; may be given again" },
	{ .name = "source", .key = OPTION_SOURCE,
	  .arg = "ADDRESS=NUMBER[,NAME]",
	  .doc = "A machine that may send by UDP: the number of its agents' "
		 "source, and their name" },
	{ .name = "key-file", .key = OPTION_KEY, .arg = "FILE",
	  .doc = "A key of frames by UDP, which are sealed then; may be given "
		 "again" },
	{ .name = "master-key-file", .key = OPTION_MASTER_KEY, .arg = "FILE",
	  .doc = "The key from which those of the agents are made" },
	{ .name = "threshold", .key = OPTION_THRESHOLD, .arg = "DURATION",
	  .doc = "Threshold of the agents (default: threshold_ms)" },
	{ .name = "rate", .key = OPTION_RATE, .arg = "NUMBER",
	  .doc = "Frames of a sender in a second (default 100); 0 for no "
		 "limit" },
	{ .name = "metrics", .key = OPTION_METRICS, .arg = "FILE",
	  .doc = "Write metrics to FILE every 15 seconds" },
	{ 0 }
};

static mode_t parse_mode(const struct argp_state *state, const char *text)
{
	char *end;
	unsigned long mode = strtoul(text, &end, 8);

	if (!*text || *end || mode > 0777 || *text == '-')
		args_error(state, "--socket-mode", text,
			   "not permissions (0..0777)");
	return (mode_t)mode;
}

static void add_text(const char **list, size_t *count, const char *text,
		     const struct argp_state *state)
{
	if (*count == INLETS_MAX)
		argp_error(state, "more than %d sockets", INLETS_MAX);
	list[(*count)++] = text;
}

static void add_source(struct gateway_options *options, const char *text,
		       const struct argp_state *state)
{
	const char *problem = sources_add(&options->sources, text);

	if (problem)
		args_error(state, "--source", text, "%s", problem);
}

static void read_key(unsigned char *key, const char *option, const char *path,
		     const struct argp_state *state)
{
	const char *problem = sealed_read_key(key, path);

	if (problem)
		args_error(state, option, path, "%s", problem);
}

static void add_key(struct sealed_keys *keys, const char *path,
		    const struct argp_state *state)
{
	if (keys->count == SEALED_KEYS_MAX)
		argp_error(state, "more than %d keys", SEALED_KEYS_MAX);
	read_key(keys->shared[keys->count++], "--key-file", path, state);
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct gateway_options *options = state->input;

	switch (key) {
	case OPTION_SOCKET:
		add_text(options->paths, &options->path_count, argument, state);
		return 0;
	case OPTION_MODE:
		options->mode = parse_mode(state, argument);
		return 0;
	case OPTION_UDP:
		add_text(options->addresses, &options->address_count, argument,
			 state);
		return 0;
	case OPTION_SOURCE:
		add_source(options, argument, state);
		return 0;
	case OPTION_THRESHOLD:
		options->threshold_ms = args_duration(state, "--threshold",
						      argument, 1,
						      86400000);
		return 0;
	case OPTION_RATE:
		options->rate = args_u32(state, "--rate", argument, 0,
					 RATE_MAX);
		return 0;
	case OPTION_METRICS:
		options->metrics = argument;
		return 0;
	case OPTION_KEY:
		add_key(&options->keys, argument, state);
		return 0;
	case OPTION_MASTER_KEY:
		read_key(options->keys.master, "--master-key-file", argument,
			 state);
		options->keys.has_master = true;
		return 0;
	case ARGP_KEY_END:
		if (options->address_count && !options->sources.count)
			argp_error(state, "--udp needs --source: who may "
				   "send");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp parser = {
	.options = option_table,
	.parser = parse_option,
	.doc = "Relay the frames of clients of the userspace observer to the "
	       "module.\v"
	       "Needs CAP_NET_ADMIN in the initial user namespace, and runs in "
	       "the initial pid namespace. It goes on without the module.",
};

static int fail_inlet(const char *what, const char *problem)
{
	fprintf(stderr, "varta gateway: cannot receive on '%s': %s\n", what,
		problem);
	return EXIT_SYSTEM;
}

static int open_unix(struct inlets *inlets,
		     const struct gateway_options *options)
{
	const char *path = INLETS_DEFAULT, *problem;
	size_t i = 0;

	do {
		if (options->path_count)
			path = options->paths[i];
		problem = inlets_add_unix(inlets, path, options->mode);
		if (problem)
			return fail_inlet(path, problem);
	} while (++i < options->path_count);
	return EXIT_OK;
}

static int open_inlets(struct inlets *inlets,
		       const struct gateway_options *options)
{
	int error = inlets_from_systemd(inlets), code = EXIT_OK;
	const char *problem;
	size_t i;

	if (error)
		return fail_system("use the sockets of systemd", error);
	if (!inlets->count)
		code = open_unix(inlets, options);
	for (i = 0; code == EXIT_OK && i < options->address_count; i++) {
		problem = inlets_add_udp(inlets, options->addresses[i]);
		if (problem)
			code = fail_inlet(options->addresses[i], problem);
	}
	return code;
}

/* A message without beats tells whether this process may relay. */
static int open_relay(struct gateway *gateway)
{
	struct varta_options options = VARTA_OPTIONS_INIT;
	int error;

	options.optional = true;
	error = varta_open(&gateway->v, &options);
	if (error)
		return fail_open(error);
	error = varta_relay(gateway->v, 0, NULL, 0);
	if (!error || error == -ENODEV)
		return EXIT_OK;
	return fail_privileged(gateway->v, "relay", error);
}

static int open_gateway(struct gateway *gateway,
			const struct gateway_options *options)
{
	uint64_t seed;

	if (!process_sees_all()) {
		fputs("varta gateway: this is not the initial pid namespace, "
		      "whose pids the module needs\n", stderr);
		return EXIT_SYSTEM;
	}
	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		return fail_system("get random numbers", -errno);
	gateway->threshold_ms = options->threshold_ms;
	gateway->sources = options->sources;
	gateway->keys = options->keys;
	senders_init(&gateway->senders, seed, options->rate);
	gateway->procfs = procfs_open();
	if (gateway->procfs < 0)
		return fail_system("open /proc", gateway->procfs);
	return open_relay(gateway);
}

/* Returns whether there may be more. */
static bool work(struct gateway *gateway, const struct inlet *inlet)
{
	static struct datagram datagrams[BATCH_MAX];
	static struct admitted admitted[BATCH_MAX];
	size_t count = inlet_receive(inlet, datagrams);
	size_t n = gateway_admit(gateway, inlet, datagrams, count, admitted);

	if (n)
		gateway_relay(gateway, admitted, n);
	return count == BATCH_MAX;
}

static void show(struct gateway *gateway, const struct service *service,
		 const char *metrics)
{
	static bool failed;
	char text[96];
	int error = 0;

	snprintf(text, sizeof(text), "STATUS=%" PRIu64 " beats relayed, %" PRIu64
		 " frames not", gateway->tally.relayed,
		 tally_total(&gateway->tally));
	service_tell(service, text);
	if (metrics)
		error = tally_write(&gateway->tally, metrics);
	if (error && !failed)
		fprintf(stderr, "varta gateway: cannot write '%s': %s\n",
			metrics, strerror(-error));
	failed = error;
}

static void wait_for_work(struct pollfd *fds, size_t count, uint64_t due)
{
	/* Errors of poll(2) leave the last results. */
	if (poll(fds, (nfds_t)count, ms_until(due)) < 0)
		while (count)
			fds[--count].revents = 0;
}

static void serve(struct gateway *gateway, const struct inlets *inlets,
		  struct service *service, int signals, const char *metrics)
{
	struct pollfd fds[INLETS_MAX + 1];
	uint64_t due, show_due = 0, now;
	size_t i;

	for (i = 0; i < inlets->count; i++)
		fds[i] = (struct pollfd){ .fd = inlets->inlets[i].fd,
					  .events = POLLIN };
	fds[i] = (struct pollfd){ .fd = signals, .events = POLLIN };
	service_ready(service);
	do {
		service_work(service);
		now = varta_monotonic_now();
		tally_log(&gateway->tally, now);
		if (now >= show_due) {
			show(gateway, service, metrics);
			show_due = now + METRICS_INTERVAL;
		}
		due = service_due(service);
		wait_for_work(fds, inlets->count + 1,
			      due < show_due ? due : show_due);
		for (i = 0; i < inlets->count; i++)
			if (fds[i].revents)
				work(gateway, &inlets->inlets[i]);
	} while (!fds[inlets->count].revents);
	show(gateway, service, metrics);
}

/* What was sent before the gateway was ended. */
static void empty(struct gateway *gateway, const struct inlets *inlets)
{
	size_t i;
	int batch;

	for (i = 0; i < inlets->count; i++)
		for (batch = 0; batch < LAST_BATCHES; batch++)
			if (!work(gateway, &inlets->inlets[i]))
				break;
	gateway->tally.log_due = 0;
	tally_log(&gateway->tally, varta_monotonic_now());
}

static int run(struct gateway *gateway, const struct gateway_options *options)
{
	struct inlets inlets = { .count = 0 };
	struct service service;
	int code, signals;

	code = open_inlets(&inlets, options);
	if (code != EXIT_OK) {
		inlets_close(&inlets);
		return code;
	}
	signals = end_signals_open();
	if (signals < 0) {
		inlets_close(&inlets);
		return fail_system("catch signals", signals);
	}
	if (service_open(&service, AGENT_NAME)) {
		inlets_close(&inlets);
		return EXIT_SYSTEM;
	}
	serve(gateway, &inlets, &service, signals, options->metrics);
	empty(gateway, &inlets);
	service_close(&service);
	inlets_close(&inlets);
	close(signals);
	return EXIT_OK;
}

int main(int argc, char **argv)
{
	static struct gateway_options options = {
		.mode = 0666,
		.rate = RATE_DEFAULT,
	};
	static struct gateway gateway;
	int code;

	if (!setlocale(LC_ALL, ""))
		setlocale(LC_CTYPE, "");
	argp_err_exit_status = EXIT_USAGE;
	if (argp_parse(&parser, argc, argv, 0, NULL, &options))
		return EXIT_SYSTEM;
	code = open_gateway(&gateway, &options);
	if (code == EXIT_OK)
		code = run(&gateway, &options);
	varta_close(gateway.v);
	return code;
}
