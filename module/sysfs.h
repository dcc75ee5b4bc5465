/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VARTA_SYSFS_H
#define _VARTA_SYSFS_H

int varta_sysfs_init(void);
void varta_sysfs_exit(void);

#endif /* _VARTA_SYSFS_H */
