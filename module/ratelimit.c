// SPDX-License-Identifier: GPL-2.0-only
/* The rate limits: Documentation/tracker-semantics.md, section 7. */

#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/math64.h>
#include <linux/spinlock.h>
#include <linux/time64.h>

#include "params.h"
#include "ratelimit.h"
#include "token_bucket.h"
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

bool varta_agent_ratelimited(const struct varta_beat_info *beat,
			     const struct varta_agent_id *id, u64 now)
{
	u64 interval = (u64)varta_setting_get(VARTA_SET_MIN_BEAT_INTERVAL_MS) *
		       NSEC_PER_MSEC;
	struct last_beat last;

	if (!interval || !find_last_beat(id, &last) ||
	    is_first_terminal(beat, &last))
		return false;
	return now < last.ns + interval;
}

static struct {
	spinlock_t lock;	/* protects tokens */
	struct varta_token_bucket tokens;
} bucket = {
	.lock = __SPIN_LOCK_UNLOCKED(bucket.lock),
};

/* Under the lock: a change is complete when varta_ratelimit_changed() returns. */
static u64 token_ns(void)
{
	u32 rate = varta_setting_get(VARTA_SET_BEAT_RATE);

	lockdep_assert_held(&bucket.lock);
	return rate ? div_u64(NSEC_PER_SEC, rate) : 0;
}

static bool has_token(u64 now)
{
	bool has;

	spin_lock(&bucket.lock);
	has = varta_token_bucket_has(&bucket.tokens, now, token_ns(),
				     varta_setting_get(VARTA_SET_BEAT_BURST));
	spin_unlock(&bucket.lock);
	return has;
}

/**
 * varta_global_ratelimited() - whether all agents together beat too often
 * @beat: the beat
 * @id: its agent
 * @now: CLOCK_MONOTONIC in nanoseconds
 * @consumes: set to whether the beat consumes a token if it is accepted, by
 *	varta_ratelimit_consume(): refused beats must not take those of others
 * Context: process; does not sleep.
 */
bool varta_global_ratelimited(const struct varta_beat_info *beat,
			      const struct varta_agent_id *id, u64 now,
			      bool *consumes)
{
	struct last_beat last;

	*consumes = false;
	if (!varta_setting_get(VARTA_SET_BEAT_RATE))
		return false;
	if (varta_beat_is_terminal(beat) &&
	    id->origin == VARTA_ORIGIN_KERNEL_ATTESTED &&
	    find_last_beat(id, &last) && is_first_terminal(beat, &last))
		return false;
	*consumes = true;
	return !has_token(now);
}

/* Concurrent beats may consume more tokens than there are, which are owed. */
void varta_ratelimit_consume(u64 now)
{
	spin_lock(&bucket.lock);
	varta_token_bucket_consume(&bucket.tokens, now, token_ns());
	spin_unlock(&bucket.lock);
}

/* beat_rate or beat_burst was changed. */
void varta_ratelimit_changed(void)
{
	spin_lock(&bucket.lock);
	varta_token_bucket_resize(&bucket.tokens, ktime_get_ns(), token_ns(),
				  varta_setting_get(VARTA_SET_BEAT_BURST));
	spin_unlock(&bucket.lock);
}
