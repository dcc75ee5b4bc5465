#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Notifies systemd by systemd-notify, which is a child. Usage: heartbeat.sh NAME
#
# Ends, fails or hangs when a file /run/tell-NAME says so.

systemd-notify --ready --status=ready
while :; do
	systemd-notify WATCHDOG=1
	case $(cat "/run/tell-$1" 2>/dev/null) in
	exit)
		systemd-notify STOPPING=1 --status=stopping
		sleep 1
		exit 3
		;;
	trigger)
		systemd-notify WATCHDOG=trigger --status=failed
		exec sleep 1000
		;;
	silent)
		# Not for the next one.
		rm "/run/tell-$1"
		sleep 1000
		;;
	esac
	sleep 1
done
