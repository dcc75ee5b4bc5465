#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A shell script as an agent: it prints the size of each file named on its input,
# and beats after each. "varta beat" beats for its parent, the script.
#
# Usage: script.sh <LIST

beat() {
	# The script works without varta too.
	varta beat --pid $$ --name script --threshold 3s "$@" || :
}

beat
while read -r file; do
	# If stat hangs, the script stalls.
	if size=$(stat -c %s "$file"); then
		echo "$size $file"
		beat
	else
		beat --status degraded
	fi
done
varta bye --pid $$
