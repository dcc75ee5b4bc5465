// SPDX-License-Identifier: GPL-2.0-only
/* Callers read the clock before they serialise, but time must not go back. */

#include <linux/minmax.h>

#include "token_bucket.h"

static void forward(struct varta_token_bucket *bucket, u64 now)
{
	bucket->now = max(bucket->now, now);
	bucket->tat = max(bucket->tat, bucket->now);
}

/* Whether there is a token. Consumes none. */
bool varta_token_bucket_has(struct varta_token_bucket *bucket, u64 now,
			    u64 token_ns, u32 burst)
{
	forward(bucket, now);
	return bucket->tat + token_ns <= bucket->now + burst * token_ns;
}

/* Consumes a token. If there is none, one is owed. */
void varta_token_bucket_consume(struct varta_token_bucket *bucket, u64 now,
				u64 token_ns)
{
	forward(bucket, now);
	bucket->tat += token_ns;
}

/* For a new rate: tokens owed at the old one could take very long to refill. */
void varta_token_bucket_resize(struct varta_token_bucket *bucket, u64 now,
			       u64 token_ns, u32 burst)
{
	forward(bucket, now);
	bucket->tat = min(bucket->tat, bucket->now + burst * token_ns);
}
