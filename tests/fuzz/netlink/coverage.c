// SPDX-License-Identifier: GPL-2.0-only
/* Coverage by KCOV. See coverage.h. */
#include "coverage.h"

#include <err.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <linux/kcov.h>

/* In words: more than most programs run through. KCOV drops the rest. */
#define AREA	(16 << 10)

static int kcov = -1;
static _Atomic uint64_t *area;
/* The number of words read so far, and the last place. */
static uint64_t taken, previous;

void coverage_open(void)
{
	kcov = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
	if (kcov < 0)
		err(1, "/sys/kernel/debug/kcov");
	if (ioctl(kcov, KCOV_INIT_TRACE, (unsigned long)AREA))
		err(1, "KCOV_INIT_TRACE");
	area = mmap(NULL, AREA * sizeof(*area), PROT_READ | PROT_WRITE,
		    MAP_SHARED, kcov, 0);
	if (area == MAP_FAILED)
		err(1, "mmap of kcov");
}

void coverage_start(void)
{
	if (ioctl(kcov, KCOV_ENABLE, KCOV_TRACE_PC))
		err(1, "KCOV_ENABLE");
}

void coverage_begin(void)
{
	area[0] = 0;
	taken = 0;
	previous = 0;
}

static void note_place(struct coverage *seen, uint32_t place)
{
	uint32_t i, at = place * 2654435761U % PLACES;

	for (i = 0; i < PLACES; i++, at = (at + 1) % PLACES) {
		uint32_t there = 0;

		if (atomic_compare_exchange_strong(&seen->places[at], &there,
						   place + 1)) {
			seen->place_count++;
			return;
		}
		if (there == place + 1)
			return;
	}
}

static uint32_t note_edge(struct coverage *seen, uint64_t from, uint64_t to)
{
	uint32_t edge = (uint32_t)((from * 31 ^ to) * 2654435761U >> 8) % EDGES;

	if (seen->edges[edge] || atomic_exchange(&seen->edges[edge], 1))
		return 0;
	seen->edge_count++;
	return 1;
}

uint32_t coverage_take(struct coverage *seen)
{
	uint64_t base = seen->base, size = seen->size, count = area[0];
	uint32_t found = 0;

	if (count >= AREA)
		count = AREA - 1;
	for (; taken < count; taken++) {
		uint64_t place = area[taken + 1] - base;

		/* Not module text: unloaded meanwhile, or the init section. */
		if (place >= size)
			continue;
		found += note_edge(seen, previous, place);
		note_place(seen, (uint32_t)place);
		previous = place;
	}
	return found;
}
