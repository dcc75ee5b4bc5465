// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of refusals. Each error number means one thing only; those of the
 * netlink core (EINVAL, EOPNOTSUPP for what it refuses itself) are left to it.
 */

#include <linux/errno.h>

#include "reject.h"
#include "varta.h"

/* Where there is nothing to count, or it has been counted. */
#define NOT_COUNTED	VARTA_COUNTERS_NUM

struct refusal {
	int error;
	enum varta_counter counter;
	const char *text;
};

static const struct refusal refusals[] = {
	[VARTA_REFUSE_NO_STATUS] = {
		ENODATA, VARTA_COUNT_MISSING_ATTRIBUTE,
		"missing attribute: a beat needs a status, or a frame",
	},
	[VARTA_REFUSE_NO_NONCE] = {
		ENODATA, VARTA_COUNT_MISSING_ATTRIBUTE,
		"missing attribute: a beat needs a nonce, or a frame",
	},
	[VARTA_REFUSE_FRAME_AND_FIELDS] = {
		ENOTUNIQ, VARTA_COUNT_CONFLICTING_ATTRIBUTES,
		"conflicting attributes: a frame says everything itself",
	},
	[VARTA_REFUSE_NOT_SENDERS_PID] = {
		EPERM, VARTA_COUNT_AUTH_FAILURES,
		"the claimed pid is not the sender's, nor an ancestor's of the same user",
	},
	[VARTA_REFUSE_AGENT_RATE] = {
		EAGAIN, VARTA_COUNT_RATE_LIMITED_AGENT,
		"rate-limited: the agent's beats are too close together",
	},
	[VARTA_REFUSE_GLOBAL_RATE] = {
		EBUSY, VARTA_COUNT_RATE_LIMITED_GLOBAL,
		"rate-limited: all agents together beat too often",
	},
	[VARTA_REFUSE_NAMESPACE] = {
		EACCES, VARTA_COUNT_NAMESPACE_MISMATCH,
		"namespace-mismatch: only the initial pid namespace may beat",
	},
	[VARTA_REFUSE_THRESHOLD] = {
		EBADRQC, VARTA_COUNT_BAD_THRESHOLD,
		"bad-threshold: not between min_threshold_ms and max_threshold_ms",
	},
	[VARTA_REFUSE_SOURCE] = {
		EFBIG, VARTA_COUNT_BAD_SOURCE,
		"bad-source: a source is up to 524287, a relayed pid up to 4194303",
	},
	[VARTA_REFUSE_NO_PID] = {
		ENODATA, VARTA_COUNT_MISSING_ATTRIBUTE,
		"missing attribute: which agent, by its pid",
	},
	[VARTA_REFUSE_NO_SOURCE] = {
		ENODATA, VARTA_COUNT_MISSING_ATTRIBUTE,
		"missing attribute: the relay's source",
	},
	[VARTA_REFUSE_ATTRIBUTES] = {
		E2BIG, VARTA_COUNT_UNEXPECTED_ATTRIBUTE,
		"unexpected attribute: this request has none",
	},
	[VARTA_REFUSE_SET_AT_LOAD] = {
		EROFS, VARTA_COUNT_CONFIG_FIXED,
		"this setting is fixed when the module is loaded",
	},
	[VARTA_REFUSE_OUT_OF_RANGE] = {
		ERANGE, VARTA_COUNT_CONFIG_OUT_OF_RANGE,
		"the value is out of the setting's range",
	},
	[VARTA_REFUSE_NO_SUCH_AGENT] = {
		ENOENT, VARTA_COUNT_UNKNOWN_AGENT,
		"no agent with this pid",
	},
};

static const struct refusal frame_refusals[] = {
	[VARTA_BAD_LENGTH] = {
		EMSGSIZE, VARTA_COUNT_BAD_LENGTH,
		"bad-length: a frame is 32 bytes",
	},
	[VARTA_BAD_MAGIC] = {
		EPROTOTYPE, VARTA_COUNT_BAD_MAGIC,
		"bad-magic: a frame begins with the bytes \"VA\"",
	},
	[VARTA_BAD_VERSION] = {
		EPROTONOSUPPORT, VARTA_COUNT_BAD_VERSION,
		"bad-version: the version of a frame is 2",
	},
	[VARTA_BAD_CRC] = {
		EBADMSG, VARTA_COUNT_BAD_CRC,
		"bad-crc: the frame is damaged",
	},
	[VARTA_BAD_STATUS] = {
		EDOM, VARTA_COUNT_BAD_STATUS,
		"bad-status: there is no such status",
	},
	[VARTA_STALL_ON_WIRE] = {
		EPROTO, VARTA_COUNT_STALL_ON_WIRE,
		"stall-on-wire: an agent cannot say stall of itself",
	},
	[VARTA_BAD_PID] = {
		ESRCH, VARTA_COUNT_BAD_PID,
		"bad-pid: no agent has this pid",
	},
	[VARTA_BAD_TIMESTAMP] = {
		EOVERFLOW, VARTA_COUNT_BAD_TIMESTAMP,
		"bad-timestamp: 2^64-1 is no time",
	},
	[VARTA_BAD_NONCE] = {
		EILSEQ, VARTA_COUNT_BAD_NONCE,
		"bad-nonce: 2^64-1 goes only with status critical",
	},
};

static const struct refusal answer_refusals[] = {
	[VARTA_RECORD_OUT_OF_ORDER] = {
		ESTALE, NOT_COUNTED,
		"out-of-order: the nonce, or a terminal beat's timestamp, is not new",
	},
	[VARTA_RECORD_CAPACITY_EXCEEDED] = {
		ENOSPC, NOT_COUNTED,
		"capacity-exceeded: there is no room for another agent",
	},
	[VARTA_RECORD_ORIGIN_CONFLICT] = {
		EEXIST, NOT_COUNTED,
		"origin-conflict: the pid's beats have come from another origin",
	},
	[VARTA_RECORD_NAMESPACE_CONFLICT] = {
		EXDEV, NOT_COUNTED,
		"namespace-conflict: the pid's beats have come from another pid namespace",
	},
	[VARTA_RECORD_QUOTA_EXCEEDED] = {
		EDQUOT, NOT_COUNTED,
		"quota-exceeded: the user has max_agents_per_user agents",
	},
};

static int refuse(struct netlink_ext_ack *extack, const struct refusal *refusal)
{
	if (refusal->counter != NOT_COUNTED)
		varta_count(&varta.counters, refusal->counter);
	if (extack)
		extack->_msg = refusal->text;
	return -refusal->error;
}

/**
 * varta_reject() - refuse a request
 * @extack: of the request, may be NULL
 * @why: the reason
 *
 * Counts it and says so in @extack.
 *
 * Context: any.
 * Return: the negative errno for the sender.
 */
int varta_reject(struct netlink_ext_ack *extack, enum varta_refusal why)
{
	return refuse(extack, &refusals[why]);
}

/**
 * varta_reject_frame() - refuse a beat for what it says
 * @extack: of the request, may be NULL
 * @why: the reason, not VARTA_FRAME_OK
 *
 * Context: any.
 * Return: the negative errno for the sender.
 */
int varta_reject_frame(struct netlink_ext_ack *extack,
		       enum varta_frame_error why)
{
	return refuse(extack, &frame_refusals[why]);
}

/**
 * varta_reject_record() - what the sender is told of the tracker's answer
 * @extack: of the request, may be NULL
 * @answer: the answer
 *
 * Context: any.
 * Return: 0 if the beat was accepted, else the negative errno for the sender.
 */
int varta_reject_record(struct netlink_ext_ack *extack,
			enum varta_record_result answer)
{
	if (answer == VARTA_RECORD_INSERTED || answer == VARTA_RECORD_REFRESHED)
		return 0;
	return refuse(extack, &answer_refusals[answer]);
}
