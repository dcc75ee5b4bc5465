// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The simplest agent: it sends beats at an interval.
 */
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <varta.h>

static const char usage[] =
	"Usage: agent [OPTION]... INTERVAL\n"
	"Sends a beat every INTERVAL milliseconds.\n"
	"\n"
	"  --count N       send N beats (default: without end)\n"
	"  --name NAME     name of the agent (default: agent)\n"
	"  --threshold MS  stalled after this silence (default: the module's)\n"
	"  --exit CODE     exit with CODE after the last beat (default 0)\n";

static void wait_ms(unsigned long ms)
{
	struct timespec time = {
		.tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};

	nanosleep(&time, NULL);
}

static unsigned long number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end) {
		fputs(usage, stderr);
		exit(2);
	}
	return value;
}

/* A failed beat is reported once, and the work goes on. */
static void work(struct varta *v, unsigned long interval, unsigned long count)
{
	int error, last_error = 0;
	unsigned long i;

	for (i = 0; !count || i < count; i++) {
		if (i)
			wait_ms(interval);
		error = varta_beat(v, VARTA_STATUS_OK, (uint32_t)i);
		if (error < 0 && error != last_error)
			fprintf(stderr, "agent: beat: %s\n", varta_errmsg(v));
		last_error = error;
	}
}

struct arguments {
	struct varta_options options;
	unsigned long interval, count, exit_code;
};

static void read_arguments(struct arguments *arguments, int argc, char **argv)
{
	static const struct option options[] = {
		{ "count", required_argument, NULL, 'c' },
		{ "name", required_argument, NULL, 'n' },
		{ "threshold", required_argument, NULL, 't' },
		{ "exit", required_argument, NULL, 'e' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	int option;

	while ((option = getopt_long(argc, argv, "c:n:t:e:h", options,
				     NULL)) != -1) {
		switch (option) {
		case 'c':
			arguments->count = number(optarg);
			break;
		case 'n':
			arguments->options.name = optarg;
			break;
		case 't':
			arguments->options.threshold_ms =
				(uint32_t)number(optarg);
			break;
		case 'e':
			arguments->exit_code = number(optarg);
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (optind != argc - 1) {
		fputs(usage, stderr);
		exit(2);
	}
	arguments->interval = number(argv[optind]);
}

int main(int argc, char **argv)
{
	struct arguments arguments = { .options = VARTA_OPTIONS_INIT };
	struct varta *v;
	int error;

	read_arguments(&arguments, argc, argv);
	error = varta_open(&v, &arguments.options);
	if (error) {
		fprintf(stderr, "agent: cannot reach varta: %s\n",
			strerror(-error));
		return 1;
	}
	work(v, arguments.interval, arguments.count);
	varta_close(v);
	return (int)arguments.exit_code;
}
