// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * An agent with nothing to do but to beat: what a program needs of libvarta.
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
	"Beats every INTERVAL milliseconds.\n"
	"\n"
	"  --count N       N times (default: for ever)\n"
	"  --name NAME     call it so (default: agent)\n"
	"  --threshold MS  stalled when silent so long (default: ledger's)\n"
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

/* A refused beat is worth a word, but no reason to stop working. */
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
	struct varta_options how;
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
			arguments->how.name = optarg;
			break;
		case 't':
			arguments->how.threshold_ms = (uint32_t)number(optarg);
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
	struct arguments arguments = { .how = VARTA_OPTIONS_INIT };
	struct varta *v;
	int error;

	read_arguments(&arguments, argc, argv);
	error = varta_open(&v, &arguments.how);
	if (error) {
		fprintf(stderr, "agent: cannot reach varta: %s\n",
			strerror(-error));
		return 1;
	}
	work(v, arguments.interval, arguments.count);
	varta_close(v);
	return (int)arguments.exit_code;
}
