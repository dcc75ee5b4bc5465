/* SPDX-License-Identifier: GPL-2.0-only */
/* A slot must not keep a network namespace alive, so it holds one of these. */
#ifndef _VARTA_NETNS_REF_H
#define _VARTA_NETNS_REF_H

#include <linux/types.h>

struct net;
struct task_struct;

int varta_netns_ref_init(void);
void varta_netns_ref_exit(void);
struct varta_netns *varta_netns_of_current(void);
struct varta_netns *varta_netns_get_of_task(struct task_struct *task);
void varta_netns_get(struct varta_netns *netns);
void varta_netns_put(struct varta_netns *netns);
struct net *varta_netns_get_net(struct varta_netns *netns);
bool varta_netns_is_init(const struct varta_netns *netns);
u64 varta_netns_next_seq(struct varta_netns *netns);
void varta_netns_set_known_seq(struct varta_netns *netns, u64 seq);
void varta_netns_note_loss(struct varta_netns *netns);
struct varta_netns *varta_netns_next_loss(u64 now, u64 *due);
struct varta_netns *varta_netns_of(const struct net *net);
u64 varta_netns_mark(const struct net *net);
void varta_netns_set_mark(struct net *net, u64 mark);

#endif /* _VARTA_NETNS_REF_H */
