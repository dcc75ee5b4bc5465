/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What of the module the calling task runs, from KCOV, and what of it was
 * never seen before by any task of the fuzzer.
 */
#ifndef FUZZ_COVERAGE_H
#define FUZZ_COVERAGE_H

#include <stdatomic.h>
#include <stdint.h>

enum {
	EDGES		= 1 << 16,
	/* More than the module has instructions to count; a power of two. */
	PLACES		= 1 << 13,
};

/**
 * struct coverage - what was seen, shared by all tasks
 * @base: where the module's code is now, 0 for not loaded
 * @size: of its code
 * @edges: by a hash of two places that came one after the other
 * @places: offsets in the code, one more than they are; a hash table
 * @edge_count: how many edges
 * @place_count: how many places
 */
struct coverage {
	_Atomic uint64_t base;
	_Atomic uint64_t size;
	_Atomic uint8_t edges[EDGES];
	_Atomic uint32_t places[PLACES];
	_Atomic uint32_t edge_count;
	_Atomic uint32_t place_count;
};

/* coverage_open() - get what coverage_begin() needs; takes root, ends on error */
void coverage_open(void);

/* coverage_start() - collect for this task from now on; ends on error */
void coverage_start(void);

/* coverage_begin() - forget what was collected */
void coverage_begin(void);

/*
 * coverage_take() - add what was collected since coverage_begin() or the last
 * call; returns how many edges were new
 */
uint32_t coverage_take(struct coverage *seen);

#endif /* FUZZ_COVERAGE_H */
