/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything that can be set, in one table: the same name, limits and error
 * for the module parameter, the file in /sys/kernel/varta and the netlink
 * attribute. What a setting does is up to the part that reads it.
 */
#ifndef _VARTA_PARAMS_H
#define _VARTA_PARAMS_H

#include <linux/compiler.h>
#include <linux/types.h>

#include "agent.h"

/*
 * X(NAME, name, initial value, minimum, maximum, when, words): in the order of
 * the attributes in the netlink specification, which says what each means.
 * AT_LOAD ones are fixed when the module is loaded, LIVE ones can be changed.
 * Where there are words, they stand for the values from 0.
 */
#define VARTA_SETTINGS(X)						\
	X(CAPACITY, capacity, 4096, 1, VARTA_CAPACITY_MAX, AT_LOAD, none) \
	X(THRESHOLD_MS, threshold_ms, 5000, 10, 86400000, LIVE, none)	\
	X(EVICTION_POLICY, eviction_policy, 0, 0, 1, AT_LOAD,		\
	  eviction_policies)						\
	X(EVICTION_SCAN_WINDOW, eviction_scan_window, 256, 1,		\
	  VARTA_CAPACITY_MAX, AT_LOAD, none)				\
	X(ORIGIN_TAKEOVER, origin_takeover, 0, 0, 1, AT_LOAD, none)	\
	X(NAMESPACE_POLICY, namespace_policy, 0, 0, 2, AT_LOAD,		\
	  namespace_policies)						\
	X(TRACK_EXIT, track_exit, 1, 0, 1, LIVE, none)			\
	X(MIN_THRESHOLD_MS, min_threshold_ms, 10, 10, 86400000, LIVE, none) \
	X(MAX_THRESHOLD_MS, max_threshold_ms, 86400000, 10, 86400000,	\
	  LIVE, none)							\
	X(MAX_AGENTS_PER_USER, max_agents_per_user, 0, 0,		\
	  VARTA_CAPACITY_MAX, LIVE, none)				\
	X(MIN_BEAT_INTERVAL_MS, min_beat_interval_ms, 0, 0, 86400000,	\
	  LIVE, none)							\
	X(BEAT_RATE, beat_rate, 0, 0, 1000000000, LIVE, none)		\
	X(BEAT_BURST, beat_burst, 1000, 1, 1000000, LIVE, none)

enum varta_setting_id {
#define X(NAME, ...) VARTA_SET_##NAME,
	VARTA_SETTINGS(X)
#undef X
	VARTA_SETTINGS_NUM,
};

/**
 * struct varta_setting - one row of the table
 * @name: in all three places
 * @words: NULL, or what the values are called, from 0 to @max
 * @value: what is set. Read and written without a lock, each in one piece.
 * @min: least that it may be
 * @max: most that it may be
 * @live: whether it can be changed after loading
 */
struct varta_setting {
	const char *name;
	const char *const *words;
	u32 value;
	u32 min;
	u32 max;
	bool live;
};

extern struct varta_setting varta_settings[VARTA_SETTINGS_NUM];

/**
 * varta_setting() - what is set
 * @id: which setting
 *
 * Context: any.
 */
static inline u32 varta_setting(enum varta_setting_id id)
{
	return READ_ONCE(varta_settings[id].value);
}

bool varta_setting_allows(const struct varta_setting *setting, u32 value);
int varta_setting_parse(const struct varta_setting *setting, const char *text,
			u32 *value);
int varta_setting_print(const struct varta_setting *setting, char *page);
void varta_setting_change(struct varta_setting *setting, u32 value);

#endif /* _VARTA_PARAMS_H */
