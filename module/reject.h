/* SPDX-License-Identifier: GPL-2.0-only */
/* Refusals: the error, text and counter for each reason. */
#ifndef _VARTA_REJECT_H
#define _VARTA_REJECT_H

#include <linux/netlink.h>
#include <uapi/linux/varta.h>

#include "params.h"

int varta_reject(struct netlink_ext_ack *extack, const struct nlattr *attr,
		 enum varta_reason reason);
int varta_reject_missing(struct netlink_ext_ack *extack, struct nlattr *nest,
			 u16 type);
int varta_reject_value(struct netlink_ext_ack *extack,
		       const struct nlattr *attr, enum varta_setting_id id);

#endif /* _VARTA_REJECT_H */
