/* SPDX-License-Identifier: GPL-2.0-only */
/* Number of agents of each user, limited by max_agents_per_user. */
#ifndef _VARTA_USER_QUOTA_H
#define _VARTA_USER_QUOTA_H

#include <linux/types.h>

int varta_quota_init(u32 capacity);
void varta_quota_exit(void);
bool varta_quota_try_charge(u32 uid);
void varta_quota_uncharge(u32 uid);
bool varta_quota_transfer(u32 old, u32 uid);

#endif /* _VARTA_USER_QUOTA_H */
