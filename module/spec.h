/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/varta.yaml */
/* by tests/lib/spec-header */

#ifndef _VARTA_SPEC_H
#define _VARTA_SPEC_H

/* X(NAME, name) */
#define VARTA_COUNTERS(X) \
	X(INSERTED, inserted) \
	X(REFRESHED, refreshed) \
	X(OUT_OF_ORDER, out_of_order) \
	X(STALLS, stalls) \
	X(EVICTIONS, evictions) \
	X(NONCE_WRAPS, nonce_wraps) \
	X(CAPACITY_EXCEEDED, capacity_exceeded) \
	X(ORIGIN_CONFLICTS, origin_conflicts) \
	X(NAMESPACE_CONFLICTS, namespace_conflicts) \
	X(PID_RECYCLES, pid_recycles) \
	X(EVICTION_SCAN_TRUNCATED, eviction_scan_truncated) \
	X(INVARIANT_VIOLATIONS, invariant_violations) \
	X(PROBE_EXHAUSTED, probe_exhausted) \
	X(AUTH_FAILURES, auth_failures) \
	X(MISSING_ATTRIBUTE, missing_attribute) \
	X(CONFLICTING_ATTRIBUTES, conflicting_attributes) \
	X(UNEXPECTED_ATTRIBUTE, unexpected_attribute) \
	X(CONFIG_FIXED, config_fixed) \
	X(CONFIG_OUT_OF_RANGE, config_out_of_range) \
	X(UNKNOWN_AGENT, unknown_agent) \
	X(QUOTA_EXCEEDED, quota_exceeded) \
	X(RATE_LIMITED_AGENT, rate_limited_agent) \
	X(RATE_LIMITED_GLOBAL, rate_limited_global) \
	X(NAMESPACE_MISMATCH, namespace_mismatch) \
	X(BAD_THRESHOLD, bad_threshold) \
	X(BAD_SOURCE, bad_source) \
	X(EXITS, exits) \
	X(GOODBYES, goodbyes) \
	X(BAD_LENGTH, bad_length) \
	X(BAD_MAGIC, bad_magic) \
	X(BAD_VERSION, bad_version) \
	X(BAD_CRC, bad_crc) \
	X(BAD_STATUS, bad_status) \
	X(STALL_ON_WIRE, stall_on_wire) \
	X(BAD_PID, bad_pid) \
	X(BAD_TIMESTAMP, bad_timestamp) \
	X(BAD_NONCE, bad_nonce) \
	X(EVENTS_LOST, events_lost) \
	X(EVENTS_MISSED, events_missed) \
	X(REMOVED_DEAD, removed_dead) \
	X(BAD_SIGNAL, bad_signal) \
	X(BAD_KILL_AFTER, bad_kill_after) \
	X(STALL_SIGNALS, stall_signals) \
	X(STALL_KILLS, stall_kills) \
	X(ACTIONS_WITHHELD, actions_withheld) \
	X(ACTIONS_LIMITED, actions_limited) \
	X(STALLS_UNKNOWN, stalls_unknown) \
	X(STALLS_RUNNING, stalls_running) \
	X(STALLS_WAITING, stalls_waiting) \
	X(STALLS_UNINTERRUPTIBLE, stalls_uninterruptible) \
	X(STALLS_ACTIVE, stalls_active) \
	X(STALLS_STARVED, stalls_starved) \
	X(STALLS_STOPPED, stalls_stopped) \
	X(STALLS_TRACED, stalls_traced) \
	X(STALLS_FROZEN, stalls_frozen) \
	X(STALLS_DUMPING, stalls_dumping) \
	X(STALLS_EXITING, stalls_exiting) \
	X(STALLS_THREAD_GONE, stalls_thread_gone) \
	X(STALLS_GONE, stalls_gone) \
	X(LATE, late) \
	X(LANE_STALLS, lane_stalls) \
	X(BAD_LANE, bad_lane) \
	X(SOURCE_STALLS, source_stalls)

/* X(NAME, name, default, minimum, maximum, FIXED or WRITABLE, words, allowed, text) */
#define VARTA_SETTINGS(X) \
	X(CAPACITY, capacity, 4096, 1, 4194304, FIXED, no_words, "1..4194304 agents", "Number of agents that can be tracked: 1..4194304 (default 4096)") \
	X(THRESHOLD_MS, threshold_ms, 5000, 10, 86400000, WRITABLE, no_words, "10..86400000 milliseconds", "Silence after which an agent is stalled, in milliseconds: 10..86400000 (default 5000)") \
	X(EVICTION_POLICY, eviction_policy, 0, 0, 1, FIXED, eviction_policy_words, "strict or balanced", "Which agents may be evicted when the tracker is full: strict or balanced (default strict)") \
	X(EVICTION_SCAN_WINDOW, eviction_scan_window, 256, 1, 4194304, FIXED, no_words, "1..4194304 slots", "Number of slots that one pass of an eviction scans: 1..4194304 (default 256)") \
	X(ORIGIN_TAKEOVER, origin_takeover, 0, 0, 1, FIXED, no_words, "0..1", "1 lets an attested agent take over the slot of a relayed one with its pid, 0 refuses its beats: 0..1 (default 0)") \
	X(NAMESPACE_POLICY, namespace_policy, 0, 0, 2, FIXED, namespace_policy_words, "isolate, pin or host", "Which pid identifies an agent: isolate, pin or host (default isolate)") \
	X(TRACK_EXIT, track_exit, 1, 0, 1, WRITABLE, no_words, "0..1", "1 reports an agent whose process exits and frees its slot at once, 0 lets it stall: 0..1 (default 1)") \
	X(MIN_THRESHOLD_MS, min_threshold_ms, 10, 10, 86400000, WRITABLE, no_words, "10..86400000 milliseconds", "Lowest threshold that an agent may request, in milliseconds: 10..86400000 (default 10)") \
	X(MAX_THRESHOLD_MS, max_threshold_ms, 86400000, 10, 86400000, WRITABLE, no_words, "10..86400000 milliseconds", "Highest threshold that an agent may request, in milliseconds: 10..86400000 (default 86400000)") \
	X(MAX_AGENTS_PER_USER, max_agents_per_user, 0, 0, 4194304, WRITABLE, no_words, "0..4194304 agents", "Number of agents that one user may have, 0 for no limit. The default does not limit uid 0: 0..4194304 (default half of capacity)") \
	X(MIN_BEAT_INTERVAL_MS, min_beat_interval_ms, 0, 0, 86400000, WRITABLE, no_words, "0..86400000 milliseconds", "Least time between two beats of one agent, in milliseconds, 0 for no limit: 0..86400000 (default 0)") \
	X(BEAT_RATE, beat_rate, 0, 0, 1000000000, WRITABLE, no_words, "0..1000000000 beats per second", "Beats per second of all agents together, 0 for no limit: 0..1000000000 (default 0)") \
	X(BEAT_BURST, beat_burst, 1000, 1, 1000000, WRITABLE, no_words, "1..1000000 beats", "Number of beats that may exceed beat_rate at once: 1..1000000 (default 1000)") \
	X(GOODBYE_EVENTS, goodbye_events, 0, 0, 1, WRITABLE, no_words, "0..1", "1 reports every agent that ends tracking with bye, 0 only those that are stalled: 0..1 (default 0)") \
	X(THREAD_PRIORITY, thread_priority, 50, 1, 99, WRITABLE, no_words, "1..99", "Real-time priority (SCHED_FIFO) of the thread that finds stalls: 1..99 (default 50)") \
	X(STALL_ACTIONS, stall_actions, 1, 0, 1, WRITABLE, no_words, "0..1", "1 sends the signals that agents asked for on a stall, 0 withholds all of them: 0..1 (default 1)") \
	X(STALL_ACTIONS_PER_MINUTE, stall_actions_per_minute, 10, 1, 1000, WRITABLE, no_words, "1..1000 agents", "Number of agents that are signalled in any minute, all together. A SIGKILL that follows takes the place of another agent: 1..1000 (default 10)") \
	X(WARN_PERCENT, warn_percent, 0, 0, 99, WRITABLE, no_words, "0..99", "Share of its threshold, in percent, after which a silent agent is reported as late, 0 for never: 0..99 (default 0)") \
	X(SOURCE_SILENCE_MS, source_silence_ms, 0, 0, 86400000, WRITABLE, no_words, "0..86400000 milliseconds", "Milliseconds without a beat of any of its agents, after which a relay's source is silent as a whole, 0 for never. Its agents that stall then are one event: 0..86400000 (default 0)") \
	X(NOTIFY_PRIORITY, notify_priority, 0, 0, 99, WRITABLE, no_words, "0..99", "Real-time priority (SCHED_FIFO) of the thread that sends events, 0 for a normal one: 0..99 (default 0)")

#define VARTA_EVICTION_POLICY_WORDS "strict", "balanced"

#define VARTA_NAMESPACE_POLICY_WORDS "isolate", "pin", "host"

/* First word of the text of a refusal. */
#define VARTA_REASON_WORD_NONE "none"
#define VARTA_REASON_WORD_MISSING_ATTRIBUTE "missing-attribute"
#define VARTA_REASON_WORD_CONFLICTING_ATTRIBUTES "conflicting-attributes"
#define VARTA_REASON_WORD_UNEXPECTED_ATTRIBUTE "unexpected-attribute"
#define VARTA_REASON_WORD_AUTH_FAILURE "auth-failure"
#define VARTA_REASON_WORD_RATE_LIMITED_AGENT "rate-limited-agent"
#define VARTA_REASON_WORD_RATE_LIMITED_GLOBAL "rate-limited-global"
#define VARTA_REASON_WORD_NAMESPACE_MISMATCH "namespace-mismatch"
#define VARTA_REASON_WORD_BAD_THRESHOLD "bad-threshold"
#define VARTA_REASON_WORD_BAD_SOURCE "bad-source"
#define VARTA_REASON_WORD_SETTING_FIXED "setting-fixed"
#define VARTA_REASON_WORD_SETTING_OUT_OF_RANGE "setting-out-of-range"
#define VARTA_REASON_WORD_UNKNOWN_AGENT "unknown-agent"
#define VARTA_REASON_WORD_BAD_LENGTH "bad-length"
#define VARTA_REASON_WORD_BAD_MAGIC "bad-magic"
#define VARTA_REASON_WORD_BAD_VERSION "bad-version"
#define VARTA_REASON_WORD_BAD_CRC "bad-crc"
#define VARTA_REASON_WORD_BAD_STATUS "bad-status"
#define VARTA_REASON_WORD_STALL_ON_WIRE "stall-on-wire"
#define VARTA_REASON_WORD_BAD_PID "bad-pid"
#define VARTA_REASON_WORD_BAD_TIMESTAMP "bad-timestamp"
#define VARTA_REASON_WORD_BAD_NONCE "bad-nonce"
#define VARTA_REASON_WORD_OUT_OF_ORDER "out-of-order"
#define VARTA_REASON_WORD_CAPACITY_EXCEEDED "capacity-exceeded"
#define VARTA_REASON_WORD_ORIGIN_CONFLICT "origin-conflict"
#define VARTA_REASON_WORD_NAMESPACE_CONFLICT "namespace-conflict"
#define VARTA_REASON_WORD_QUOTA_EXCEEDED "quota-exceeded"
#define VARTA_REASON_WORD_BAD_SIGNAL "bad-signal"
#define VARTA_REASON_WORD_BAD_KILL_AFTER "bad-kill-after"
#define VARTA_REASON_WORD_BAD_LANE "bad-lane"

#endif /* _VARTA_SPEC_H */
