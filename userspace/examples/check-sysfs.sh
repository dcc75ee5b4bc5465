#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A check for monitoring systems that reads only sysfs: are agents stalled, and
# does the tracker have room? Prints one line, with performance data behind a
# bar, and exits with the usual status: 0 for OK, 1 for a warning, 2 for
# critical, 3 for unknown.
#
# Usage: check-sysfs.sh

sys=/sys/kernel/varta

if ! [ -r "$sys/tracked" ]; then
	echo "VARTA UNKNOWN: no $sys: the module is not loaded"
	exit 3
fi

read -r tracked <"$sys/tracked"
read -r stalled <"$sys/stalled_now"
read -r capacity <"$sys/capacity"
read -r refused <"$sys/counters/capacity_exceeded"
read -r lost <"$sys/counters/events_lost"

if [ "$stalled" -gt 0 ]; then
	word=CRITICAL status=2 what="$stalled of $tracked agents stalled"
elif [ $((tracked * 10)) -ge $((capacity * 9)) ]; then
	word=WARNING status=1 what="$tracked agents, room for $capacity"
else
	word=OK status=0 what="$tracked agents"
fi
echo "VARTA $word: $what |" \
	"tracked=$tracked;;;0;$capacity stalled=$stalled" \
	"refused=${refused}c lost=${lost}c"
exit "$status"
