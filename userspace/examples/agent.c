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
	"Usage: agent [--count N] INTERVAL\n"
	"Beats every INTERVAL milliseconds, N times or for ever.\n";

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
		if (error && error != last_error)
			fprintf(stderr, "agent: beat: %s\n",
				varta_strerror(v));
		last_error = error;
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "count", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	unsigned long count = 0;
	struct varta *v;
	int option, error;

	while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			count = number(optarg);
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	if (optind != argc - 1) {
		fputs(usage, stderr);
		return 2;
	}

	error = varta_open(&v, NULL);
	if (error) {
		fprintf(stderr, "agent: cannot reach varta: %s\n",
			strerror(-error));
		return 1;
	}
	work(v, number(argv[optind]), count);
	varta_close(v);
	return 0;
}
