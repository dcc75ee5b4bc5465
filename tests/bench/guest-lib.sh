# SPDX-License-Identifier: GPL-2.0-only
#
# Functions for the guest scripts of the bench. Results are lines on standard output:
#
#   result NAME VALUE            a figure
#   point NAME VALUE FRACTION    of a distribution
# shellcheck shell=sh
# shellcheck disable=SC2034 # these variables are for the scripts that source this file

sys=/sys/kernel/varta
# An agent with this threshold does not stall here.
never_ms=86400000

# load [PARAMETER=VALUE]...: load it again, with these parameters
load() {
	[ ! -d "$sys" ] || rmmod varta
	modprobe varta "$@"
}

# value_is FILE VALUE: FILE is relative to /sys/kernel/varta
value_is() {
	[ "$(cat "$sys/$1")" = "$2" ]
}

# must COMMAND...: exits if it fails, as the figures would be wrong
must() {
	"$@" || {
		echo "failed: $*"
		exit 1
	}
}

# wait_for_value FILE VALUE
wait_for_value() {
	tries=600
	until value_is "$1" "$2"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || {
			echo "$1 is $(cat "$sys/$1"), not $2"
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
