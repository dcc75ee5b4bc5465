#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A shell script as an agent: says the size of each file that is named on its
# input, and beats after each. varta beat speaks for its parent, the script.
#
# Usage: script.sh <LIST

beat() {
	# Unwatched is no reason not to work.
	varta beat --pid $$ --name script --threshold 3s "$@" || :
}

beat
while read -r file; do
	# One that never comes to an end would keep the script from beating.
	if size=$(stat -c %s "$file"); then
		echo "$size $file"
		beat
	else
		beat --status degraded
	fi
done
varta bye --pid $$
