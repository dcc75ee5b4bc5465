/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A token bucket in the form of the GCRA: it refills a token every @token_ns
 * nanoseconds, and holds @burst tokens. Callers serialise.
 */
#ifndef _VARTA_TOKEN_BUCKET_H
#define _VARTA_TOKEN_BUCKET_H

#include <linux/types.h>

struct varta_token_bucket {
	u64 now;	/* the latest time that any caller has given */
	u64 tat;	/* theoretical arrival time: when it will be full */
};

bool varta_token_bucket_has(struct varta_token_bucket *bucket, u64 now,
			    u64 token_ns, u32 burst);
void varta_token_bucket_consume(struct varta_token_bucket *bucket, u64 now,
				u64 token_ns);
void varta_token_bucket_resize(struct varta_token_bucket *bucket, u64 now,
			       u64 token_ns, u32 burst);

#endif /* _VARTA_TOKEN_BUCKET_H */
