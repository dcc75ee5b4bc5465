/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings: module parameters, files in /sys/kernel/varta and netlink
 * attributes have the same names and ranges, which are in the specification.
 */
#ifndef _VARTA_PARAMS_H
#define _VARTA_PARAMS_H

#include <linux/compiler.h>
#include <linux/types.h>

#include "spec.h"

enum varta_setting_id {
#define X(NAME, ...) VARTA_SET_##NAME,
	VARTA_SETTINGS(X)
#undef X
	VARTA_SETTINGS_NUM,
};

/**
 * struct varta_setting - one setting
 * @name: name of the parameter and of the file
 * @value_names: words for the values 0..@max, NULL for a number
 * @allowed: words, or range and unit, for messages
 * @changed: called after @value changed, may be NULL
 * @value: current value, accessed without a lock
 * @min: lowest value allowed
 * @max: highest value allowed
 * @writable: false if it is fixed when the module is loaded
 * @given: the value was given, and is not the default; accessed without a lock
 */
struct varta_setting {
	const char *name;
	const char *const *value_names;
	const char *allowed;
	void (*changed)(void);
	u32 value;
	u32 min;
	u32 max;
	bool writable;
	bool given;
};

extern struct varta_setting varta_settings[VARTA_SETTINGS_NUM];

static inline u32 varta_setting_get(enum varta_setting_id id)
{
	return READ_ONCE(varta_settings[id].value);
}

bool varta_setting_allows(const struct varta_setting *setting, u32 value);
int varta_setting_parse(const struct varta_setting *setting, const char *text,
			u32 *value);
int varta_setting_print(const struct varta_setting *setting, char *page);
void varta_setting_change(struct varta_setting *setting, u32 value);
int varta_settings_check(void);
void varta_setting_on_change(enum varta_setting_id id, void (*changed)(void));

#endif /* _VARTA_PARAMS_H */
