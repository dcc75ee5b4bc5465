// SPDX-License-Identifier: GPL-2.0-only
/*
 * Callers read the clock before they serialise, so the time of a later call may
 * be earlier. Time that goes back must give no tokens, so the bucket uses the
 * latest time that it has seen.
 */

#include <linux/minmax.h>

#include "token_bucket.h"

static void forward(struct varta_token_bucket *bucket, u64 now)
{
	bucket->now = max(bucket->now, now);
	bucket->tat = max(bucket->tat, bucket->now);
}

/**
 * varta_token_bucket_has() - whether there is a token
 * @bucket: the bucket
 * @now: time in nanoseconds
 * @token_ns: time to refill one token
 * @burst: number of tokens that the bucket holds
 *
 * Consumes none.
 */
bool varta_token_bucket_has(struct varta_token_bucket *bucket, u64 now,
			    u64 token_ns, u32 burst)
{
	forward(bucket, now);
	return bucket->tat + token_ns <= bucket->now + burst * token_ns;
}

/**
 * varta_token_bucket_consume() - consume a token
 * @bucket: the bucket
 * @now: time in nanoseconds
 * @token_ns: time to refill one token
 *
 * May consume a token that there is not, which is owed.
 */
void varta_token_bucket_consume(struct varta_token_bucket *bucket, u64 now,
				u64 token_ns)
{
	forward(bucket, now);
	bucket->tat += token_ns;
}

/**
 * varta_token_bucket_resize() - write off what exceeds an empty bucket
 * @bucket: the bucket
 * @now: time in nanoseconds
 * @token_ns: time to refill one token from now on
 * @burst: number of tokens that the bucket holds from now on
 *
 * For a change of @token_ns or @burst: what was owed at a slower rate could
 * take very long to refill.
 */
void varta_token_bucket_resize(struct varta_token_bucket *bucket, u64 now,
			       u64 token_ns, u32 burst)
{
	forward(bucket, now);
	bucket->tat = min(bucket->tat, bucket->now + burst * token_ns);
}
