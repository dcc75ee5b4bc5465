// SPDX-License-Identifier: GPL-2.0-only

#include <linux/mutex.h>
#include <uapi/linux/varta.h>

#include "audit.h"
#include "config.h"
#include "counters.h"
#include "notify.h"

/* Old values are those of the event before. */
static DEFINE_MUTEX(change_lock);

/**
 * varta_config_change() - change a setting
 * @setting: the setting
 * @value: its value from now on, in range
 * Context: the process that changes it, may sleep.
 */
void varta_config_change(struct varta_setting *setting, u32 value)
{
	struct varta_event_info info = {
		.config.change		= VARTA_CONFIG_CHANGE_SETTING,
		.config.setting		= VARTA_A_CONFIG_CAPACITY +
					  (setting - varta_settings),
		.config.new_value	= value,
	};

	mutex_lock(&change_lock);
	info.config.old_value = setting->value;
	/* Before the stalls that it causes. */
	if (info.config.old_value != value)
		varta_notify_change(&info);
	varta_setting_store(setting, value);
	varta_setting_apply(setting);
	mutex_unlock(&change_lock);
	if (info.config.old_value != value)
		varta_audit_setting(setting, info.config.old_value, value);
}

/**
 * varta_config_report_take() - report that counters were taken
 * @counters: a bit for each, by enum varta_counter; other bits are ignored
 * Context: the process that took them, may sleep.
 */
void varta_config_report_take(u64 counters)
{
	struct varta_event_info info = {
		.config.change		= VARTA_CONFIG_CHANGE_COUNTERS_TAKEN,
		.config.counters	= counters & VARTA_ALL_COUNTERS,
	};

	varta_notify_change(&info);
}

void varta_config_report_gaps_reset(void)
{
	struct varta_event_info info = {
		.config.change = VARTA_CONFIG_CHANGE_GAPS_RESET,
	};

	varta_notify_change(&info);
}
