// SPDX-License-Identifier: GPL-2.0-only
/* One sender of the fuzzer: keeps programs that reach new code. */
#include "shared.h"

#include <stdlib.h>
#include <sys/prctl.h>
#include <signal.h>
#include <unistd.h>

#include "generate.h"
#include "sender.h"

enum {
	/* Programs of one process, which then ends with its namespaces. */
	LIFE	= 400,
	/* Without work or module, exit; the supervisor restarts the worker later. */
	IDLE	= 3,
};

/* The next seed of this persona, NULL if all were taken. */
static struct entry *take_seed(struct shared *shared, enum persona persona)
{
	uint32_t at;

	while ((at = shared->next_seed[persona]++) < shared->seeds)
		if (shared->corpus[at].program.persona == persona)
			return &shared->corpus[at];
	/* Check first, so that next_seed does not wrap. */
	shared->next_seed[persona] = shared->seeds;
	return NULL;
}

static const struct program *any_known(const struct shared *shared)
{
	uint32_t count = shared->corpus_count, at;

	if (count > CORPUS_MAX)
		count = CORPUS_MAX;
	if (!count)
		return NULL;
	at = random_below(count);
	/* Prefer the newest entries: they have been mutated least. */
	if (one_in(3))
		at = count - 1 - random_below(count / 8 + 1);
	return shared->corpus[at].ready ? &shared->corpus[at].program : NULL;
}

static void choose(const struct shared *shared, struct program *program)
{
	const struct program *base = any_known(shared);
	const struct program *other = any_known(shared);

	if (!base || !other || one_in(4)) {
		generate_program(program);
		return;
	}
	*program = *base;
	mutate_program(program, other);
}

/* Returns the number of operations up to the last new edge. */
static uint8_t run(struct shared *shared, const struct program *program)
{
	uint8_t i, useful = 0;

	slot_note(shared, program, NULL);
	shared->programs++;
	coverage_begin();
	for (i = 0; i < program->count; i++) {
		sender_run(&program->operations[i]);
		if (coverage_take(&shared->coverage))
			useful = (uint8_t)(i + 1);
	}
	return useful;
}

static void run_one(struct shared *shared, enum persona persona)
{
	struct entry *entry = take_seed(shared, persona);
	struct program program;
	uint8_t useful;

	if (entry) {
		program = entry->program;
		if (run(shared, &program))
			entry->useful = true;
		return;
	}
	if (shared->only_seeds)
		_exit(IDLE);
	choose(shared, &program);
	program.persona = (uint8_t)persona;
	useful = run(shared, &program);
	if (!useful)
		return;
	program.count = useful;
	entry = corpus_add(shared, &program);
	if (entry)
		entry->useful = true;
}

_Noreturn void worker_run(struct shared *shared, enum persona persona,
			  uint64_t seed)
{
	uint32_t generation = shared->generation;
	int i;

	random_seed(seed);
	coverage_open();
	sender_become(persona);
	if (!sender_open(&shared->messages))
		_exit(IDLE);
	coverage_start();
	for (i = 0; i < LIFE && shared->generation == generation; i++)
		run_one(shared, persona);
	_exit(0);
}
