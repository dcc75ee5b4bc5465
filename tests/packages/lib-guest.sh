# SPDX-License-Identifier: GPL-2.0-only
# Functions for scripts in the guest, after tests/selftests/lib.sh. The guest is a Debian with
# systemd, not busybox, and the agent was built on its disk.
# shellcheck shell=sh disable=SC2154

usleep() {
	sleep "0.$(printf %06d "$1")"
}

loaded() {
	[ -d /sys/module/varta ]
}

# An agent is tracked, and its stall is reported.
beating_and_monitored() {
	mkdir -p "$work"
	start_monitor
	start agent --threshold 2000 100
	agent=$pid
	wait_for counters/refreshed 3
	check_eq origin kernel-attested "$(agent_field "$agent" origin)"
	kill -STOP "$agent"
	wait_until has_events 1
	check_eq event "stall $agent" \
		"$(head -n 1 "$work/events" | jq -r '"\(.event) \(.pid)"')"
	kill -CONT "$agent"
	wait_until value_is stalled_now 0
	kill "$agent" "$monitor"
}
