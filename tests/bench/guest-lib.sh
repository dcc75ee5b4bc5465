# SPDX-License-Identifier: GPL-2.0-only
#
# What the bench's guest scripts share. Results are lines on standard output:
#
#   result NAME VALUE            a figure
#   point NAME VALUE FRACTION    of a distribution
# shellcheck shell=sh
# shellcheck disable=SC2034 # these variables are for the scripts that source this file

sys=/sys/kernel/varta
# An agent with such a threshold is never due here.
never_ms=86400000

# load [PARAMETER=VALUE]...: afresh
load() {
	[ ! -d "$sys" ] || rmmod varta
	modprobe varta "$@"
}

# is NAME VALUE: whether the file below /sys/kernel/varta says so
is() {
	[ "$(cat "$sys/$1")" = "$2" ]
}

# must COMMAND...: without it, the figures would be of something else
must() {
	"$@" || {
		echo "does not hold: $*"
		exit 1
	}
}

# await NAME VALUE: until it says so
await() {
	tries=600
	until is "$1" "$2"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || {
			echo "$1 never came to be $2, but $(cat "$sys/$1")"
			exit 1
		}
		sleep 0.1
	done
}

# run_parts PART...: functions part_NAME, in turn
run_parts() {
	for part in "$@"; do
		echo "part $part"
		"part_$part"
	done
	[ ! -d "$sys" ] || rmmod varta
}
