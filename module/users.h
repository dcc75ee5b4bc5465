/* SPDX-License-Identifier: GPL-2.0-only */
/* How many agents each user has, for the setting max_agents_per_user. */
#ifndef _VARTA_USERS_H
#define _VARTA_USERS_H

#include <linux/types.h>

int varta_users_init(u32 capacity);
void varta_users_exit(void);
bool varta_user_admit(u32 uid);
void varta_user_leave(u32 uid);
bool varta_user_replace(u32 old, u32 uid);

#endif /* _VARTA_USERS_H */
