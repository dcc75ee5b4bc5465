// SPDX-License-Identifier: GPL-2.0-only

#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/lockdep.h>
#include <linux/pid_namespace.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>

#include "event_log.h"
#include "netns_ref.h"

/* Whose events share a part of the log. Never without any. */
struct log_user {
	u32 key;		/* &varta_agent_id.flow_key */
	u16 first, last;	/* its entries, by number */
	u16 count;
};

/* Apart from the entry, so that a search is short. */
struct log_key {
	u64 seq;
	const struct varta_netns *netns;
};

struct event_log {
	struct varta_event events[VARTA_EVENT_LOG_SIZE]; /* hold their netns */
	struct log_key keys[VARTA_EVENT_LOG_SIZE];
	u16 next[VARTA_EVENT_LOG_SIZE];		/* of the same user */
	struct log_user users[VARTA_EVENT_LOG_SIZE];
	u16 nr_users;
	u16 used;
};

/* Separate, so that containers cannot drive the host's events out. */
enum log_id {
	LOG_HOST,
	LOG_OTHERS_ON_HOST,	/* numbered for the initial netns */
	LOG_OTHERS,		/* the same events, numbered for their own */
	LOGS,
};

/* Not a mutex: the worker must not wait for a throttled reader. */
static DEFINE_SPINLOCK(log_lock);
static struct event_log *logs[LOGS];

int varta_event_log_init(void)
{
	int i;

	for (i = 0; i < LOGS; i++) {
		/* kmalloc() would round it up to a power of two. */
		logs[i] = vzalloc(sizeof(*logs[i]));
		if (!logs[i]) {
			varta_event_log_exit();
			return -ENOMEM;
		}
	}
	return 0;
}

void varta_event_log_exit(void)
{
	int i, nr;

	for (i = 0; i < LOGS; i++) {
		for (nr = 0; logs[i] && nr < logs[i]->used; nr++)
			varta_netns_put(logs[i]->events[nr].info.agent.id.netns);
		vfree(logs[i]);
		logs[i] = NULL;
	}
}

/* A container can send beats for the pid of an agent of the host. */
static bool is_by_container(const struct varta_event_info *info)
{
	return info->kind == VARTA_EVENT_KIND_CONFLICT &&
	       varta_origin_is_attested(info->sender.origin) &&
	       info->sender.ns_inode != init_pid_ns.ns.inum;
}

static enum log_id log_for(const struct varta_event_info *info, bool host)
{
	const struct varta_netns *netns = info->agent.id.netns;

	if (!host)
		return LOG_OTHERS;
	if ((netns && !varta_netns_is_init(netns)) || is_by_container(info))
		return LOG_OTHERS_ON_HOST;
	return LOG_HOST;
}

/* A conflict counts as its sender's. */
static u32 user_key(const struct varta_event_info *info)
{
	return info->kind == VARTA_EVENT_KIND_CONFLICT ? info->sender.flow_key :
							 info->agent.id.flow_key;
}

static struct log_user *log_user_of(struct event_log *log, u32 key)
{
	u16 i;

	lockdep_assert_held(&log_lock);
	for (i = 0; i < log->nr_users; i++) {
		if (log->users[i].key == key)
			return &log->users[i];
	}
	return NULL;
}

static bool loses_before(const struct event_log *log, const struct log_user *a,
			 const struct log_user *b, u32 adding)
{
	if (a->count != b->count)
		return a->count > b->count;
	if (a->key == adding || b->key == adding)
		return a->key == adding;
	return log->keys[a->first].seq < log->keys[b->first].seq;
}

/*
 * Frees the oldest entry of the user who has most, of equal ones of the user who
 * is @adding. So of N users each keeps its last VARTA_EVENT_LOG_SIZE / N.
 */
static u16 free_entry(struct event_log *log, u32 adding)
{
	struct log_user *victim = &log->users[0];
	u16 i, entry;

	for (i = 1; i < log->nr_users; i++) {
		if (loses_before(log, &log->users[i], victim, adding))
			victim = &log->users[i];
	}
	entry = victim->first;
	victim->first = log->next[entry];
	if (!--victim->count)
		*victim = log->users[--log->nr_users];
	return entry;
}

static void append_entry(struct event_log *log, u32 key, u16 entry)
{
	struct log_user *user = log_user_of(log, key);

	if (user) {
		log->next[user->last] = entry;
	} else {
		user = &log->users[log->nr_users++];
		*user = (struct log_user) { .key = key, .first = entry };
	}
	user->last = entry;
	user->count++;
}

/**
 * varta_event_log_add() - keep an event in place of an old one
 * @event: the event, which is copied. Its number is higher than those of
 *	earlier events of this network namespace.
 * @host: it was sent to the initial network namespace, and not to the agent's
 * Context: process; does not sleep.
 */
void varta_event_log_add(const struct varta_event *event, bool host)
{
	struct varta_netns *netns = event->info.agent.id.netns;
	struct event_log *log = logs[log_for(&event->info, host)];
	u32 key = user_key(&event->info);
	struct varta_netns *old;
	u16 entry;

	varta_netns_get(netns);
	spin_lock(&log_lock);
	entry = log->used < VARTA_EVENT_LOG_SIZE ? log->used++ :
						   free_entry(log, key);
	/* NULL if the entry was unused. */
	old = log->events[entry].info.agent.id.netns;
	log->events[entry] = *event;
	log->keys[entry] = (struct log_key) { event->seq, netns };
	append_entry(log, key, entry);
	spin_unlock(&log_lock);
	varta_netns_put(old);
}

struct reader {
	const struct varta_netns *netns;
	bool host;
	u64 since;
};

/* Looks for a number after @reader->since and before @seq, which it sets. */
static const struct varta_event *find_next(const struct reader *reader,
					   const struct event_log *log,
					   u64 *seq)
{
	const struct varta_event *found = NULL;
	u16 i;

	lockdep_assert_held(&log_lock);
	for (i = 0; i < log->used; i++) {
		const struct log_key *key = &log->keys[i];

		if (key->seq > reader->since && key->seq < *seq &&
		    (reader->host || key->netns == reader->netns)) {
			found = &log->events[i];
			*seq = key->seq;
		}
	}
	return found;
}

/* Copies the event with the lowest number. Returns false if there is none. */
static bool next_event(const struct reader *reader, struct varta_event *copy)
{
	enum log_id id = reader->host ? LOG_HOST : LOG_OTHERS;
	enum log_id last = reader->host ? LOG_OTHERS_ON_HOST : LOG_OTHERS;
	const struct varta_event *event, *first = NULL;
	u64 seq = U64_MAX;

	spin_lock(&log_lock);
	for (; id <= last; id++) {
		event = find_next(reader, logs[id], &seq);
		if (event)
			first = event;
	}
	if (first)
		*copy = *first;
	spin_unlock(&log_lock);
	return first;
}

/**
 * varta_event_log_read() - show the events that are kept
 * @netns: the reader's network namespace
 * @since: show only events with higher numbers; updated
 * @show: called for each, by number; false means that it did not take this
 *	event. References of the event are not held.
 * @context: passed to @show
 * Context: process, may sleep, and @show too.
 * Return: whether @show ended it, and there is more to show.
 */
bool varta_event_log_read(const struct varta_netns *netns, u64 *since,
			  varta_event_log_cb show, void *context)
{
	struct reader reader = {
		.netns = netns,
		.host = varta_netns_is_init(netns),
		.since = *since,
	};
	struct varta_event event;

	while (next_event(&reader, &event)) {
		if (!show(context, &event))
			return true;
		reader.since = event.seq;
		*since = event.seq;
	}
	return false;
}
