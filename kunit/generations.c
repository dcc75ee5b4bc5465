// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generations for tests. Holds are counted for each generation, so that a
 * missing one does not hide behind one too many of another.
 */
#include <linux/atomic.h>
#include <linux/string.h>

#include "generations.h"

static struct {
	atomic_t held[GENERATIONS];
	/* Which generation has the pid, 0 when nobody has it. */
	u64 process[GENERATIONS_PIDS];
	atomic_t looks;
	/* Who has the pid from the first look at it on, if later_pid is set. */
	u32 later_pid;
	u64 later_generation;
	/* Something was released that was not held, or never existed. */
	bool misused;
} world;

/**
 * generations_reset() - begin anew: nothing held, no processes
 */
void generations_reset(void)
{
	memset(&world, 0, sizeof(world));
}

/**
 * generations_held() - how many slots hold a generation now
 * @generation: which
 */
int generations_held(u64 generation)
{
	return atomic_read(&world.held[generation]);
}

/**
 * generations_held_in_all() - how many slots hold any generation now
 */
int generations_held_in_all(void)
{
	int i, sum = 0;

	for (i = 0; i < GENERATIONS; i++)
		sum += atomic_read(&world.held[i]);
	return sum;
}

/**
 * generations_misused() - whether a release was ever one too many, or a hold
 *	of what is no generation
 */
bool generations_misused(void)
{
	return READ_ONCE(world.misused);
}

/**
 * generations_looks() - how many times a process was looked at
 */
unsigned int generations_looks(void)
{
	return atomic_read(&world.looks);
}

/**
 * generations_set_process() - say which process has a pid
 * @pid: less than GENERATIONS_PIDS
 * @generation: its generation, 0 for no process
 */
void generations_set_process(u32 pid, u64 generation)
{
	WRITE_ONCE(world.process[pid], generation);
}

/**
 * generations_set_process_later() - say which process has a pid once it was
 *	looked at
 * @pid: less than GENERATIONS_PIDS; only the last one that was given counts
 * @generation: its generation, 0 for no process
 *
 * Not for when there are several threads.
 */
void generations_set_process_later(u32 pid, u64 generation)
{
	world.later_pid = pid;
	world.later_generation = generation;
}

/**
 * generations_of_process() - which process has a pid
 * @pid: any
 *
 * Return: its generation, 0 for no process.
 */
u64 generations_of_process(u32 pid)
{
	return pid < GENERATIONS_PIDS ? READ_ONCE(world.process[pid]) : 0;
}

static bool exists(u64 generation)
{
	if (generation > 0 && generation < GENERATIONS)
		return true;
	WRITE_ONCE(world.misused, true);
	return false;
}

static void hold(u64 generation)
{
	if (exists(generation))
		atomic_inc(&world.held[generation]);
}

static void release(u64 generation)
{
	if (exists(generation) &&
	    atomic_dec_return(&world.held[generation]) < 0)
		WRITE_ONCE(world.misused, true);
}

static enum varta_process look(const struct varta_identity *id)
{
	u64 now = generations_of_process(id->pid);

	atomic_inc(&world.looks);
	if (world.later_pid == id->pid)
		generations_set_process(id->pid, world.later_generation);
	if (!now)
		return VARTA_PROCESS_GONE;
	return now == id->generation ? VARTA_PROCESS_SAME :
				       VARTA_PROCESS_RECYCLED;
}

const struct varta_generation_ops generations_ops = {
	.hold		= hold,
	.release	= release,
	.look		= look,
};
