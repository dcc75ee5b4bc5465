// SPDX-License-Identifier: GPL-2.0-only
/* /sys/kernel/varta: settings and current values, and totals in counters/. */

#include <linux/capability.h>
#include <linux/kobject.h>
#include <linux/sysfs.h>

#include "config.h"
#include "params.h"
#include "source.h"
#include "sysfs.h"
#include "varta.h"

static struct kobject *varta_kobj;

struct setting_attribute {
	struct kobj_attribute attr;
	struct varta_setting *setting;
};

static struct varta_setting *setting_of(struct kobj_attribute *attr)
{
	return container_of(attr, struct setting_attribute, attr)->setting;
}

static ssize_t setting_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return varta_setting_print(setting_of(attr), buf);
}

static ssize_t setting_store(struct kobject *kobj, struct kobj_attribute *attr,
			     const char *buf, size_t count)
{
	struct varta_setting *setting = setting_of(attr);
	u32 value;
	int err;

	/* As over netlink: owner and mode of the file can be changed. */
	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	err = varta_setting_parse(setting, buf, &value);
	if (err) {
		varta_count(&varta.counters, VARTA_COUNT_CONFIG_OUT_OF_RANGE);
		return err;
	}
	varta_config_change(setting, value);
	return count;
}

#define MODE_FIXED	0444
#define MODE_WRITABLE	0644
/* Root can change the mode, but cannot write without a store function. */
#define STORE_FIXED	NULL
#define STORE_WRITABLE	setting_store

static struct setting_attribute setting_attrs[] = {
#define X(NAME, name, value, min, max, writable, words,	\
	  allowed, text) {						\
		.attr = __ATTR(name, MODE_##writable, setting_show,	\
			       STORE_##writable),			\
		.setting = &varta_settings[VARTA_SET_##NAME],		\
	},
	VARTA_SETTINGS(X)
#undef X
};

static ssize_t tracked_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%u\n", varta_tracker_tracked(&varta.tracker));
}

static ssize_t stalled_now_show(struct kobject *kobj,
				struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n",
			  varta_tracker_stalled_now(&varta.tracker));
}

static ssize_t sources_silent_show(struct kobject *kobj,
				   struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", varta_sources_silent());
}

static struct kobj_attribute tracked_attr = __ATTR_RO(tracked);
static struct kobj_attribute stalled_now_attr = __ATTR_RO(stalled_now);
static struct kobj_attribute sources_silent_attr = __ATTR_RO(sources_silent);

static struct attribute *varta_attrs[] = {
#define X(NAME, ...)							\
	&setting_attrs[VARTA_SET_##NAME].attr.attr,
	VARTA_SETTINGS(X)
#undef X
	&tracked_attr.attr,
	&stalled_now_attr.attr,
	&sources_silent_attr.attr,
	NULL
};

static const struct attribute_group varta_group = {
	.attrs = varta_attrs,
};

struct counter_attribute {
	struct kobj_attribute attr;
	enum varta_counter which;
};

static ssize_t counter_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	enum varta_counter which =
		container_of(attr, struct counter_attribute, attr)->which;

	return sysfs_emit(buf, "%llu\n",
			  varta_counter_total(&varta.counters, which));
}

static struct counter_attribute counter_attrs[] = {
#define X(NAME, name) {							\
		.attr = __ATTR(name, 0444, counter_show, NULL),		\
		.which = VARTA_COUNT_##NAME,				\
	},
	VARTA_COUNTERS(X)
#undef X
};

static struct attribute *counter_list[] = {
#define X(NAME, name) &counter_attrs[VARTA_COUNT_##NAME].attr.attr,
	VARTA_COUNTERS(X)
#undef X
	NULL
};

static const struct attribute_group counter_group = {
	.name = "counters",
	.attrs = counter_list,
};

static const struct attribute_group *varta_groups[] = {
	&varta_group,
	&counter_group,
	NULL
};

int varta_sysfs_init(void)
{
	int err;

	varta_kobj = kobject_create_and_add("varta", kernel_kobj);
	if (!varta_kobj)
		return -ENOMEM;
	err = sysfs_create_groups(varta_kobj, varta_groups);
	if (err)
		kobject_put(varta_kobj);
	return err;
}

void varta_sysfs_exit(void)
{
	sysfs_remove_groups(varta_kobj, varta_groups);
	kobject_put(varta_kobj);
}
