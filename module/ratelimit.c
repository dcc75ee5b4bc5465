// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rate limits (tracker semantics, section 7). The agent's own is checked
 * first, so that a flooding agent does not consume the tokens of all.
 */

#include <linux/lockdep.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/spinlock.h>
#include <linux/time64.h>

#include "ratelimit.h"
#include "params.h"
#include "varta.h"

struct last_beat {
	const struct varta_agent_id *id;
	bool found;
	u64 ns;
	bool terminal;
};

/* The slot may belong to an earlier process with the pid, or another origin. */
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

/* A terminal beat is exempt: it comes soon after another and is not repeated. */
static bool is_first_terminal(const struct varta_beat_info *beat,
			      const struct last_beat *last)
{
	return varta_beat_is_terminal(beat) && !last->terminal;
}

/* Whether the last beat of the agent is too recent. */
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
 * A token bucket in the form of the GCRA: @tat, the theoretical arrival time, is
 * when the bucket will be full; token_ns is the time to refill one token.
 */
static struct {
	/* Protects tat. */
	spinlock_t lock;
	u64 tat;
} bucket = {
	.lock = __SPIN_LOCK_UNLOCKED(bucket.lock),
};

/* If beat_rate was raised, more than beat_burst tokens may be missing: empty. */
static void refill_bucket(u64 now, u64 token_ns)
{
	lockdep_assert_held(&bucket.lock);

	bucket.tat = clamp(bucket.tat, now,
			   now + varta_setting(VARTA_SET_BEAT_BURST) *
				     token_ns);
}

static bool has_token(u64 now, u64 token_ns)
{
	u64 burst = varta_setting(VARTA_SET_BEAT_BURST);
	bool has;

	spin_lock(&bucket.lock);
	refill_bucket(now, token_ns);
	has = bucket.tat + token_ns <= now + burst * token_ns;
	spin_unlock(&bucket.lock);
	return has;
}

/**
 * varta_global_ratelimited() - whether all agents together beat too often
 * @beat: the beat
 * @id: its agent
 * @now: CLOCK_MONOTONIC in nanoseconds
 * @token_ns: set to the token for varta_ratelimit_consume() if it is accepted
 *
 * Only checks the bucket. Tokens are consumed by accepted beats, so that an
 * agent whose beats are all refused does not consume the tokens of others.
 *
 * Context: process; does not sleep.
 */
bool varta_global_ratelimited(const struct varta_beat_info *beat,
			      const struct varta_agent_id *id, u64 now,
			      u64 *token_ns)
{
	u32 rate = varta_setting(VARTA_SET_BEAT_RATE);
	struct last_beat last;

	*token_ns = 0;
	if (!rate)
		return false;
	if (varta_beat_is_terminal(beat) &&
	    id->origin == VARTA_ORIGIN_KERNEL_ATTESTED &&
	    find_last_beat(id, &last) && is_first_terminal(beat, &last))
		return false;
	*token_ns = div_u64(NSEC_PER_SEC, rate);
	return !has_token(now, *token_ns);
}

/**
 * varta_ratelimit_consume() - consume a token for an accepted beat
 * @token_ns: from varta_global_ratelimited()
 * @now: the same time
 *
 * Concurrent beats may consume more tokens than there are.
 *
 * Context: process; does not sleep.
 */
void varta_ratelimit_consume(u64 token_ns, u64 now)
{
	if (!token_ns)
		return;
	spin_lock(&bucket.lock);
	refill_bucket(now, token_ns);
	bucket.tat += token_ns;
	spin_unlock(&bucket.lock);
}
