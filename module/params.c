// SPDX-License-Identifier: GPL-2.0-only
/* The table of settings, and the module parameters made from it. */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/net.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "params.h"

#define no_words NULL

static const char *const eviction_policy_words[] = {
	VARTA_EVICTION_POLICY_WORDS
};

static const char *const namespace_policy_words[] = {
	VARTA_NAMESPACE_POLICY_WORDS
};

enum {
	FIXED		= false,
	WRITABLE	= true,
};

enum {
	SHOWN_LENGTH_MAX = 64, /* of a wrong value, in a message */
};

struct varta_setting varta_settings[VARTA_SETTINGS_NUM] = {
#define X(NAME, _name, _value, _min, _max, _writable, _words, _allowed, _text) \
	[VARTA_SET_##NAME] = {						\
		.name = #_name, .value = (_value), .min = (_min),	\
		.max = (_max), .writable = (_writable),			\
		.value_names = (_words), .allowed = (_allowed),		\
	},
	VARTA_SETTINGS(X)
#undef X
};

bool varta_setting_allows(const struct varta_setting *setting, u32 value)
{
	return value >= setting->min && value <= setting->max;
}

/**
 * varta_setting_parse() - read the value of a setting from text
 * @setting: the setting
 * @text: one of its words or a number, optionally with a newline
 * @value: set to the value
 * Return: 0; -EINVAL if it is neither; -ERANGE if it is out of range.
 */
int varta_setting_parse(const struct varta_setting *setting, const char *text,
			u32 *value)
{
	int err;

	if (setting->value_names) {
		err = __sysfs_match_string(setting->value_names,
					   setting->max + 1, text);
		if (err >= 0) {
			*value = err;
			return 0;
		}
	}
	err = kstrtou32(text, 0, value);
	if (err)
		return err;
	return varta_setting_allows(setting, *value) ? 0 : -ERANGE;
}

/* Writes the value and a newline to a buffer of PAGE_SIZE. */
int varta_setting_print(const struct varta_setting *setting, char *page)
{
	u32 value = READ_ONCE(setting->value);

	if (setting->value_names)
		return sysfs_emit(page, "%s\n", setting->value_names[value]);
	return sysfs_emit(page, "%u\n", value);
}

/* @value is in range. It takes effect at once only with varta_setting_apply(). */
void varta_setting_store(struct varta_setting *setting, u32 value)
{
	WRITE_ONCE(setting->value, value);
	WRITE_ONCE(setting->given, true);
}

void varta_setting_apply(const struct varta_setting *setting)
{
	if (setting->changed)
		setting->changed();
}

static int refused_err; /* of the first parameter that was refused */

/* Any user can cause a load. The limit of messages must outlive the module. */
int varta_settings_check(void)
{
	u32 min = varta_setting_get(VARTA_SET_MIN_THRESHOLD_MS);
	u32 max = varta_setting_get(VARTA_SET_MAX_THRESHOLD_MS);

	if (refused_err)
		return refused_err;
	if (min <= max)
		return 0;
	net_err_ratelimited("min_threshold_ms=%u is above max_threshold_ms=%u: no agent could request a threshold\n",
			    min, max);
	return -EINVAL;
}

/* To be called before the setting can be changed. */
void varta_setting_on_change(enum varta_setting_id id, void (*changed)(void))
{
	varta_settings[id].changed = changed;
}

static void report_refused(const struct varta_setting *setting,
			   const char *text)
{
	/* The message is one line. */
	int length = strnlen(text, SHOWN_LENGTH_MAX);
	s64 number;

	if (setting->value_names)
		net_err_ratelimited("%s=%*pE: use %s\n", setting->name, length,
				    text, setting->allowed);
	else if (kstrtos64(text, 0, &number) != -EINVAL)
		net_err_ratelimited("%s=%*pE is out of range (%s)\n",
				    setting->name, length, text,
				    setting->allowed);
	else
		net_err_ratelimited("%s=%*pE is not a number (%s)\n",
				    setting->name, length, text,
				    setting->allowed);
}

/* Errors are for varta_settings_check(): the kernel prints those of parameters. */
static int set_parameter(const char *text, const struct kernel_param *kp)
{
	struct varta_setting *setting = kp->arg;
	u32 value;
	int err;

	if (!text)
		text = "";
	err = varta_setting_parse(setting, text, &value);
	if (err) {
		report_refused(setting, text);
		refused_err = refused_err ?: err;
	} else {
		varta_setting_store(setting, value);
		varta_setting_apply(setting);
	}
	return 0;
}

static int get_parameter(char *page, const struct kernel_param *kp)
{
	return varta_setting_print(kp->arg, page);
}

static const struct kernel_param_ops parameter_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = set_parameter,
	.get = get_parameter,
};

#define X(NAME, name, ...)						\
	module_param_cb(name, &parameter_ops,				\
			&varta_settings[VARTA_SET_##NAME], 0444);
VARTA_SETTINGS(X)
#undef X

#define X(NAME, name, value, min, max, writable, words, allowed, text)	\
	MODULE_PARM_DESC(name, text);
VARTA_SETTINGS(X)
#undef X
