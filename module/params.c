// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of settings, and the module parameters made from it.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "params.h"
#include "stall_thread.h"

#define none NULL

static const char *const eviction_policies[] = {
	[VARTA_EVICTION_POLICY_STRICT]	= "strict",
	[VARTA_EVICTION_POLICY_BALANCED]	= "balanced",
};

static const char *const namespace_policies[] = {
	[VARTA_NAMESPACE_POLICY_ISOLATE]	= "isolate",
	[VARTA_NAMESPACE_POLICY_PIN]		= "pin",
	[VARTA_NAMESPACE_POLICY_HOST]		= "host",
};

enum {
	AT_LOAD	= false,
	LIVE	= true,
};

struct varta_setting varta_settings[VARTA_SETTINGS_NUM] = {
#define X(NAME, _name, _value, _min, _max, _when, _words)		\
	[VARTA_SET_##NAME] = {						\
		.name = #_name, .value = (_value), .min = (_min),	\
		.max = (_max), .live = (_when), .words = (_words),	\
	},
	VARTA_SETTINGS(X)
#undef X
};

/**
 * varta_setting_allows() - whether a setting may have a value
 * @setting: which
 * @value: the value
 *
 * Context: any.
 */
bool varta_setting_allows(const struct varta_setting *setting, u32 value)
{
	return value >= setting->min && value <= setting->max;
}

/**
 * varta_setting_parse() - understand a value as text
 * @setting: which
 * @text: a word of the setting's, or a number; may end in a newline
 * @value: set to the value
 *
 * Context: any.
 * Return: 0, -EINVAL if it is neither, -ERANGE if it is not allowed.
 */
int varta_setting_parse(const struct varta_setting *setting, const char *text,
			u32 *value)
{
	int err;

	if (setting->words) {
		err = __sysfs_match_string(setting->words, setting->max + 1,
					   text);
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

/**
 * varta_setting_print() - a setting's value as text
 * @setting: which
 * @page: room for a page
 *
 * Context: any.
 * Return: the length of the text, which ends in a newline.
 */
int varta_setting_print(const struct varta_setting *setting, char *page)
{
	u32 value = READ_ONCE(setting->value);

	if (setting->words)
		return sysfs_emit(page, "%s\n", setting->words[value]);
	return sysfs_emit(page, "%u\n", value);
}

/**
 * varta_setting_change() - change a live setting
 * @setting: which
 * @value: allowed
 *
 * Context: process, in a loaded module.
 */
void varta_setting_change(struct varta_setting *setting, u32 value)
{
	WRITE_ONCE(setting->value, value);
	if (setting == &varta_settings[VARTA_SET_THRESHOLD_MS])
		varta_stall_thread_rescan();
}

static int set_parameter(const char *text, const struct kernel_param *kp)
{
	struct varta_setting *setting = kp->arg;
	u32 value;
	int err;

	err = varta_setting_parse(setting, text, &value);
	if (err == -ERANGE)
		pr_err("%s=%s is out of range, %u to %u\n", setting->name, text,
		       setting->min, setting->max);
	else if (err)
		pr_err("%s=%s is not understood\n", setting->name, text);
	else
		setting->value = value;
	return err;
}

static int get_parameter(char *page, const struct kernel_param *kp)
{
	return varta_setting_print(kp->arg, page);
}

static const struct kernel_param_ops parameter_ops = {
	.set = set_parameter,
	.get = get_parameter,
};

#define X(NAME, name, ...)						\
	module_param_cb(name, &parameter_ops,				\
			&varta_settings[VARTA_SET_##NAME], 0444);
VARTA_SETTINGS(X)
#undef X

MODULE_PARM_DESC(capacity, "Agents that there is room for, 1 to 4194304 (default 4096)");
MODULE_PARM_DESC(threshold_ms, "Silence in milliseconds from which an agent is stalled, 10 to 86400000 (default 5000)");
MODULE_PARM_DESC(eviction_policy, "Who may be evicted from a full ledger: strict, who is stalled; balanced, whoever is silent as long (default strict)");
MODULE_PARM_DESC(eviction_scan_window, "Slots that one pass of an eviction may look at, 1 to 4194304 (default 256)");
MODULE_PARM_DESC(origin_takeover, "Whether an attested agent takes over what a relay has claimed, 0 or 1 (default 0)");
MODULE_PARM_DESC(namespace_policy, "Agents of different pid namespaces: isolate, pin (the first has the number), host (only the initial one) (default isolate)");
MODULE_PARM_DESC(track_exit, "Whether an agent whose process ends is reported and freed at once, 0 or 1 (default 1)");
MODULE_PARM_DESC(min_threshold_ms, "Lowest threshold that an agent may ask for, 10 to 86400000 (default 10)");
MODULE_PARM_DESC(max_threshold_ms, "Highest threshold that an agent may ask for, 10 to 86400000 (default 86400000)");
MODULE_PARM_DESC(max_agents_per_user, "Agents that one user may have, 0 for any number (default 0)");
MODULE_PARM_DESC(min_beat_interval_ms, "Beats of one agent that are closer are refused, 0 for none (default 0)");
MODULE_PARM_DESC(beat_rate, "Beats of all agents in a second, 0 for any number (default 0)");
MODULE_PARM_DESC(beat_burst, "How many of them may come at once, 1 to 1000000 (default 1000)");
