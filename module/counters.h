/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The counters: every total that varta keeps, named once, in VARTA_COUNTERS.
 * Counting is for the beat path, so it writes only this CPU's memory; reading
 * and taking sum over the CPUs. Values that go up and down (agents tracked,
 * stalls standing) are not counters and are kept by the tracker.
 */
#ifndef _VARTA_COUNTERS_H
#define _VARTA_COUNTERS_H

#include <linux/build_bug.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/types.h>

/*
 * X(NAME, name): in the order of the attributes in the netlink specification,
 * which says what each means. The sysfs files are called by the lower name.
 */
#define VARTA_COUNTERS(X)						\
	X(INSERTED, inserted)						\
	X(REFRESHED, refreshed)						\
	X(OUT_OF_ORDER, out_of_order)					\
	X(STALLS, stalls)						\
	X(EVICTIONS, evictions)						\
	X(NONCE_WRAPS, nonce_wraps)					\
	X(CAPACITY_EXCEEDED, capacity_exceeded)				\
	X(ORIGIN_CONFLICTS, origin_conflicts)				\
	X(NAMESPACE_CONFLICTS, namespace_conflicts)			\
	X(PID_RECYCLES, pid_recycles)					\
	X(EVICTION_SCAN_TRUNCATED, eviction_scan_truncated)		\
	X(INVARIANT_VIOLATIONS, invariant_violations)			\
	X(PROBE_EXHAUSTED, probe_exhausted)				\
	X(AUTH_FAILURES, auth_failures)					\
	X(MISSING_ATTRIBUTE, missing_attribute)				\
	X(CONFLICTING_ATTRIBUTES, conflicting_attributes)		\
	X(UNEXPECTED_ATTRIBUTE, unexpected_attribute)			\
	X(CONFIG_FIXED, config_fixed)					\
	X(CONFIG_OUT_OF_RANGE, config_out_of_range)			\
	X(UNKNOWN_AGENT, unknown_agent)					\
	X(QUOTA_EXCEEDED, quota_exceeded)				\
	X(RATE_LIMITED_AGENT, rate_limited_agent)			\
	X(RATE_LIMITED_GLOBAL, rate_limited_global)			\
	X(NAMESPACE_MISMATCH, namespace_mismatch)			\
	X(BAD_THRESHOLD, bad_threshold)					\
	X(BAD_SOURCE, bad_source)					\
	X(EXITS, exits)							\
	X(GOODBYES, goodbyes)						\
	X(BAD_LENGTH, bad_length)					\
	X(BAD_MAGIC, bad_magic)						\
	X(BAD_VERSION, bad_version)					\
	X(BAD_CRC, bad_crc)						\
	X(BAD_STATUS, bad_status)					\
	X(STALL_ON_WIRE, stall_on_wire)					\
	X(BAD_PID, bad_pid)						\
	X(BAD_TIMESTAMP, bad_timestamp)					\
	X(BAD_NONCE, bad_nonce)						\
	X(EVENTS_LOST, events_lost)					\
	X(EVENTS_MISSED, events_missed)

enum varta_counter {
#define X(NAME, name) VARTA_COUNT_##NAME,
	VARTA_COUNTERS(X)
#undef X
	VARTA_COUNTERS_NUM,
};

/* A reader on another CPU must get each cell in one piece. */
static_assert(sizeof(unsigned long) == sizeof(u64));

struct varta_counter_cells {
	unsigned long value[VARTA_COUNTERS_NUM];
};

struct varta_counters {
	/* Each CPU writes its own, with this_cpu operations only. */
	struct varta_counter_cells __percpu *cells;
	/* Serialises takes, so that each increment is taken once. */
	struct mutex take_lock;
	/* What earlier takes returned, by counter. Protected by take_lock. */
	u64 taken[VARTA_COUNTERS_NUM];
};

int varta_counters_init(struct varta_counters *counters);
void varta_counters_destroy(struct varta_counters *counters);
u64 varta_counter_total(const struct varta_counters *counters,
			enum varta_counter which);
u64 varta_counter_take(struct varta_counters *counters,
		       enum varta_counter which);

/**
 * varta_count_many() - add to a counter
 * @counters: the counters
 * @which: which one
 * @n: how much to add
 *
 * Context: any.
 */
static inline void varta_count_many(struct varta_counters *counters,
				    enum varta_counter which, unsigned long n)
{
	this_cpu_add(counters->cells->value[which], n);
}

/**
 * varta_count() - add one to a counter
 * @counters: the counters
 * @which: which one
 *
 * Context: any.
 */
static inline void varta_count(struct varta_counters *counters,
			       enum varta_counter which)
{
	varta_count_many(counters, which, 1);
}

#endif /* _VARTA_COUNTERS_H */
