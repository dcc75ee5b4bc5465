// SPDX-License-Identifier: GPL-2.0-only
/*
 * varta exporter: shows counters and agents to Prometheus. A program of its own,
 * so that the tool needs no HTTP server.
 */
#include <argp.h>
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <varta.h>

#include "args.h"
#include "command.h"
#include "error.h"
#include "feed.h"
#include "http.h"
#include "sockets.h"
#include "web_config.h"

const char *argp_program_version = "varta-exporter " VARTA_VERSION;

/* Limits of the time between two passes over all agents. */
#define REFRESH_MIN_MS		1000
#define REFRESH_MAX_MS		3600000
#define REFRESH_DEFAULT_MS	5000

/**
 * struct exporter_options - How to run.
 * @addresses: Where to listen.
 * @address_count: Number of them; 0 for the default.
 * @web_config: File of the web configuration, or NULL.
 * @series_max: Most series of agents.
 * @refresh_ms: Time between two passes over all agents.
 */
struct exporter_options {
	const char *addresses[SOCKETS_MAX];
	size_t address_count;
	const char *web_config;
	size_t series_max;
	uint32_t refresh_ms;
};

enum {
	OPTION_LISTEN = 256,
	OPTION_MAX_SERIES,
	OPTION_REFRESH,
	OPTION_WEB_CONFIG,
};

static const struct argp_option option_table[] = {
	{ .name = "listen", .key = OPTION_LISTEN, .arg = "ADDRESS:PORT",
	  .doc = "Listen there (default " SOCKETS_DEFAULT "); may be given "
		 "again. Sockets of systemd come first" },
	{ .name = "web-config", .key = OPTION_WEB_CONFIG, .arg = "FILE",
	  .doc = "TLS and passwords, in the form of the Prometheus exporter "
		 "toolkit" },
	{ .name = "max-series", .key = OPTION_MAX_SERIES, .arg = "NUMBER",
	  .doc = "Most series of agents (default 1000); the agents of others "
		 "are in the series _other" },
	{ .name = "refresh", .key = OPTION_REFRESH, .arg = "DURATION",
	  .doc = "Read all agents so often (default 5s)" },
	{ 0 }
};

static void add_address(struct exporter_options *options, const char *text,
			const struct argp_state *state)
{
	if (options->address_count == SOCKETS_MAX)
		argp_error(state, "more than %d addresses", SOCKETS_MAX);
	options->addresses[options->address_count++] = text;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
	struct exporter_options *options = state->input;

	switch (key) {
	case OPTION_LISTEN:
		add_address(options, argument, state);
		return 0;
	case OPTION_WEB_CONFIG:
		options->web_config = argument;
		return 0;
	case OPTION_MAX_SERIES:
		options->series_max = args_u32(state, "--max-series", argument,
					       SERIES_MIN, SERIES_MAX);
		return 0;
	case OPTION_REFRESH:
		options->refresh_ms = args_duration(state, "--refresh",
						    argument, REFRESH_MIN_MS,
						    REFRESH_MAX_MS);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp parser = {
	.options = option_table,
	.parser = parse_option,
	.doc = "Show counters and agents to Prometheus, by HTTP at /metrics.\v"
	       "Needs CAP_NET_ADMIN. Never loads the module: without it, "
	       "varta_up is 0.",
};

static volatile sig_atomic_t ended;

static void on_end(int number)
{
	(void)number;
	ended = 1;
}

/* They are delivered only while the loop waits. Sets @waiting. */
static void catch_signals(sigset_t *waiting)
{
	const struct sigaction end = { .sa_handler = on_end };
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_BLOCK, &blocked, waiting);
	sigdelset(waiting, SIGTERM);
	sigdelset(waiting, SIGINT);
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGINT, &end, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

static void wait_for_work(const struct feed *feed, const struct http *http,
			  const sigset_t *waiting)
{
	struct pollfd fds[FEED_FDS + SOCKETS_MAX];
	uint64_t now, due = feed_due(feed), other = http_due(http);
	int numbers[FEED_FDS + SOCKETS_MAX];
	struct timespec timeout = { 0 };
	size_t i;

	if (other < due)
		due = other;
	feed_fds(feed, numbers);
	http_fds(http, numbers + FEED_FDS);
	for (i = 0; i < FEED_FDS + http->count; i++)
		fds[i] = (struct pollfd){ .fd = numbers[i], .events = POLLIN };
	now = varta_monotonic_now();
	if (due > now) {
		timeout.tv_sec = (time_t)((due - now) / 1000000000);
		timeout.tv_nsec = (long)((due - now) % 1000000000);
	}
	ppoll(fds, FEED_FDS + http->count, &timeout, waiting);
}

/* A plain protocol: one datagram, see sd_notify(3). */
static void notify_ready(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un {
		sa_family_t family;
		char path[108];
	} address = { .family = AF_UNIX };
	static const char text[] = "READY=1";
	size_t length = path ? strlen(path) : 0;
	int fd;

	if (!length || length >= sizeof(address.path))
		return;
	memcpy(address.path, path, length);
	if (address.path[0] == '@')
		address.path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	sendto(fd, text, strlen(text), MSG_NOSIGNAL,
	       (const struct sockaddr *)&address,
	       (socklen_t)(offsetof(struct sockaddr_un, path) + length));
	close(fd);
}

static int serve(struct feed *feed, struct sockets *sockets,
		 const struct web_config *config)
{
	struct http http;
	sigset_t waiting;
	int error = http_open(&http, sockets, feed, config);

	if (error == -EINVAL && config->certificate) {
		fputs("varta exporter: certificate and key are not valid\n",
		      stderr);
		return EXIT_SYSTEM;
	}
	if (error)
		return fail_system("start the HTTP server", error);
	catch_signals(&waiting);
	notify_ready();
	while (!ended) {
		feed_work(feed);
		http_work(&http);
		wait_for_work(feed, &http, &waiting);
	}
	http_close(&http);
	return EXIT_OK;
}

static int listen_all(struct sockets *sockets,
		      const struct exporter_options *options)
{
	const char *address = SOCKETS_DEFAULT, *problem;
	int error = sockets_from_systemd(sockets);
	size_t i = 0;

	if (error)
		return fail_system("use the sockets of systemd", error);
	if (sockets->count)
		return EXIT_OK;
	do {
		if (options->address_count)
			address = options->addresses[i];
		problem = sockets_add(sockets, address);
		if (problem) {
			fprintf(stderr,
				"varta exporter: cannot listen on '%s': %s\n",
				address, problem);
			return EXIT_SYSTEM;
		}
	} while (++i < options->address_count);
	return EXIT_OK;
}

static int run(const struct exporter_options *options,
	       const struct web_config *config)
{
	struct sockets sockets = { .count = 0 };
	static struct feed feed;
	int code, error;

	code = listen_all(&sockets, options);
	if (code != EXIT_OK)
		return code;
	error = feed_open(&feed, options->series_max, options->refresh_ms);
	if (error)
		return fail_listen(error);
	code = serve(&feed, &sockets, config);
	feed_close(&feed);
	return code;
}

int main(int argc, char **argv)
{
	struct exporter_options options = {
		.series_max = SERIES_DEFAULT,
		.refresh_ms = REFRESH_DEFAULT_MS,
	};
	struct web_config config = { 0 };
	int code;

	if (!setlocale(LC_ALL, ""))
		setlocale(LC_CTYPE, "");
	/* Numbers of metrics have a point. */
	setlocale(LC_NUMERIC, "C");
	argp_err_exit_status = EXIT_USAGE;
	if (argp_parse(&parser, argc, argv, 0, NULL, &options))
		return EXIT_SYSTEM;
	if (options.web_config &&
	    !web_config_read(&config, options.web_config))
		return EXIT_USAGE;
	code = run(&options, &config);
	web_config_free(&config);
	return code;
}
