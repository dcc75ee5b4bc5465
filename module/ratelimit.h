/* SPDX-License-Identifier: GPL-2.0-only */
/* Rate limits: for each agent, which is checked first, and for all together. */
#ifndef _VARTA_RATELIMIT_H
#define _VARTA_RATELIMIT_H

#include "agent.h"
#include "params.h"

static inline bool varta_ratelimit_enabled(void)
{
	return varta_setting_get(VARTA_SET_MIN_BEAT_INTERVAL_MS) |
	       varta_setting_get(VARTA_SET_BEAT_RATE);
}

bool varta_agent_ratelimited(const struct varta_beat_info *beat,
			     const struct varta_agent_id *id, u64 now);
bool varta_global_ratelimited(const struct varta_beat_info *beat,
			      const struct varta_agent_id *id, u64 now,
			      bool *consumes);
void varta_ratelimit_consume(u64 now);
void varta_ratelimit_changed(void);

#endif /* _VARTA_RATELIMIT_H */
