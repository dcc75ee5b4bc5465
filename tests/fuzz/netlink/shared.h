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
 * @ready: the entry is complete
 * @useful: it reached new code in this run
 */
struct entry {
	struct program program;
	_Atomic bool ready;
	_Atomic bool useful;
};

#define SLOT_MAGIC	"varta-fuzz-slot"

/**
 * struct slot - what runs next, for analysis after a crash
 * @magic: SLOT_MAGIC
 * @sequence: the order of the slots, from 1
 * @load: the parameters of the module, if @is_load
 * @program: the program, if not @is_load
 * @is_load: whether the module is loaded next
 *
 * One page, so that it is contiguous in the memory of the guest.
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
 * struct shared - the shared memory
 * @slots: a ring of programs, then one slot for the last parameters
 * @coverage: the code that has run
 * @messages: number of messages sent
 * @programs: number of programs run
 * @sequence: number of slots used
 * @generation: number of times the module was loaded or unloaded
 * @corpus: programs that reached new code, seeds first
 * @corpus_count: entries that are used or reserved
 * @seeds: number of entries read from files
 * @next_seed: for each persona, the seed to run next
 * @only_seeds: run the seeds only
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

/* slot_note() - record what runs next: a program, or NULL and parameters */
void slot_note(struct shared *shared, const struct program *program,
	       const char *load);

/* slots_print() - find slots in a memory image, print them in order */
int slots_print(const char *path);

/* corpus_add() - add a program; NULL if the corpus is full */
struct entry *corpus_add(struct shared *shared,
			 const struct program *program);

/*
 * corpus_read() - read the programs in a file as seeds, small ones first. Copies
 * the parameters in the file to @load, which has LOAD_MAX bytes. Exits if a line
 * is invalid.
 */
void corpus_read(struct shared *shared, const char *path, char *load);

/* corpus_print() - print the useful programs */
void corpus_print(const struct shared *shared);

/* worker_run() - run programs as a sender, then exit */
_Noreturn void worker_run(struct shared *shared, enum persona persona,
			  uint64_t seed);

#endif /* FUZZ_SHARED_H */
