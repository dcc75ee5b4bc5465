/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VARTA_NETLINK_H
#define _VARTA_NETLINK_H

#include <linux/types.h>

#include "counters.h"

/* The attribute of each counter in the set "stats". */
extern const u16 varta_counter_attrs[VARTA_COUNTERS_NUM];

int varta_netlink_init(void);
void varta_netlink_exit(void);

#endif /* _VARTA_NETLINK_H */
