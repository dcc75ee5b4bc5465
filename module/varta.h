/* SPDX-License-Identifier: GPL-2.0-only */
/* The tracker and the files that it uses do not include this. */
#ifndef _VARTA_VARTA_H
#define _VARTA_VARTA_H

#include <linux/time64.h>

#include "counters.h"
#include "params.h"
#include "tracker.h"

struct varta_module {
	struct varta_counters counters;
	struct varta_tracker tracker;
};

extern struct varta_module varta;

static inline u64 varta_threshold_ns(void)
{
	return (u64)varta_setting_get(VARTA_SET_THRESHOLD_MS) * NSEC_PER_MSEC;
}

#endif /* _VARTA_VARTA_H */
