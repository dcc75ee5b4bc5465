/* SPDX-License-Identifier: GPL-2.0-only */
/* Records in the kernel's audit log, where auditing is on. */
#ifndef _VARTA_AUDIT_H
#define _VARTA_AUDIT_H

#include <linux/types.h>

struct net;
struct varta_setting;

int varta_audit_init(void);
void varta_audit_exit(void);
void varta_audit_setting(const struct varta_setting *setting, u32 old_value,
			 u32 new_value);
void varta_audit_relay(const struct net *net, u32 portid, u32 source);

#endif /* _VARTA_AUDIT_H */
