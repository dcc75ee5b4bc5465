/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every reason for which the module refuses a request. Each has an error
 * number, a text and, unless the tracker has counted it, a counter.
 */
#ifndef _VARTA_REJECT_H
#define _VARTA_REJECT_H

#include <linux/netlink.h>

#include "agent.h"
#include "frame.h"

enum varta_refusal {
	VARTA_REFUSE_NO_STATUS,
	VARTA_REFUSE_NO_NONCE,
	VARTA_REFUSE_FRAME_AND_FIELDS,
	VARTA_REFUSE_NOT_SENDERS_PID,
	VARTA_REFUSE_AGENT_RATE,
	VARTA_REFUSE_GLOBAL_RATE,
	VARTA_REFUSE_NAMESPACE,
	VARTA_REFUSE_THRESHOLD,
	VARTA_REFUSE_SOURCE,
	VARTA_REFUSE_NO_PID,
	VARTA_REFUSE_NO_SOURCE,
	VARTA_REFUSE_ATTRIBUTES,
	VARTA_REFUSE_SET_AT_LOAD,
	VARTA_REFUSE_OUT_OF_RANGE,
	VARTA_REFUSE_NO_SUCH_AGENT,
};

int varta_reject(struct netlink_ext_ack *extack, enum varta_refusal why);
int varta_reject_frame(struct netlink_ext_ack *extack,
		       enum varta_frame_error why);
int varta_reject_record(struct netlink_ext_ack *extack,
			enum varta_record_result answer);

#endif /* _VARTA_REJECT_H */
