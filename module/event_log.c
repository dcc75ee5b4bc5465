// SPDX-License-Identifier: GPL-2.0-only
/* The last exits and conflicts; see event_log.h. */

#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>

#include "event_log.h"
#include "netns_ref.h"

struct entry {
	/* Its network namespace is held. */
	struct varta_event event;
	u64 seq;
};

/* A ring. Containers cannot drive the host's events out. */
struct event_log {
	struct entry *entries;
	/* Events that were ever added. */
	u64 added;
};

/* Protects both logs. The worker and readers of dumps take it. */
static DEFINE_MUTEX(log_lock);
static struct event_log host_log, other_log;

static struct entry *entry_of(const struct event_log *log, u64 nr)
{
	return &log->entries[nr % VARTA_EVENT_LOG_SIZE];
}

static int init_log(struct event_log *log)
{
	log->added = 0;
	log->entries = kvcalloc(VARTA_EVENT_LOG_SIZE, sizeof(*log->entries),
				GFP_KERNEL);
	return log->entries ? 0 : -ENOMEM;
}

static void destroy_log(struct event_log *log)
{
	u64 nr;

	for (nr = 0; nr < min_t(u64, log->added, VARTA_EVENT_LOG_SIZE); nr++)
		varta_netns_put(log->entries[nr].event.info.agent.id.netns);
	kvfree(log->entries);
}

/**
 * varta_event_log_init() - start with empty logs
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int varta_event_log_init(void)
{
	int err = init_log(&host_log);

	if (err)
		return err;
	err = init_log(&other_log);
	if (err)
		destroy_log(&host_log);
	return err;
}

void varta_event_log_exit(void)
{
	destroy_log(&other_log);
	destroy_log(&host_log);
}

/**
 * varta_event_log_add() - keep an event in place of the oldest
 * @event: the event, which is copied
 * @seq: its number, higher than those of earlier events of this namespace
 * @host: it is the initial network namespace, and not that of the agent
 *
 * Context: process, may sleep.
 */
void varta_event_log_add(const struct varta_event *event, u64 seq, bool host)
{
	struct event_log *log = host ? &host_log : &other_log;
	struct entry *entry;

	varta_netns_get(event->info.agent.id.netns);
	mutex_lock(&log_lock);
	entry = entry_of(log, log->added);
	if (log->added >= VARTA_EVENT_LOG_SIZE)
		varta_netns_put(entry->event.info.agent.id.netns);
	entry->event = *event;
	entry->seq = seq;
	log->added++;
	mutex_unlock(&log_lock);
}

/**
 * varta_event_log_read() - show the events that are kept
 * @netns: the reader's network namespace
 * @since: show only events with higher numbers; updated
 * @show: called for each, oldest first; false means that it did not take this
 *	event, which the next call shows first
 * @context: passed to @show
 *
 * Context: process, may sleep. @show is called with a mutex held.
 * Return: whether @show ended it, and there is more to show.
 */
bool varta_event_log_read(const struct varta_netns *netns, u64 *since,
			  varta_event_log_cb show, void *context)
{
	bool host = varta_netns_is_init(netns);
	struct event_log *log = host ? &host_log : &other_log;
	bool more = false;
	u64 nr;

	mutex_lock(&log_lock);
	nr = log->added - min_t(u64, log->added, VARTA_EVENT_LOG_SIZE);
	for (; nr < log->added && !more; nr++) {
		const struct entry *entry = entry_of(log, nr);

		if (entry->seq <= *since ||
		    (!host && entry->event.info.agent.id.netns != netns))
			continue;
		more = !show(context, &entry->event, entry->seq);
		if (!more)
			*since = entry->seq;
	}
	mutex_unlock(&log_lock);
	return more;
}
