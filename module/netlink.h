/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VARTA_NETLINK_H
#define _VARTA_NETLINK_H

int varta_netlink_init(void);
void varta_netlink_exit(void);

#endif /* _VARTA_NETLINK_H */
