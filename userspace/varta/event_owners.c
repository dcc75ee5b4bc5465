// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owners of the agents of events. See event_owners.h.
 */
#include "event_owners.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>

/* What identifies an agent in all events, and its owner. */
struct stalled_agent {
	uint32_t source;
	uint32_t ns_pid;
	uint64_t ns_inode;
	uint64_t start_time;
	struct agent_owner *owner;
};

static int compare(const void *left, const void *right)
{
	const struct stalled_agent *a = left, *b = right;

	if (a->ns_pid != b->ns_pid)
		return a->ns_pid < b->ns_pid ? -1 : 1;
	if (a->ns_inode != b->ns_inode)
		return a->ns_inode < b->ns_inode ? -1 : 1;
	if (a->source != b->source)
		return a->source < b->source ? -1 : 1;
	return 0;
}

static struct stalled_agent key_of(const struct varta_agent *agent)
{
	return (struct stalled_agent){
		.source = agent->source,
		.ns_pid = agent->ns_pid,
		.ns_inode = agent->ns_inode,
		.start_time = agent->start_time,
	};
}

/*
 * The exit of an agent may follow the stall of a new one with its pid. What a
 * dump did not find has no start time.
 */
static struct stalled_agent *find(const struct event_owners *owners,
				  const struct varta_agent *agent)
{
	const struct stalled_agent key = key_of(agent);
	void *node = tfind(&key, &owners->stalled, compare);
	struct stalled_agent *found = node ? *(struct stalled_agent **)node :
					     NULL;

	if (!found || (agent->start_time &&
		       agent->start_time != found->start_time))
		return NULL;
	return found;
}

static void free_stalled(void *stalled)
{
	free(((struct stalled_agent *)stalled)->owner);
	free(stalled);
}

static void clear(struct event_owners *owners)
{
	tdestroy(owners->stalled, free_stalled);
	owners->stalled = NULL;
}

/* Keeps @owner; false if there is no memory. */
static bool keep(struct event_owners *owners, const struct varta_agent *agent,
		 struct agent_owner *owner)
{
	struct stalled_agent *new = malloc(sizeof(*new)), *old;
	void *node;

	if (!new)
		return false;
	*new = key_of(agent);
	node = tsearch(new, &owners->stalled, compare);
	if (!node) {
		free(new);
		return false;
	}
	old = *(struct stalled_agent **)node;
	*(struct stalled_agent **)node = new;
	if (old != new)
		free_stalled(old);
	new->owner = owner;
	return true;
}

static struct agent_owner *forget(struct event_owners *owners,
				  struct stalled_agent *stalled)
{
	struct agent_owner *owner = stalled->owner;

	tdelete(stalled, &owners->stalled, compare);
	free(stalled);
	return owner;
}

static bool ends_stall(const struct varta_event *event)
{
	return event->type == VARTA_EVENT_RECOVER ||
	       event->type == VARTA_EVENT_EXIT ||
	       event->type == VARTA_EVENT_GOODBYE;
}

const struct agent_owner *event_owners_find(struct event_owners *owners,
					    const struct varta_event *event)
{
	struct stalled_agent *stalled;
	struct agent_owner *owner;

	free(owners->last);
	owners->last = NULL;
	if (event->type == VARTA_EVENT_UNLOADED)
		clear(owners);
	if (!event->agent)
		return NULL;
	stalled = find(owners, event->agent);
	if (stalled && ends_stall(event))
		owners->last = forget(owners, stalled);
	else if (stalled)
		return stalled->owner;
	else
		owners->last = owner_read(owners->reader, event->agent);
	owner = owners->last;
	if (owner && event->type == VARTA_EVENT_STALL &&
	    keep(owners, event->agent, owner))
		owners->last = NULL;
	return owner;
}

int event_owners_init(struct event_owners *owners)
{
	*owners = (struct event_owners){ .reader = owner_reader_open() };
	return owners->reader ? 0 : -ENOMEM;
}

void event_owners_free(struct event_owners *owners)
{
	clear(owners);
	free(owners->last);
	owner_reader_close(owners->reader);
}
