// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * An event loop that runs tasks, each of which has to end in time: a scope. If
 * one does not, the lane tells which kind of task hangs, long before the
 * process stalls.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <varta.h>

static const char usage[] =
	"Usage: tasks LIMIT_MS [KIND]\n"
	"Runs tasks of the kinds read and write, which have to end within LIMIT_MS.\n"
	"If KIND is given, the third task of this kind waits for a line on the\n"
	"standard input.\n";

struct kind {
	const char *name;
	struct varta_lane *lane;
	unsigned int count;
};

static void wait_ms(long ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

static void run(struct kind *kind, uint32_t limit_ms, const char *hang)
{
	varta_scope_begin(kind->lane, limit_ms);
	if (++kind->count == 3 && hang && !strcmp(kind->name, hang))
		getchar();
	else
		wait_ms(1);
	varta_scope_end(kind->lane);
}

int main(int argc, char **argv)
{
	struct kind kinds[] = { { .name = "read" }, { .name = "write" } };
	struct varta_options options = VARTA_OPTIONS_INIT;
	uint32_t limit_ms;
	struct varta *v;
	size_t i;

	if (argc < 2) {
		fputs(usage, stderr);
		return 2;
	}
	limit_ms = (uint32_t)atoi(argv[1]);
	options.lanes = 2;
	options.optional = true;
	if (varta_open(&v, &options))
		return 1;
	for (i = 0; i < 2; i++)
		if (varta_lane_open(v, &kinds[i].lane, kinds[i].name, limit_ms))
			return 1;
	for (;;) {
		varta_dispatch(v, VARTA_STATUS_OK, 0);
		for (i = 0; i < 2; i++)
			run(&kinds[i], limit_ms, argv[2]);
		wait_ms(10);
	}
}
