// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What is so now in the ledger, and its counters.
 */
#include "stats.h"

#include "handle.h"
#include "query.h"
#include "values.h"

/* The one table of them: what is not here is not read. */
static const char *const names[] = {
	[VARTA_A_STATS_TRACKED] = "tracked",
	[VARTA_A_STATS_STALLED_NOW] = "stalled_now",
	[VARTA_A_STATS_INSERTED] = "inserted",
	[VARTA_A_STATS_REFRESHED] = "refreshed",
	[VARTA_A_STATS_OUT_OF_ORDER] = "out_of_order",
	[VARTA_A_STATS_STALLS] = "stalls",
	[VARTA_A_STATS_EVICTIONS] = "evictions",
	[VARTA_A_STATS_NONCE_WRAPS] = "nonce_wraps",
	[VARTA_A_STATS_CAPACITY_EXCEEDED] = "capacity_exceeded",
	[VARTA_A_STATS_ORIGIN_CONFLICTS] = "origin_conflicts",
	[VARTA_A_STATS_NAMESPACE_CONFLICTS] = "namespace_conflicts",
	[VARTA_A_STATS_PID_RECYCLES] = "pid_recycles",
	[VARTA_A_STATS_EVICTION_SCAN_TRUNCATED] = "eviction_scan_truncated",
	[VARTA_A_STATS_INVARIANT_VIOLATIONS] = "invariant_violations",
	[VARTA_A_STATS_PROBE_EXHAUSTED] = "probe_exhausted",
	[VARTA_A_STATS_AUTH_FAILURES] = "auth_failures",
	[VARTA_A_STATS_MISSING_ATTRIBUTE] = "missing_attribute",
	[VARTA_A_STATS_CONFLICTING_ATTRIBUTES] = "conflicting_attributes",
	[VARTA_A_STATS_UNEXPECTED_ATTRIBUTE] = "unexpected_attribute",
	[VARTA_A_STATS_CONFIG_FIXED] = "config_fixed",
	[VARTA_A_STATS_CONFIG_OUT_OF_RANGE] = "config_out_of_range",
	[VARTA_A_STATS_UNKNOWN_AGENT] = "unknown_agent",
	[VARTA_A_STATS_QUOTA_EXCEEDED] = "quota_exceeded",
	[VARTA_A_STATS_RATE_LIMITED_AGENT] = "rate_limited_agent",
	[VARTA_A_STATS_RATE_LIMITED_GLOBAL] = "rate_limited_global",
	[VARTA_A_STATS_NAMESPACE_MISMATCH] = "namespace_mismatch",
	[VARTA_A_STATS_BAD_THRESHOLD] = "bad_threshold",
	[VARTA_A_STATS_BAD_SOURCE] = "bad_source",
	[VARTA_A_STATS_EXITS] = "exits",
	[VARTA_A_STATS_GOODBYES] = "goodbyes",
	[VARTA_A_STATS_BAD_LENGTH] = "bad_length",
	[VARTA_A_STATS_BAD_MAGIC] = "bad_magic",
	[VARTA_A_STATS_BAD_VERSION] = "bad_version",
	[VARTA_A_STATS_BAD_CRC] = "bad_crc",
	[VARTA_A_STATS_BAD_STATUS] = "bad_status",
	[VARTA_A_STATS_STALL_ON_WIRE] = "stall_on_wire",
	[VARTA_A_STATS_BAD_PID] = "bad_pid",
	[VARTA_A_STATS_BAD_TIMESTAMP] = "bad_timestamp",
	[VARTA_A_STATS_BAD_NONCE] = "bad_nonce",
	[VARTA_A_STATS_EVENTS_LOST] = "events_lost",
	[VARTA_A_STATS_EVENTS_MISSED] = "events_missed",
	[VARTA_A_STATS_LAST_EVICTED_PID] = "last_evicted_pid",
};

#define NAMES_COUNT	(sizeof(names) / sizeof(names[0]))

_Static_assert(NAMES_COUNT == VARTA_A_STATS_MAX + 1,
	       "a counter has no name");
_Static_assert(NAMES_COUNT <= VARTA_STATS_ROOM,
	       "struct varta_stats is too small");

const char *varta_stats_name(unsigned int attribute)
{
	return attribute < NAMES_COUNT ? names[attribute] : NULL;
}

int varta_stats_read(const struct nlmsghdr *message, void *stats)
{
	struct varta_stats *s = stats;
	const struct varta_values values = {
		.names = names,
		.count = NAMES_COUNT,
		.value = s->value,
		.present = s->present,
	};

	varta_values_read(message, &values);
	return 0;
}

static int ask_for_stats(struct varta *v, uint8_t command,
			 struct varta_stats *stats)
{
	struct varta_connection *c = &v->connection;
	struct varta_stats answer = { 0 };
	struct nl_msg *request;
	int error;

	error = varta_call_begin(v);
	if (error)
		return varta_call_end(v, error);
	request = varta_connection_request(c, command, NLM_F_ACK);
	error = varta_query(c, request, varta_stats_read, &answer);
	if (!error)
		*stats = answer;
	return varta_call_end(v, error);
}

int varta_stats_get(struct varta *v, struct varta_stats *stats)
{
	return ask_for_stats(v, VARTA_CMD_STATS_GET, stats);
}

int varta_stats_take(struct varta *v, struct varta_stats *stats)
{
	return ask_for_stats(v, VARTA_CMD_STATS_TAKE, stats);
}
