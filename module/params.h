/* SPDX-License-Identifier: GPL-2.0-only */
/* Settings: module parameters, and files and attributes of the same names. */
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

/* value and given are accessed without a lock. */
struct varta_setting {
	const char *name;
	const char *const *value_names;	/* for 0..max; NULL for a number */
	const char *allowed;		/* words, or range and unit */
	void (*changed)(void);		/* called after a change, or NULL */
	u32 value;
	u32 min;
	u32 max;
	bool writable;			/* after the module was loaded */
	bool given;			/* not the default */
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
void varta_setting_store(struct varta_setting *setting, u32 value);
void varta_setting_apply(const struct varta_setting *setting);
int varta_settings_check(void);
void varta_setting_on_change(enum varta_setting_id id, void (*changed)(void));

#endif /* _VARTA_PARAMS_H */
