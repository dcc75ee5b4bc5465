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
	/* How many agents each user may have. */
	u32 quota;
	/* Those who were admitted and have not left, by user and by home. */
	atomic_t admitted[GENERATIONS_USERS];
	atomic_t at_home[GENERATIONS_HOMES];
	/* Calls of admit, and of sooner. */
	atomic_t asked;
	atomic_t sooners;
	/*
	 * Something was released that was not held, or never existed, or
	 * somebody left who was not admitted.
	 */
	bool misused;
} world;

/**
 * generations_reset() - begin anew: nothing held, no processes, no quota
 */
void generations_reset(void)
{
	memset(&world, 0, sizeof(world));
	world.quota = U32_MAX;
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
 * generations_misused() - whether a release or a leave was ever one too many,
 *	or a hold or an admit of what does not exist
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

/**
 * generations_set_quota() - say how many agents each user may have
 * @quota: so many; who has more keeps them
 */
void generations_set_quota(u32 quota)
{
	WRITE_ONCE(world.quota, quota);
}

/**
 * generations_admitted() - how many agents of a user are admitted now
 * @uid: which
 */
int generations_admitted(u32 uid)
{
	return atomic_read(&world.admitted[uid]);
}

/**
 * generations_at_home() - how many agents with a home are admitted now
 * @home: which
 */
int generations_at_home(u64 home)
{
	return atomic_read(&world.at_home[home]);
}

/**
 * generations_admitted_in_all() - how many agents are admitted now
 */
int generations_admitted_in_all(void)
{
	int i, sum = 0;

	for (i = 0; i < GENERATIONS_USERS; i++)
		sum += atomic_read(&world.admitted[i]);
	return sum;
}

/**
 * generations_asked() - how many times somebody was to be admitted
 */
unsigned int generations_asked(void)
{
	return atomic_read(&world.asked);
}

/**
 * generations_sooners() - how many times somebody was due sooner than was known
 */
unsigned int generations_sooners(void)
{
	return atomic_read(&world.sooners);
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

static bool is_somebody(const struct varta_identity *id)
{
	if (id->uid < GENERATIONS_USERS && id->home < GENERATIONS_HOMES &&
	    id->pid)
		return true;
	WRITE_ONCE(world.misused, true);
	return false;
}

static bool admit(const struct varta_identity *id)
{
	atomic_inc(&world.asked);
	if (!is_somebody(id))
		return false;
	if ((u32)atomic_inc_return(&world.admitted[id->uid]) >
	    READ_ONCE(world.quota)) {
		atomic_dec(&world.admitted[id->uid]);
		return false;
	}
	atomic_inc(&world.at_home[id->home]);
	return true;
}

static void leave(const struct varta_identity *id)
{
	if (!is_somebody(id))
		return;
	if (atomic_dec_return(&world.admitted[id->uid]) < 0 ||
	    atomic_dec_return(&world.at_home[id->home]) < 0)
		WRITE_ONCE(world.misused, true);
}

static bool replace(const struct varta_identity *old,
		    const struct varta_identity *id)
{
	if (old->uid != id->uid) {
		if (!admit(id))
			return false;
		leave(old);
		return true;
	}
	atomic_inc(&world.asked);
	if (is_somebody(id) && is_somebody(old)) {
		atomic_inc(&world.at_home[id->home]);
		if (atomic_dec_return(&world.at_home[old->home]) < 0)
			WRITE_ONCE(world.misused, true);
	}
	return true;
}

static void sooner(void)
{
	atomic_inc(&world.sooners);
}

const struct varta_generation_ops generations_ops = {
	.hold		= hold,
	.release	= release,
	.look		= look,
	.admit		= admit,
	.leave		= leave,
	.replace	= replace,
	.sooner		= sooner,
};

/* Without what may be left out. */
const struct varta_generation_ops generations_ops_least = {
	.hold		= hold,
	.release	= release,
	.look		= look,
};
