/* SPDX-License-Identifier: GPL-2.0-only */
/* How often agents may beat: each one, and all together. Off unless set. */
#ifndef _VARTA_LIMITS_H
#define _VARTA_LIMITS_H

#include "settings.h"
#include "tracker.h"

/**
 * varta_limits_set() - whether there is any limit to how often
 *
 * Context: any.
 */
static inline bool varta_limits_set(void)
{
	return varta_setting(VARTA_SET_MIN_BEAT_INTERVAL_MS) |
	       varta_setting(VARTA_SET_BEAT_RATE);
}

bool varta_agent_limited(const struct varta_beat *beat,
			 const struct varta_identity *id, u64 now);
bool varta_all_limited(const struct varta_beat *beat,
		       const struct varta_identity *id, u64 now, u64 *cost);
void varta_limits_spend(u64 cost, u64 now);

#endif /* _VARTA_LIMITS_H */
