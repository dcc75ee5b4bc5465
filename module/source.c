// SPDX-License-Identifier: GPL-2.0-only
/*
 * Relay sources that are silent as a whole. A source is idle, silent or back. It
 * becomes silent when one of its agents comes due and none has had a beat for
 * long enough. Stalls from then on are gathered: they have no event of their own,
 * nor do their ends. When the source is back, its agents have a grace. Then the
 * tracker is scanned for those that are still stalled, which are reported one by
 * one, and the source is idle again. If it is silent again before the first of
 * these is reported, so it is as a whole.
 *
 * A source has an entry while it has agents. Agents of a source for which there
 * was no entry are counted by bucket; while there are any, no source of that
 * bucket gets an entry, as it would not count them.
 *
 * Lock order: a slot's lock, then sources.lock, then those of flow.c.
 */

#include <linux/bug.h>
#include <linux/hash.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "source.h"
#include "word64.h"

enum {
	HASH_BITS = 8,
};

enum state {
	IDLE,
	SILENT,
	BACK,
	STATES_NUM,
};

struct source {
	struct hlist_node node;	/* in a bucket or in the free list */
	enum state state;
	u32 nr;
	u32 agents;		/* 0 if the entry is free */
	u32 longest_ms;		/* threshold of an agent whose stall is gathered */
	/* If back. Slots before @cursor were scanned. */
	u32 cursor;
	bool scanning;
	bool is_split;		/* a stall since had an event of its own */
	u64 last_ns;		/* last beat of any agent */
	/* Unless idle: stalls in between were gathered. A scan is at the end. */
	u64 since_ns;
	u64 until_ns;
};

static struct {
	spinlock_t lock;	/* protects all of it */
	struct hlist_head buckets[1 << HASH_BITS];
	u32 uncounted[1 << HASH_BITS];	/* agents, by bucket */
	struct hlist_head free;
	struct source entries[VARTA_SOURCES_MAX];
	u32 in_state[STATES_NUM];	/* how many sources; lockless */
	aligned_u64 silence_ns;	/* 0 for never; lockless */
	u64 watched_ns;		/* silence before does not count */
} sources;

/* To be called before any other function here. */
void varta_sources_init(void)
{
	u32 i;

	memset(&sources, 0, sizeof(sources));
	spin_lock_init(&sources.lock);
	for (i = 0; i < VARTA_SOURCES_MAX; i++)
		hlist_add_head(&sources.entries[i].node, &sources.free);
}

static u32 bucket_of(u32 nr)
{
	return hash_32(nr, HASH_BITS);
}

static struct source *lookup(u32 nr)
{
	struct source *source;

	lockdep_assert_held(&sources.lock);
	hlist_for_each_entry(source, &sources.buckets[bucket_of(nr)], node) {
		if (source->nr == nr)
			return source;
	}
	return NULL;
}

static void count_state(enum state state, int by)
{
	lockdep_assert_held(&sources.lock);
	WRITE_ONCE(sources.in_state[state], sources.in_state[state] + by);
}

static void set_state(struct source *source, enum state state)
{
	count_state(source->state, -1);
	count_state(state, 1);
	source->state = state;
}

static struct source *add(u32 nr, u64 now)
{
	struct source *source;

	lockdep_assert_held(&sources.lock);
	if (sources.uncounted[bucket_of(nr)] || hlist_empty(&sources.free))
		return NULL;
	source = hlist_entry(sources.free.first, struct source, node);
	hlist_del(&source->node);
	*source = (struct source) { .nr = nr, .last_ns = now };
	hlist_add_head(&source->node, &sources.buckets[bucket_of(nr)]);
	count_state(IDLE, 1);
	return source;
}

/**
 * varta_source_charge() - count an agent of a source
 * @nr: number of the source, 0 for none
 * @now: the time
 * Context: any but interrupts; does not sleep.
 */
void varta_source_charge(u32 nr, u64 now)
{
	struct source *source;

	if (!nr)
		return;
	spin_lock(&sources.lock);
	source = lookup(nr) ?: add(nr, now);
	if (source)
		source->agents++;
	else
		sources.uncounted[bucket_of(nr)]++;
	spin_unlock(&sources.lock);
}

/**
 * varta_source_uncharge() - undo varta_source_charge()
 * @nr: number of the source, 0 for none
 *
 * With its last agent, a source is forgotten, whatever its state.
 * Context: any but interrupts; does not sleep.
 */
void varta_source_uncharge(u32 nr)
{
	struct source *source;

	if (!nr)
		return;
	spin_lock(&sources.lock);
	source = lookup(nr);
	if (!source) {
		if (!WARN_ON_ONCE(!sources.uncounted[bucket_of(nr)]))
			sources.uncounted[bucket_of(nr)]--;
	} else if (!--source->agents) {
		count_state(source->state, -1);
		hlist_del(&source->node);
		hlist_add_head(&source->node, &sources.free);
	}
	spin_unlock(&sources.lock);
}

/* Nothing has been reported yet of its agents by themselves. */
static void set_back(struct source *source, u64 until_ns)
{
	set_state(source, BACK);
	source->until_ns = until_ns;
	source->scanning = false;
	source->is_split = false;
	source->cursor = 0;
}

static void set_silent(struct source *source, u64 now)
{
	if (source->state == IDLE) {
		source->since_ns = now;
		source->longest_ms = 0;
	}
	source->until_ns = U64_MAX;
	source->cursor = 0;
	set_state(source, SILENT);
}

/**
 * varta_sources_set_silence() - set for how long a source has to be silent
 * @silence_ns: that time, 0 for never
 * @now: the time
 *
 * If it is 0, a scan reports the stalls that were gathered.
 * Context: process; does not sleep.
 */
void varta_sources_set_silence(u64 silence_ns, u64 now)
{
	u32 i;

	spin_lock(&sources.lock);
	/* Beats were not noted until now. */
	if (!sources.silence_ns)
		sources.watched_ns = now;
	varta_store64(&sources.silence_ns, silence_ns);
	for (i = 0; i < VARTA_SOURCES_MAX && !silence_ns; i++) {
		struct source *source = &sources.entries[i];

		if (source->agents && source->state == SILENT)
			set_back(source, now);
	}
	spin_unlock(&sources.lock);
}

/* How many sources are silent as a whole. */
u32 varta_sources_silent(void)
{
	return READ_ONCE(sources.in_state[SILENT]);
}

/**
 * varta_source_note_beat() - note that an agent of a source has had a beat
 * @nr: number of the source, not 0
 * @now: time of the beat
 * Context: process; does not sleep.
 * Return: whether the source was silent: varta_source_return() has to follow.
 */
bool varta_source_note_beat(u32 nr, u64 now)
{
	struct source *source;
	bool silent = false;

	if (!varta_load64(&sources.silence_ns))
		return false;
	spin_lock(&sources.lock);
	source = lookup(nr);
	if (source) {
		source->last_ns = max(source->last_ns, now);
		silent = source->state == SILENT;
	}
	spin_unlock(&sources.lock);
	return silent;
}

/**
 * varta_source_return() - report that a source is not silent any more
 * @agent: the agent that has had a beat
 * @now: the time
 * @grace_ns: for how long other agents that are stalled are not reported, unless
 *	one of them has a longer threshold
 * @report: called once, with a lock held, if the source is silent still
 * Context: process; does not sleep.
 */
void varta_source_return(const struct varta_agent_info *agent, u64 now,
			 u64 grace_ns, varta_source_cb report)
{
	struct source *source;
	u64 longest_ns;

	spin_lock(&sources.lock);
	source = lookup(agent->id.source);
	if (source && source->state == SILENT) {
		report(agent, now, source->agents);
		longest_ns = (u64)source->longest_ms * NSEC_PER_MSEC;
		set_back(source, now + max(grace_ns, longest_ns));
	}
	spin_unlock(&sources.lock);
}

/* Nothing is gathered. */
static bool is_off(void)
{
	return !varta_load64(&sources.silence_ns) &&
	       !READ_ONCE(sources.in_state[SILENT]) &&
	       !READ_ONCE(sources.in_state[BACK]);
}

static void gather(struct source *source, const struct varta_agent_info *agent)
{
	source->longest_ms = max(source->longest_ms,
				 min_t(u32, agent->threshold_ms,
				       VARTA_SOURCE_GRACE_MAX_MS));
}

/* One agent is not a whole. */
static bool is_silent(const struct source *source, u64 now, u64 resume_ns)
{
	u64 last_ns = max3(source->last_ns, resume_ns, sources.watched_ns);

	return sources.silence_ns && source->agents > 1 && now > last_ns &&
	       now - last_ns >= sources.silence_ns;
}

static enum varta_source_verdict
judge_stall(struct source *source, const struct varta_agent_info *agent,
	    bool silent, varta_source_cb report)
{
	u64 now = agent->stall_ns;

	if (source->state == SILENT) {
		gather(source, agent);
		return VARTA_SOURCE_GATHERED;
	}
	if (silent && !(source->state == BACK && source->is_split)) {
		if (!report(agent, now, source->agents))
			return VARTA_SOURCE_FAILED;
		set_silent(source, now);
		gather(source, agent);
		return VARTA_SOURCE_GATHERED;
	}
	if (source->state == BACK) {
		if (now < source->until_ns && agent->slot >= source->cursor)
			return VARTA_SOURCE_GATHERED;
		source->is_split = true;
	}
	return VARTA_SOURCE_REPORT;
}

/**
 * varta_source_judge() - how to report an agent that is stalled or late
 * @agent: the agent, whose slot is locked
 * @resume_ns: silence before does not count
 * @report: called with a lock held if the source is silent from now on; if it
 *	returns false, nothing is changed
 * Context: process; does not sleep.
 * Return: the verdict.
 */
enum varta_source_verdict
varta_source_judge(const struct varta_agent_info *agent, u64 resume_ns,
		   varta_source_cb report)
{
	enum varta_source_verdict verdict = VARTA_SOURCE_REPORT;
	u64 now = agent->stalled ? agent->stall_ns : agent->late_ns;
	struct source *source;
	bool silent;

	if (!agent->id.source || is_off())
		return VARTA_SOURCE_REPORT;
	spin_lock(&sources.lock);
	source = lookup(agent->id.source);
	if (source) {
		silent = is_silent(source, now, resume_ns);
		if (agent->stalled)
			verdict = judge_stall(source, agent, silent, report);
		else if (silent || source->state == SILENT)
			verdict = VARTA_SOURCE_GATHERED;
	}
	spin_unlock(&sources.lock);
	return verdict;
}

static bool has_gathered(const struct source *source,
			 const struct varta_agent_info *agent, u64 stall_ns)
{
	return source->state != IDLE && stall_ns >= source->since_ns &&
	       stall_ns < source->until_ns && agent->slot >= source->cursor;
}

/**
 * varta_source_has_gathered() - whether a stall had no event of its own
 * @agent: the agent, whose slot is locked
 * @stall_ns: time of the stall, 0 for none
 * Context: any but interrupts; does not sleep.
 * Return: whether that is so, and it has not been reported since.
 */
bool varta_source_has_gathered(const struct varta_agent_info *agent,
			       u64 stall_ns)
{
	const struct source *source;
	bool gathered;

	if (!agent->id.source || !stall_ns || is_off())
		return false;
	spin_lock(&sources.lock);
	source = lookup(agent->id.source);
	gathered = source && has_gathered(source, agent, stall_ns);
	spin_unlock(&sources.lock);
	return gathered;
}

/**
 * varta_source_next_scan() - find a source whose agents are to be scanned
 * @now: the time
 * @nr: set to the number of the source
 * @cursor: set to where to begin
 * Context: process; does not sleep. One caller at a time.
 * Return: 0 if there is one; otherwise when to call again, U64_MAX for never.
 */
u64 varta_source_next_scan(u64 now, u32 *nr, u32 *cursor)
{
	u64 due = U64_MAX;
	u32 i;

	if (!READ_ONCE(sources.in_state[BACK]))
		return U64_MAX;
	spin_lock(&sources.lock);
	for (i = 0; i < VARTA_SOURCES_MAX; i++) {
		struct source *source = &sources.entries[i];

		if (!source->agents || source->state != BACK)
			continue;
		due = min(due, source->until_ns);
		if (due > now)
			continue;
		source->scanning = true;
		*nr = source->nr;
		*cursor = source->cursor;
		due = 0;
		break;
	}
	spin_unlock(&sources.lock);
	return due;
}

/* NULL if it is not scanned, or not any more. */
static struct source *scanned_source(u32 nr)
{
	struct source *source = lookup(nr);

	return source && source->state == BACK && source->scanning ? source :
								      NULL;
}

static enum varta_source_verdict
judge_left(struct source *source, const struct varta_agent_info *agent,
	   u64 now, u64 resume_ns, varta_source_cb report)
{
	if (!agent->stalled || !has_gathered(source, agent, agent->stall_ns))
		return VARTA_SOURCE_GATHERED;
	if (source->is_split || !is_silent(source, now, resume_ns)) {
		source->is_split = true;
		return VARTA_SOURCE_REPORT;
	}
	if (!report(agent, now, source->agents))
		return VARTA_SOURCE_FAILED;
	set_silent(source, now);
	return VARTA_SOURCE_SILENT;
}

/**
 * varta_source_judge_left() - how to report an agent that a scan finds
 * @agent: the agent, whose slot is locked
 * @now: time of the event
 * @resume_ns: silence before does not count
 * @report: as for varta_source_judge()
 * Context: process; does not sleep.
 * Return: the verdict; &VARTA_SOURCE_GATHERED if there is nothing to report.
 */
enum varta_source_verdict
varta_source_judge_left(const struct varta_agent_info *agent, u64 now,
			u64 resume_ns, varta_source_cb report)
{
	enum varta_source_verdict verdict = VARTA_SOURCE_SILENT;
	struct source *source;

	spin_lock(&sources.lock);
	source = scanned_source(agent->id.source);
	if (source)
		verdict = judge_left(source, agent, now, resume_ns, report);
	spin_unlock(&sources.lock);
	return verdict;
}

/**
 * varta_source_pass() - note how far the scan of a source is
 * @nr: number of the source
 * @cursor: slots of its agents before this were scanned
 * Context: process, with the last of these slots locked; does not sleep.
 */
void varta_source_pass(u32 nr, u32 cursor)
{
	struct source *source;

	spin_lock(&sources.lock);
	source = scanned_source(nr);
	if (source)
		source->cursor = cursor;
	spin_unlock(&sources.lock);
}

/**
 * varta_source_end_scan() - note that a scan is complete
 * @nr: number of the source
 * Context: process; does not sleep.
 */
void varta_source_end_scan(u32 nr)
{
	struct source *source;

	spin_lock(&sources.lock);
	source = scanned_source(nr);
	if (source)
		set_state(source, IDLE);
	spin_unlock(&sources.lock);
}
