/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared memory of the fuzzer's processes. Any of them can be killed at any time,
 * so there are no locks, and entries are marked when they are complete.
 */
#ifndef FUZZ_SHARED_H
#define FUZZ_SHARED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "coverage.h"
#include "program.h"

enum {
	CORPUS_MAX	= 4096,
	SLOTS		= 1024,
	SLOT_SIZE	= 4096,
	LOAD_MAX	= 128,
};

/**
 * struct entry - one program of the corpus
 * @program: the program
 * @ready: it is there
 * @useful: it was the first in this run to reach something
 */
struct entry {
	struct program program;
	_Atomic bool ready;
	_Atomic bool useful;
};

#define SLOT_MAGIC	"varta-fuzz-slot"

/**
 * struct slot - the next operation, to be found after a crash
 * @magic: SLOT_MAGIC
 * @sequence: the order of the slots, from 1
 * @load: the parameters of the module, if @is_load
 * @program: the program, if not @is_load
 * @is_load: whether the module is loaded next
 *
 * A page, so that it is contiguous in the memory of the guest, where it is found
 * after a crash.
 */
struct slot {
	char magic[16];
	_Atomic uint64_t sequence;
	union {
		char load[LOAD_MAX];
		struct program program;
	};
	bool is_load;
} __attribute__((aligned(SLOT_SIZE)));

/**
 * struct shared - all of it
 * @slots: a ring, and behind it the one for the last parameters
 * @coverage: what was reached
 * @messages: that were sent
 * @programs: that were run
 * @sequence: slots that were used
 * @generation: how often the module was loaded or unloaded
 * @corpus: programs that reached something new, seeds first
 * @corpus_count: entries used or about to be
 * @seeds: how many of them came from outside
 * @next_seed: for each persona, the seed to run next
 * @only_seeds: run them and nothing else
 */
struct shared {
	struct slot slots[SLOTS + 1];
	struct coverage coverage;
	_Atomic uint64_t messages;
	_Atomic uint64_t programs;
	_Atomic uint64_t sequence;
	_Atomic uint32_t generation;
	struct entry corpus[CORPUS_MAX];
	_Atomic uint32_t corpus_count;
	uint32_t seeds;
	_Atomic uint32_t next_seed[PERSONAS];
	bool only_seeds;
};

/* slot_note() - note what comes next: a program, or NULL and parameters */
void slot_note(struct shared *shared, const struct program *program,
	       const char *load);

/* slots_print() - find slots in the memory of a machine, print them in order */
int slots_print(const char *path);

/* corpus_add() - keep a program; NULL if there is no more room */
struct entry *corpus_add(struct shared *shared,
			 const struct program *program);

/*
 * corpus_read() - the programs in a file become seeds, small ones first;
 * parameters that the file tells are put into @load, of LOAD_MAX bytes. Ends
 * the process if there is something that it does not understand.
 */
void corpus_read(struct shared *shared, const char *path, char *load);

/* corpus_print() - print those that were useful */
void corpus_print(const struct shared *shared);

/* worker_run() - be a sender until its life ends; does not return */
_Noreturn void worker_run(struct shared *shared, enum persona persona,
			  uint64_t seed);

#endif /* FUZZ_SHARED_H */
