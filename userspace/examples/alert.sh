#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Alerts from events alone: RAISE when an agent stalls, RESOLVE when the stall
# ends. Replace the last lines by what sends alerts. Needs jq.
#
# Usage: alert.sh [OPTION]... (of varta monitor, such as --unit UNIT)

varta monitor -j "$@" | jq --unbuffered -nr '
	# The numbers that all events of an agent have. Names may have newlines.
	def key: "\(.source) \(.ns_inode) \(.ns_pid)";
	def alert: "agent \(.name | tojson) (pid \(.pid // .ns_pid)) of unit " +
		"\(.unit // .container // .pod // "-") is stalled";

	foreach inputs as $event ({};
		($event | key) as $key | .lines = [] |
		if $event.event | IN("stall", "stalled") then
			.raised[$key] = ($event | alert) |
			.lines = ["RAISE " + .raised[$key]]
		elif $event.event == "unloaded" then
			.lines = [.raised[]? | "RESOLVE \(.): unloaded"] | .raised = {}
		elif $event.event | IN("recover", "exit", "goodbye", "recovered", "gone") then
			.lines = [.raised[$key] // empty | "RESOLVE \(.): \($event.event)"] |
			del(.raised[$key])
		else . end;
		.lines[])' |
while read -r action alert; do
	printf '%s %s\n' "$action" "$alert"
done
