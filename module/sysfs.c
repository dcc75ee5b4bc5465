// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/varta, one value in each file: settings and what is so now at
 * the top, totals in counters/.
 */

#include <linux/kobject.h>
#include <linux/sysfs.h>

#include "sysfs.h"
#include "varta.h"

static struct kobject *varta_kobj;

static ssize_t capacity_show(struct kobject *kobj, struct kobj_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%u\n", varta.tracker.config.capacity);
}

static ssize_t threshold_ms_show(struct kobject *kobj,
				 struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", varta.threshold_ms);
}

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

static struct kobj_attribute capacity_attr = __ATTR_RO(capacity);
static struct kobj_attribute threshold_ms_attr = __ATTR_RO(threshold_ms);
static struct kobj_attribute tracked_attr = __ATTR_RO(tracked);
static struct kobj_attribute stalled_now_attr = __ATTR_RO(stalled_now);

static struct attribute *varta_attrs[] = {
	&capacity_attr.attr,
	&threshold_ms_attr.attr,
	&tracked_attr.attr,
	&stalled_now_attr.attr,
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

/**
 * varta_sysfs_init() - make /sys/kernel/varta
 *
 * Context: process; counters and tracker are there.
 * Return: 0 or a negative errno.
 */
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

/**
 * varta_sysfs_exit() - remove /sys/kernel/varta
 *
 * Context: process; waits for readers.
 */
void varta_sysfs_exit(void)
{
	sysfs_remove_groups(varta_kobj, varta_groups);
	kobject_put(varta_kobj);
}
