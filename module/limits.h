/* SPDX-License-Identifier: GPL-2.0-only */
/* How often agents may beat: each one, and all together. Off unless set. */
#ifndef _VARTA_LIMITS_H
#define _VARTA_LIMITS_H

#include "tracker.h"

bool varta_agent_limited(const struct varta_beat *beat,
			 const struct varta_identity *id, u64 now);
bool varta_all_limited(const struct varta_beat *beat,
		       const struct varta_identity *id, u64 now);

#endif /* _VARTA_LIMITS_H */
