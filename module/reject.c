// SPDX-License-Identifier: GPL-2.0-only
/* Programs tell refusals apart by the first word of the text, the reason. */

#include <linux/errno.h>

#include "reject.h"
#include "trace.h"
#include "varta.h"

/* The tracker counts these. */
#define NOT_COUNTED	VARTA_COUNTERS_NUM

/* X(REASON, error, counter, text) */
#define REFUSALS(X)							\
	X(MISSING_ATTRIBUTE, EINVAL, VARTA_COUNT_MISSING_ATTRIBUTE,	\
	  "beats need status and nonce or a frame; relay also source, pid; agent-get needs pid") \
	X(CONFLICTING_ATTRIBUTES, EINVAL, VARTA_COUNT_CONFLICTING_ATTRIBUTES, \
	  "compact excludes status, nonce and payload; a frame these, compact, timestamp and pid") \
	X(UNEXPECTED_ATTRIBUTE, EINVAL, VARTA_COUNT_UNEXPECTED_ATTRIBUTE, \
	  "this request does not have this attribute")			\
	X(AUTH_FAILURE, EPERM, VARTA_COUNT_AUTH_FAILURES,		\
	  "pid must be the sender or an ancestor with the same real user") \
	X(RATE_LIMITED_AGENT, EAGAIN, VARTA_COUNT_RATE_LIMITED_AGENT,	\
	  "the agent's last beat is less than min_beat_interval_ms ago") \
	X(RATE_LIMITED_GLOBAL, EBUSY, VARTA_COUNT_RATE_LIMITED_GLOBAL,	\
	  "all agents together exceed beat_rate and beat_burst")	\
	X(NAMESPACE_MISMATCH, EACCES, VARTA_COUNT_NAMESPACE_MISMATCH,	\
	  "only processes of the initial pid namespace may beat")	\
	X(BAD_THRESHOLD, ERANGE, VARTA_COUNT_BAD_THRESHOLD,		\
	  "threshold-ms must be min_threshold_ms..max_threshold_ms")	\
	X(BAD_SOURCE, ERANGE, VARTA_COUNT_BAD_SOURCE,			\
	  "source must be 0..524287, and a relayed pid 1..4194303")	\
	X(SETTING_FIXED, EACCES, VARTA_COUNT_CONFIG_FIXED,		\
	  "this setting can only be set when the module is loaded")	\
	X(SETTING_OUT_OF_RANGE, ERANGE, VARTA_COUNT_CONFIG_OUT_OF_RANGE, \
	  "the value is out of the range of this setting")		\
	X(UNKNOWN_AGENT, ENOENT, VARTA_COUNT_UNKNOWN_AGENT,		\
	  "no agent with this pid")					\
	X(BAD_LENGTH, EINVAL, VARTA_COUNT_BAD_LENGTH,			\
	  "a frame must be 32 bytes long, compact 16")				\
	X(BAD_MAGIC, EINVAL, VARTA_COUNT_BAD_MAGIC,			\
	  "a frame must start with \"VA\"")				\
	X(BAD_VERSION, EINVAL, VARTA_COUNT_BAD_VERSION,			\
	  "the version of a frame must be 2")				\
	X(BAD_CRC, EINVAL, VARTA_COUNT_BAD_CRC,				\
	  "the checksum of the frame does not match")			\
	X(BAD_STATUS, EINVAL, VARTA_COUNT_BAD_STATUS,			\
	  "status must be 0 (ok), 1 (degraded) or 2 (critical)")	\
	X(STALL_ON_WIRE, EINVAL, VARTA_COUNT_STALL_ON_WIRE,		\
	  "an agent must not send status 3 (stall)")			\
	X(BAD_PID, EINVAL, VARTA_COUNT_BAD_PID,				\
	  "pid must be at least 1, in a frame at least 2")		\
	X(BAD_TIMESTAMP, EINVAL, VARTA_COUNT_BAD_TIMESTAMP,		\
	  "timestamp must be less than 2^64-1")				\
	X(BAD_NONCE, EINVAL, VARTA_COUNT_BAD_NONCE,			\
	  "nonce 2^64-1 is allowed only with status 2 (critical)")	\
	X(OUT_OF_ORDER, ESTALE, NOT_COUNTED,				\
	  "nonce or, with nonce 2^64-1, timestamp must be greater than the last one") \
	X(CAPACITY_EXCEEDED, ENOSPC, NOT_COUNTED,			\
	  "the tracker is full and no agent can be evicted")		\
	X(ORIGIN_CONFLICT, EEXIST, NOT_COUNTED,				\
	  "this pid belongs to an agent of another origin")		\
	X(NAMESPACE_CONFLICT, EEXIST, NOT_COUNTED,			\
	  "this pid belongs to an agent of another pid namespace")	\
	X(QUOTA_EXCEEDED, EDQUOT, NOT_COUNTED,				\
	  "this user has max_agents_per_user agents")		\
	X(BAD_SIGNAL, ERANGE, VARTA_COUNT_BAD_SIGNAL,			\
	  "stall-signal must be 0..64, not stop a process, and not be for init") \
	X(BAD_KILL_AFTER, ERANGE, VARTA_COUNT_BAD_KILL_AFTER,		\
	  "kill-after-ms must be 10..86400000")				\
	X(BAD_LANE, EINVAL, VARTA_COUNT_BAD_LANE,			\
	  "a lane needs threshold-ms first, an agent has up to 1023, and none beside its page")

static const struct {
	int error;
	enum varta_counter counter;
	const char *word;
} refusals[] = {
#define X(REASON, _error, _counter, text)				\
	[VARTA_REASON_##REASON] = { .error = _error, .counter = _counter, \
				    .word = VARTA_REASON_WORD_##REASON },
	REFUSALS(X)
#undef X
};

static void set_text(struct netlink_ext_ack *extack, enum varta_reason reason)
{
	switch (reason) {
#define X(REASON, error, counter, text)					\
	case VARTA_REASON_##REASON:					\
		NL_SET_ERR_MSG(extack, VARTA_REASON_WORD_##REASON ": " text); \
		break;
	REFUSALS(X)
#undef X
	case VARTA_REASON_NONE:
		break;
	}
}

/**
 * varta_reject() - refuse a request
 * @extack: gets text and offset; may be NULL
 * @attr: the wrong attribute, NULL if none is to blame
 * @reason: the reason, not VARTA_REASON_NONE
 * Return: the negative errno for the sender.
 */
int varta_reject(struct netlink_ext_ack *extack, const struct nlattr *attr,
		 enum varta_reason reason)
{
	if (refusals[reason].counter != NOT_COUNTED)
		varta_count(&varta.counters, refusals[reason].counter);
	set_text(extack, reason);
	trace_refused(refusals[reason].word, -refusals[reason].error);
	if (attr)
		NL_SET_BAD_ATTR(extack, attr);
	return -refusals[reason].error;
}

/* @nest is the nest that lacks the attribute, NULL for the message. */
int varta_reject_missing(struct netlink_ext_ack *extack, struct nlattr *nest,
			 u16 type)
{
	NL_SET_ERR_ATTR_MISS(extack, nest, type);
	return varta_reject(extack, NULL, VARTA_REASON_MISSING_ATTRIBUTE);
}

int varta_reject_value(struct netlink_ext_ack *extack,
		       const struct nlattr *attr, enum varta_setting_id id)
{
	int err = varta_reject(extack, attr, VARTA_REASON_SETTING_OUT_OF_RANGE);

	switch (id) {
#define X(NAME, name, value, min, max, writable, words, allowed, text)	\
	case VARTA_SET_##NAME:						\
		NL_SET_ERR_MSG(extack,					\
			       VARTA_REASON_WORD_SETTING_OUT_OF_RANGE	\
			       ": " #name " must be " allowed);		\
		break;
	VARTA_SETTINGS(X)
#undef X
	case VARTA_SETTINGS_NUM:
		break;
	}
	return err;
}
