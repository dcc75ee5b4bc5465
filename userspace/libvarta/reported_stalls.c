// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Stalls that were reported. See reported_stalls.h.
 */
#include "reported_stalls.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

/* Each takes about 120 bytes. */
#define LIMIT_MIN	4096

enum stall_source {
	/* The kernel reported it, and will not do so again. */
	FROM_EVENT,
	/* Found in a dump: the kernel's report may follow. */
	FROM_DUMP,
	/* Older than the subscription. */
	EARLIER,
};

/* Outside the initial network namespace, events have no pid but these. */
struct stall {
	uint32_t relay;
	uint32_t ns_pid;
	uint64_t ns_inode;
	uint64_t last_beat;
	uint32_t pid;
	char name[VARTA_NAME_SIZE];
	uint32_t dump;
	enum stall_source source;
	/* Next in the list of stalls that ended. */
	struct stall *next_ended;
};

static int compare(const void *left, const void *right)
{
	const struct stall *a = left, *b = right;

	if (a->ns_pid != b->ns_pid)
		return a->ns_pid < b->ns_pid ? -1 : 1;
	if (a->ns_inode != b->ns_inode)
		return a->ns_inode < b->ns_inode ? -1 : 1;
	if (a->relay != b->relay)
		return a->relay < b->relay ? -1 : 1;
	return 0;
}

static struct stall stall_of(const struct varta_agent *agent)
{
	struct stall stall = {
		.relay = agent->source,
		.ns_pid = agent->ns_pid,
		.ns_inode = agent->ns_inode,
		.last_beat = agent->last_beat,
		.pid = agent->pid,
	};

	memcpy(stall.name, agent->name, sizeof(stall.name));
	return stall;
}

static struct varta_agent agent_of(const struct stall *stall)
{
	struct varta_agent agent = {
		.source = stall->relay,
		.ns_pid = stall->ns_pid,
		.ns_inode = stall->ns_inode,
		.last_beat = stall->last_beat,
		.pid = stall->pid,
		.uid = VARTA_UID_UNKNOWN,
	};

	memcpy(agent.name, stall->name, sizeof(agent.name));
	return agent;
}

static struct stall *find(const struct varta_reported_stalls *stalls,
			  const struct varta_agent *agent)
{
	struct stall key = stall_of(agent);
	void *node = tfind(&key, &stalls->tree, compare);

	return node ? *(struct stall **)node : NULL;
}

static struct stall *insert(struct varta_reported_stalls *stalls,
			    const struct varta_agent *agent)
{
	struct stall *stall = malloc(sizeof(*stall));

	if (!stall)
		return NULL;
	*stall = stall_of(agent);
	if (!tsearch(stall, &stalls->tree, compare)) {
		free(stall);
		return NULL;
	}
	stalls->count++;
	return stall;
}

/*
 * Whether a new agent with its pid has stalled since. Until the exit of the
 * first is reported, a dump has both.
 */
static bool is_of_earlier_agent(const struct stall *stall,
				const struct varta_agent *agent)
{
	return stall->last_beat > agent->last_beat;
}

/* Returns 1 if the stall is new, 0 if not, or -ENOMEM; *@found is the stall. */
static int add(struct varta_reported_stalls *stalls,
	       const struct varta_agent *agent, struct stall **found)
{
	struct stall *stall = find(stalls, agent);
	bool is_new = !stall || stall->last_beat < agent->last_beat;

	if (!stall)
		stall = insert(stalls, agent);
	if (!stall)
		return -ENOMEM;
	if (is_new)
		stall->last_beat = agent->last_beat;
	stall->dump = stalls->dump;
	*found = stall;
	return is_new;
}

void varta_stalls_init(struct varta_reported_stalls *stalls)
{
	*stalls = (struct varta_reported_stalls){ .limit = LIMIT_MIN };
}

void varta_stalls_clear(struct varta_reported_stalls *stalls)
{
	tdestroy(stalls->tree, free);
	varta_stalls_init(stalls);
}

int varta_stalls_add_event(struct varta_reported_stalls *stalls,
			   const struct varta_agent *agent)
{
	struct stall *stall;
	int is_new = add(stalls, agent, &stall);

	if (is_new < 0)
		return is_new;
	if (is_of_earlier_agent(stall, agent))
		return 1;
	if (!is_new && stall->source == FROM_DUMP)
		return 0;
	stall->source = FROM_EVENT;
	return 1;
}

int varta_stalls_add_dumped(struct varta_reported_stalls *stalls,
			    const struct varta_agent *agent)
{
	struct stall *stall;
	int is_new = add(stalls, agent, &stall);

	if (is_new == 1)
		stall->source = FROM_DUMP;
	return is_new;
}

int varta_stalls_add_earlier(struct varta_reported_stalls *stalls,
			     const struct varta_agent *agent)
{
	struct stall *stall;
	int is_new = add(stalls, agent, &stall);

	if (is_new < 0)
		return is_new;
	stall->source = EARLIER;
	return 0;
}

static void drop(struct varta_reported_stalls *stalls, struct stall *stall)
{
	tdelete(stall, &stalls->tree, compare);
	free(stall);
	stalls->count--;
}

bool varta_stalls_forget(struct varta_reported_stalls *stalls,
			 const struct varta_agent *agent)
{
	struct stall *stall = find(stalls, agent);

	if (!stall || is_of_earlier_agent(stall, agent))
		return false;
	drop(stalls, stall);
	return true;
}

bool varta_stalls_recover(struct varta_reported_stalls *stalls,
			  const struct varta_agent *agent)
{
	struct stall *stall = find(stalls, agent);

	if (!stall || stall->last_beat >= agent->last_beat)
		return false;
	drop(stalls, stall);
	return true;
}

void varta_stalls_begin_dump(struct varta_reported_stalls *stalls)
{
	stalls->dump++;
}

/* A tree must not change during a walk, so the walk only links the stalls. */
struct ended_list {
	struct stall *first;
	uint32_t dump;
};

static void link_ended(const void *node, VISIT visit, void *arg)
{
	struct stall *stall = *(struct stall *const *)node;
	struct ended_list *ended = arg;

	if ((visit == postorder || visit == leaf) &&
	    stall->dump != ended->dump) {
		stall->next_ended = ended->first;
		ended->first = stall;
	}
}

void varta_stalls_end_dump(struct varta_reported_stalls *stalls,
			   varta_ended_fn fn, void *arg)
{
	struct ended_list ended = { .dump = stalls->dump };
	struct varta_agent agent;
	struct stall *stall;

	twalk_r(stalls->tree, link_ended, &ended);
	while (ended.first) {
		stall = ended.first;
		ended.first = stall->next_ended;
		agent = agent_of(stall);
		drop(stalls, stall);
		fn(&agent, arg);
	}
	stalls->limit = stalls->count + LIMIT_MIN;
	if (stalls->limit < 2 * stalls->count)
		stalls->limit = 2 * stalls->count;
}
