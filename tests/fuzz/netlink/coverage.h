/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The code of the module that the calling task runs, from KCOV, and which part
 * of it is new to all tasks of the fuzzer.
 */
#ifndef FUZZ_COVERAGE_H
#define FUZZ_COVERAGE_H

#include <stdatomic.h>
#include <stdint.h>

enum {
	EDGES		= 1 << 16,
	/* More than the module has calls of KCOV; a power of two. */
	PLACES		= 1 << 13,
};

/**
 * struct coverage - the code that has run, shared by all tasks
 * @base: current address of the module's code, 0 if not loaded
 * @size: size of its code
 * @edges: flags, indexed by a hash of two consecutive places
 * @places: hash table of offsets in the code plus 1; 0 is an empty entry
 * @edge_count: number of edges
 * @place_count: number of places
 */
struct coverage {
	_Atomic uint64_t base;
	_Atomic uint64_t size;
	_Atomic uint8_t edges[EDGES];
	_Atomic uint32_t places[PLACES];
	_Atomic uint32_t edge_count;
	_Atomic uint32_t place_count;
};

/* coverage_open() - open KCOV for this process; needs root, exits on error */
void coverage_open(void);

/* coverage_start() - start to record this task; exits on error */
void coverage_start(void);

/* coverage_begin() - discard the record so far */
void coverage_begin(void);

/*
 * coverage_take() - add the record since coverage_begin() or the last call;
 * returns the number of new edges
 */
uint32_t coverage_take(struct coverage *seen);

#endif /* FUZZ_COVERAGE_H */
