// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two rate limits (tracker semantics, section 7). The agent's own comes
 * first, so that one that floods does not spend the others' tokens.
 */

#include <linux/lockdep.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/spinlock.h>
#include <linux/time64.h>

#include "ratelimit.h"
#include "params.h"
#include "varta.h"

/* What the limits have to know of a slot. */
struct last_beat {
	const struct varta_agent_id *id;
	bool found;
	u64 ns;
	bool terminal;
};

/* The slot may be another's: who had the number before, or who is weaker. */
static bool note_last_beat(void *context, const struct varta_agent_info *agent)
{
	struct last_beat *last = context;

	last->found = agent->id.origin == last->id->origin &&
		      agent->id.proc == last->id->proc;
	last->ns = agent->last_ns;
	last->terminal = agent->nonce == VARTA_TERMINAL_NONCE;
	return true;
}

static bool find_last_beat(const struct varta_agent_id *id,
			   struct last_beat *last)
{
	*last = (struct last_beat) { .id = id };
	varta_tracker_lookup(&varta.tracker, id->source, id->pid,
			     note_last_beat, last);
	return last->found;
}

/* A crash handler's last word is not to be lost because it comes soon. */
static bool is_first_terminal(const struct varta_beat_info *beat,
			      const struct last_beat *last)
{
	return varta_beat_is_terminal(beat) && !last->terminal;
}

/**
 * varta_agent_ratelimited() - whether a beat is too close to the agent's last one
 * @beat: the beat
 * @id: whose
 * @now: the time
 *
 * Context: process; does not sleep.
 */
bool varta_agent_ratelimited(const struct varta_beat_info *beat,
			     const struct varta_agent_id *id, u64 now)
{
	u64 interval = (u64)varta_setting(VARTA_SET_MIN_BEAT_INTERVAL_MS) *
		       NSEC_PER_MSEC;
	struct last_beat last;

	if (!interval || !find_last_beat(id, &last) ||
	    is_first_terminal(beat, &last))
		return false;
	return now < last.ns + interval;
}

/*
 * The bucket as the time at which it would be full again: tokens that were
 * spent push it into the future, by the time that each takes to come back.
 */
static struct {
	/* Protects tat. */
	spinlock_t lock;
	u64 tat;
} bucket = {
	.lock = __SPIN_LOCK_UNLOCKED(bucket.lock),
};

/*
 * Bring the bucket to what it can be now. If it is from a time when tokens came
 * back more slowly, it is empty, and no more than that.
 */
static void refill_bucket(u64 now, u64 interval)
{
	lockdep_assert_held(&bucket.lock);

	bucket.tat = clamp(bucket.tat, now,
			   now + varta_setting(VARTA_SET_BEAT_BURST) *
				     interval);
}

static bool has_token(u64 now, u64 interval)
{
	u64 burst = varta_setting(VARTA_SET_BEAT_BURST);
	bool has;

	spin_lock(&bucket.lock);
	refill_bucket(now, interval);
	has = bucket.tat + interval <= now + burst * interval;
	spin_unlock(&bucket.lock);
	return has;
}

/**
 * varta_global_ratelimited() - whether all agents together beat too often
 * @beat: the beat
 * @id: whose
 * @now: the time
 * @cost: set to what it costs if it is accepted, for varta_ratelimit_consume()
 *
 * Who sends nothing but beats that are refused behind this must not use up
 * the tokens of all: no limit of its own keeps it from that, since that goes
 * by the last beat that was accepted. So tokens are only looked at here.
 *
 * Context: process; does not sleep.
 */
bool varta_global_ratelimited(const struct varta_beat_info *beat,
			      const struct varta_agent_id *id, u64 now, u64 *cost)
{
	u32 rate = varta_setting(VARTA_SET_BEAT_RATE);
	struct last_beat last;

	*cost = 0;
	if (!rate)
		return false;
	if (varta_beat_is_terminal(beat) &&
	    id->origin == VARTA_ORIGIN_KERNEL_ATTESTED &&
	    find_last_beat(id, &last) && is_first_terminal(beat, &last))
		return false;
	*cost = div_u64(NSEC_PER_SEC, rate);
	return !has_token(now, *cost);
}

/**
 * varta_ratelimit_consume() - a beat was accepted
 * @cost: what varta_global_ratelimited() said of it
 * @now: as then
 *
 * Those that are on their way together may spend more than there is.
 *
 * Context: process; does not sleep.
 */
void varta_ratelimit_consume(u64 cost, u64 now)
{
	if (!cost)
		return;
	spin_lock(&bucket.lock);
	refill_bucket(now, cost);
	bucket.tat += cost;
	spin_unlock(&bucket.lock);
}
