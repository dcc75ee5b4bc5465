// SPDX-License-Identifier: GPL-2.0-only

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/pid_namespace.h>
#include <linux/spinlock.h>

#include "event_log.h"
#include "netns_ref.h"

enum {
	EXAMINED_MAX = 64, /* entries, in one call of next_event() */
};

struct event_log {
	struct varta_event *events;	/* a ring; holds their netns */
	u64 added;			/* since the start */
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
static struct event_log logs[LOGS];

static struct varta_event *event_of(const struct event_log *log, u64 nr)
{
	return &log->events[nr % VARTA_EVENT_LOG_SIZE];
}

static void destroy_log(struct event_log *log)
{
	u64 nr;

	for (nr = 0; nr < min_t(u64, log->added, VARTA_EVENT_LOG_SIZE); nr++)
		varta_netns_put(log->events[nr].info.agent.id.netns);
	kvfree(log->events);
	*log = (struct event_log) {};
}

int varta_event_log_init(void)
{
	int i;

	for (i = 0; i < LOGS; i++) {
		logs[i].events = kvcalloc(VARTA_EVENT_LOG_SIZE,
					  sizeof(*logs[i].events), GFP_KERNEL);
		if (!logs[i].events) {
			varta_event_log_exit();
			return -ENOMEM;
		}
	}
	return 0;
}

void varta_event_log_exit(void)
{
	int i;

	for (i = 0; i < LOGS; i++)
		destroy_log(&logs[i]);
}

/* A container can send beats for the pid of an agent of the host. */
static bool is_by_container(const struct varta_event_info *info)
{
	return info->kind == VARTA_EVENT_KIND_CONFLICT &&
	       info->sender.origin == VARTA_ORIGIN_KERNEL_ATTESTED &&
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

/**
 * varta_event_log_add() - keep an event in place of the oldest
 * @event: the event, which is copied. Its number is higher than those of
 *	earlier events of this network namespace.
 * @host: it was sent to the initial network namespace, and not to the agent's
 * Context: process; does not sleep.
 */
void varta_event_log_add(const struct varta_event *event, bool host)
{
	struct varta_netns *netns = event->info.agent.id.netns;
	struct event_log *log = &logs[log_for(&event->info, host)];
	struct varta_netns *oldest;
	struct varta_event *entry;

	varta_netns_get(netns);
	spin_lock(&log_lock);
	entry = event_of(log, log->added++);
	/* NULL if the entry is unused. */
	oldest = entry->info.agent.id.netns;
	*entry = *event;
	spin_unlock(&log_lock);
	varta_netns_put(oldest);
}

struct reader {
	const struct varta_netns *netns;
	bool host;
	u64 since;
	u64 at[LOGS]; /* where to continue */
};

/* Returns NULL at the end of the log, -EAGAIN after @left entries. */
static const struct varta_event *seek(struct reader *reader, enum log_id id,
				      u32 *left)
{
	const struct event_log *log = &logs[id];
	u64 *at = &reader->at[id];

	lockdep_assert_held(&log_lock);
	*at = max(*at, log->added - min_t(u64, log->added,
					  VARTA_EVENT_LOG_SIZE));
	for (; *at < log->added; ++*at) {
		const struct varta_event *event = event_of(log, *at);

		if (!(*left)--)
			return ERR_PTR(-EAGAIN);
		if (event->seq > reader->since &&
		    (reader->host ||
		     event->info.agent.id.netns == reader->netns))
			return event;
	}
	return NULL;
}

/* Copies the event with the lowest number. Returns 1, 0 if none, or -EAGAIN. */
static int next_event(struct reader *reader, struct varta_event *copy)
{
	enum log_id id = reader->host ? LOG_HOST : LOG_OTHERS;
	enum log_id last = reader->host ? LOG_OTHERS_ON_HOST : LOG_OTHERS;
	const struct varta_event *event, *first = NULL;
	u32 left = EXAMINED_MAX;
	int result = 0;

	spin_lock(&log_lock);
	for (; id <= last; id++) {
		event = seek(reader, id, &left);
		if (IS_ERR(event)) {
			result = PTR_ERR(event);
			goto unlock;
		}
		if (event && (!first || event->seq < first->seq))
			first = event;
	}
	if (first) {
		*copy = *first;
		result = 1;
	}
unlock:
	spin_unlock(&log_lock);
	return result;
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
	int found;

	while ((found = next_event(&reader, &event))) {
		if (found < 0)
			continue;
		if (!show(context, &event))
			return true;
		reader.since = event.seq;
		*since = event.seq;
	}
	return false;
}
