/* SPDX-License-Identifier: GPL-2.0-only */
/* Which network namespaces are known to have no listener. */
#ifndef _VARTA_LISTENERS_H
#define _VARTA_LISTENERS_H

#include <linux/types.h>

struct net;

int varta_listeners_join(int group);
void varta_listeners_exit(void);
u64 varta_listeners_snapshot(void);
void varta_listeners_set_none(struct net *net, u64 snapshot);
bool varta_listeners_possible(struct net *net);

#endif /* _VARTA_LISTENERS_H */
