# SPDX-License-Identifier: GPL-2.0-only
#
# From lines "NAME VALUE" to results.json: the figures with targets by name, everything
# that was measured under "measured", the targets under "targets". What was not measured
# in this run is absent. A target that this run cannot judge has the reason in "no_verdict",
# and null in "reached".

def targets(cpus): [
	{name: "beat_vs_empty_family", at_most: 1.10,
	 what: "beat, against the empty family, 1 agent", unit: "times"},
	{name: "library_beat_vs_send", at_most: 1.02,
	 what: "beat of the library, against a bare send", unit: "times"},
	{name: "mapped_beat", at_most: 100,
	 what: "mapped beat", unit: "instructions"},
	{name: "mapped_client_beat", at_most: 100,
	 what: "mapped beat of the header-only client", unit: "instructions"},
	{name: "mapped_beat_no_clock", at_most: 15,
	 what: "mapped beat, without reading the clock", unit: "instructions"},
	{name: "mapped_look", at_most: 60,
	 what: "look at a page, in addition to watching", unit: "instructions"},
	{name: "mapped_lateness_p99_ns", at_most: 1000000,
	 what: "stall lateness of mapped agents, 99th percentile", unit: "ns"},
	{name: "beat_1m_vs_1", at_most: 1.05,
	 what: "beat with 1,000,000 agents, against 1", unit: "times"},
	{name: "library_beat_vs_empty_family", at_most: 1.04,
	 what: "beat of the library, against the empty family", unit: "times"},
	# 1.04 of the share that the empty family alone has.
	{name: "beat_vs_userspace_tracker", at_most: 0.1149,
	 what: "beat of the library, against a userspace tracker's system calls", unit: "times"},
	{name: "beat_vs_systemd", at_most: 0.08,
	 what: "beat of the library, against systemd's watchdog", unit: "times"},
	{name: "mapped_beat_vs_userspace_tracker", at_most: 0.003,
	 what: "mapped beat, against a userspace tracker's system calls", unit: "times"},
	{name: "mapped_beat_vs_systemd", at_most: 0.003,
	 what: "mapped beat, against systemd's watchdog", unit: "times"},
	{name: "watch_instructions", at_most: 100,
	 what: "watching, per agent and threshold interval", unit: "instructions"},
	{name: "stall_lateness_p99_ns", at_most: 1000000,
	 what: "stall lateness, 99th percentile", unit: "ns"},
	{name: "bytes_per_agent", at_most: 240,
	 what: "memory for each agent", unit: "bytes"},
	{name: "speedup_all_cpus", at_least: (0.9 * cpus),
	 what: "speed-up with \(cpus) CPUs beating", unit: "times"},
	{name: "speedup_vs_empty_family", at_least: 0.9,
	 what: "this speed-up, against the empty family's", unit: "times"},
	{name: "speedup_mapped_vs_empty_family", at_least: 0.9,
	 what: "the same of mapped beats", unit: "times"},
	{name: "speedup_lives_vs_empty_family", at_least: 0.9,
	 what: "the same of inserts and exits, against processes that beat to it", unit: "times"}
];

# What a speed-up is compared with.
def reference(name):
	if name == "speedup_lives_vs_empty_family" then "empty_lives" else "empty_family" end;

# The reason why the measured figures cannot judge a target, or null. If the reference does not
# reach a speed-up near the number of CPUs either, or only in some of the rounds, the host was busy.
def no_verdict(name; measured):
	def to_2: . * 100 | round / 100;
	(measured.speedup_cpus // 2) as $cpus
	| if name | startswith("speedup_") then
		reference(name) as $reference
		| measured[$reference + "_speedup"] as $median
		| measured[$reference + "_speedup_quartile_1"] as $low
		| measured[$reference + "_speedup_quartile_3"] as $high
		| if $median == null or $low == null or $high == null then
			"\($reference) not measured"
		  elif $median < 0.9 * $cpus or $median > 1.1 * $cpus
			or $low < 0.8 * $cpus or $high > 1.2 * $cpus then
			"\($reference) has \($median | to_2) (\($low | to_2) to \($high | to_2))"
		  else null end
	else null end;

# What follows from the measured figures; an absent one makes the result absent.
def derived:
	. as $m
	| def have(names): all(names[]; $m[.] != null);
	[
		(select(have(["beat_1", "empty_family"]))
		 | {beat_vs_empty_family: ($m.beat_1 / $m.empty_family)}),
		(select(have(["bare_send", "library_beat", "client_beat"]))
		 | {library_beat_vs_send:
			(([$m.library_beat, $m.client_beat] | max) / $m.bare_send)}),
		(select(have(["mapped_watch_relayed", "mapped_watch_stored", "mapped_watch_lanes",
			      "mapped_watch_stored_refreshed", "mapped_watch_intervals"]))
		 | $m.mapped_watch_intervals as $intervals
		 | $m.mapped_watch_stored as $stored
		 | $m.mapped_watch_stored_refreshed as $looks
		 | {relayed_watch: ($m.mapped_watch_relayed / $intervals),
		    mapped_watch: ($stored / $intervals),
		    mapped_looks: ($looks / $intervals),
		    mapped_look: (($stored - $m.mapped_watch_relayed) / $looks),
		    lane_look: (($m.mapped_watch_lanes - $stored) / $intervals / 8)}),
		(select(have(["mapped_lateness_p99_ns"]))
		 | {mapped_lateness_p99_ns: $m.mapped_lateness_p99_ns}),
		(select(have(["mapped_bytes"]))
		 | {bytes_per_mapped_agent: $m.mapped_bytes}),
		(select(have(["mapped_beat"])) | {mapped_beat: $m.mapped_beat}),
		(select(have(["mapped_client_beat"]))
		 | {mapped_client_beat: $m.mapped_client_beat}),
		(select(have(["mapped_beat_no_clock"]))
		 | {mapped_beat_no_clock: $m.mapped_beat_no_clock}),
		(select(have(["beat_1", "beat_1000000"]))
		 | {beat_1m_vs_1: ($m.beat_1000000 / $m.beat_1)}),
		(select(have(["library_beat", "empty_family"]))
		 | {library_beat_vs_empty_family: ($m.library_beat / $m.empty_family)}),
		(select(have(["library_beat", "systemd_row"]))
		 | {beat_vs_systemd: ($m.library_beat / $m.systemd_row)}),
		(select(have(["mapped_beat", "systemd_row"]))
		 | {mapped_beat_vs_systemd: ($m.mapped_beat / $m.systemd_row)}),
		(select(have(["mapped_beat", "tracker_datagram", "tracker_namespace",
			      "tracker_process"]))
		 | ($m.tracker_datagram + $m.tracker_namespace + $m.tracker_process) as $sum
		 | {mapped_beat_vs_userspace_tracker: ($m.mapped_beat / $sum)}),
		(select(have(["library_beat", "tracker_datagram", "tracker_namespace",
			      "tracker_process"]))
		 | ($m.tracker_datagram + $m.tracker_namespace + $m.tracker_process) as $sum
		 | {userspace_tracker: $sum, beat_vs_userspace_tracker: ($m.library_beat / $sum)}),
		(select(have(["beat_single", "tracker_single"]))
		 | {beat_vs_userspace_tracker_single: ($m.beat_single / $m.tracker_single)}),
		(select(have(["beat_single", "systemd_single"]))
		 | {beat_vs_systemd_single: ($m.beat_single / $m.systemd_single)}),
		(select(have(["busy_watched", "busy_unwatched", "watch_thread_ns", "watch_agents",
			      "watch_period_ns", "watch_threshold_ns"]))
		 | ($m.watch_agents * $m.watch_period_ns / $m.watch_threshold_ns) as $intervals
		 | {watch_instructions: (($m.busy_watched - $m.busy_unwatched) / $intervals),
		    watch_thread_instructions: ($m.watch_thread_ns / $intervals)}),
		(select(have(["lateness_1_p99_ns", "lateness_1000_p99_ns",
			      "lateness_100000_p99_ns", "lateness_in_1000000_p99_ns"]))
		 | {stall_lateness_p99_ns: ([$m.lateness_1_p99_ns, $m.lateness_1000_p99_ns,
			$m.lateness_100000_p99_ns, $m.lateness_in_1000000_p99_ns] | max)}),
		(select(have(["memory_kib", "memory_agents"]))
		 | {bytes_per_agent: ($m.memory_kib * 1024 / $m.memory_agents)}),
		(select(have(["beats_speedup"])) | {speedup_all_cpus: $m.beats_speedup}),
		(select(have(["beats_speedup_ratio"]))
		 | {speedup_vs_empty_family: $m.beats_speedup_ratio}),
		(select(have(["mapped_beats_speedup_ratio"]))
		 | {speedup_mapped_vs_empty_family: $m.mapped_beats_speedup_ratio}),
		(select(have(["lives_speedup_ratio"]))
		 | {speedup_lives_vs_empty_family: $m.lives_speedup_ratio})
	] | add // {};

[inputs | split(" ") | {(.[0]): (.[1] | tonumber)}] | add // {}
| . as $measured
| derived
| . as $derived
| . + {
	kernel: $kernel,
	measured: $measured,
	targets: [targets($measured.speedup_cpus // 2)[] | . as $target | $derived[.name] as $value
		| select($value != null)
		| no_verdict(.name; $measured) as $no_verdict
		| . + {value: $value,
		       reached: (if $no_verdict then null
				 elif $target.at_most then $value <= $target.at_most
				 else $value >= $target.at_least end)}
		| if $no_verdict then . + {no_verdict: $no_verdict} else . end]
}
