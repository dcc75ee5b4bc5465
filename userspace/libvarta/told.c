// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Stalls that were told. See told.h.
 */
#include "told.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>

/* So many are kept in any case: about 100 bytes each. */
#define LIMIT_MIN	4096

enum origin {
	/* The kernel reported it: it will not do so again. */
	BY_EVENT,
	/* Found in the ledger: the kernel's report may yet come. */
	BY_LEDGER,
	/* Nobody was told, nor need be. */
	BEFORE,
};

/* In other network namespaces events have no pid, but these they have. */
struct stall {
	uint32_t source;
	uint32_t ns_pid;
	uint64_t ns_inode;
	uint64_t last_beat;
	uint32_t round;
	enum origin origin;
	/* Of those that a sweep has found to be over. */
	struct stall *next_over;
};

static int compare(const void *left, const void *right)
{
	const struct stall *a = left, *b = right;

	if (a->ns_pid != b->ns_pid)
		return a->ns_pid < b->ns_pid ? -1 : 1;
	if (a->ns_inode != b->ns_inode)
		return a->ns_inode < b->ns_inode ? -1 : 1;
	if (a->source != b->source)
		return a->source < b->source ? -1 : 1;
	return 0;
}

static struct stall stall_of(const struct varta_agent *agent)
{
	return (struct stall){
		.source = agent->source,
		.ns_pid = agent->ns_pid,
		.ns_inode = agent->ns_inode,
		.last_beat = agent->last_beat,
	};
}

static struct stall *find(const struct varta_told *told,
			  const struct varta_agent *agent)
{
	struct stall key = stall_of(agent);
	void *node = tfind(&key, &told->tree, compare);

	return node ? *(struct stall **)node : NULL;
}

static struct stall *add(struct varta_told *told,
			 const struct varta_agent *agent)
{
	struct stall *stall = malloc(sizeof(*stall));

	if (!stall)
		return NULL;
	*stall = stall_of(agent);
	if (!tsearch(stall, &told->tree, compare)) {
		free(stall);
		return NULL;
	}
	told->count++;
	return stall;
}

/* Returns 1 if the stall is new, 0 if not, -ENOMEM; it is in *@found. */
static int note(struct varta_told *told, const struct varta_agent *agent,
		struct stall **found)
{
	struct stall *stall = find(told, agent);
	bool is_new = !stall || stall->last_beat != agent->last_beat;

	if (!stall)
		stall = add(told, agent);
	if (!stall)
		return -ENOMEM;
	stall->last_beat = agent->last_beat;
	stall->round = told->round;
	*found = stall;
	return is_new;
}

void varta_told_init(struct varta_told *told)
{
	*told = (struct varta_told){ .limit = LIMIT_MIN };
}

void varta_told_clear(struct varta_told *told)
{
	tdestroy(told->tree, free);
	varta_told_init(told);
}

int varta_told_by_event(struct varta_told *told,
			const struct varta_agent *agent)
{
	struct stall *stall;
	int is_new = note(told, agent, &stall);

	if (is_new < 0)
		return is_new;
	if (!is_new && stall->origin == BY_LEDGER)
		return 0;
	stall->origin = BY_EVENT;
	return 1;
}

int varta_told_by_ledger(struct varta_told *told,
			 const struct varta_agent *agent)
{
	struct stall *stall;
	int is_new = note(told, agent, &stall);

	if (is_new == 1)
		stall->origin = BY_LEDGER;
	return is_new;
}

int varta_told_before(struct varta_told *told, const struct varta_agent *agent)
{
	struct stall *stall;
	int is_new = note(told, agent, &stall);

	if (is_new < 0)
		return is_new;
	stall->origin = BEFORE;
	return 0;
}

static void drop(struct varta_told *told, struct stall *stall)
{
	tdelete(stall, &told->tree, compare);
	free(stall);
	told->count--;
}

void varta_told_forget(struct varta_told *told, const struct varta_agent *agent)
{
	struct stall *stall = find(told, agent);

	if (stall)
		drop(told, stall);
}

void varta_told_begin(struct varta_told *told)
{
	told->round++;
}

/* A walk must not change the tree, so it only links what is to be dropped. */
struct sweep {
	struct stall *over;
	uint32_t round;
};

static void gather(const void *node, VISIT visit, void *arg)
{
	struct stall *stall = *(struct stall *const *)node;
	struct sweep *sweep = arg;

	if ((visit == postorder || visit == leaf) &&
	    stall->round != sweep->round) {
		stall->next_over = sweep->over;
		sweep->over = stall;
	}
}

void varta_told_end(struct varta_told *told)
{
	struct sweep sweep = { .round = told->round };
	struct stall *over;

	twalk_r(told->tree, gather, &sweep);
	while (sweep.over) {
		over = sweep.over;
		sweep.over = over->next_over;
		drop(told, over);
	}
	told->limit = told->count + LIMIT_MIN;
	if (told->limit < 2 * told->count)
		told->limit = 2 * told->count;
}
