/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network namespaces that agents live in, where their events are told
 * too. A slot must not keep a namespace alive, so it holds on to a small object
 * of ours that outlives the namespace.
 */
#ifndef _VARTA_NETS_H
#define _VARTA_NETS_H

#include <linux/types.h>

struct net;
struct task_struct;

int varta_nets_init(void);
void varta_nets_exit(void);
u64 varta_net_of_current(void);
u64 varta_net_hold_of(struct task_struct *task);
void varta_net_hold(u64 home);
void varta_net_release(u64 home);
struct net *varta_net_get(u64 home);

#endif /* _VARTA_NETS_H */
