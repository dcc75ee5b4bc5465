# SPDX-License-Identifier: GPL-2.0-only
# Functions for scripts in the guest, after tests/selftests/lib.sh. The guest is a Debian with
# systemd, not busybox, and the agent was built on its disk.
# shellcheck shell=sh disable=SC2154,SC2034,SC2317

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

# unit_of_the_guide NAME: writes the unit that the guide shows after this name
unit_of_the_guide() {
	zcat /usr/share/doc/varta-tools/admin-guide.md.gz |
		sed -n "/\`\/etc\/systemd\/system\/$1\`:\$/,/^[^ ]/s/^    //p" \
			>"/etc/systemd/system/$1"
	check_eq "findings in $1" "" "$(systemd-analyze verify --man=no \
		--recursive-errors=no "$1" 2>&1)"
	systemctl daemon-reload
}

# A service of Type=notify with a watchdog is ready when it says so, is the main process and
# watched by varta, and systemd's watchdog still finds it.
notifier_is_watched() {
	cat >/usr/local/bin/notifier <<-"END"
		#!/usr/bin/python3
		import os, socket, time
		notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		notify.connect(os.environ["NOTIFY_SOCKET"])
		while not os.path.exists("/run/ready"):
		    time.sleep(0.1)
		notify.send(b"READY=1")
		while not os.path.exists("/run/hang"):
		    notify.send(b"WATCHDOG=1")
		    time.sleep(0.5)
		time.sleep(1000)
	END
	chmod 755 /usr/local/bin/notifier
	cat >/etc/systemd/system/notifier.service <<-"END"
		[Service]
		Type=notify
		ExecStart=/usr/bin/varta run --threshold 20s -- /usr/local/bin/notifier
		WatchdogSec=30s
	END
	systemctl daemon-reload
	systemctl start --no-block notifier.service
	wait_for tracked 1
	state() { systemctl show -p ActiveState --value notifier.service; }
	check_eq "state before it is ready" activating "$(state)"
	touch /run/ready
	is_active() { [ "$(state)" = active ]; }
	wait_until is_active
	pid=$(systemctl show -p MainPID --value notifier.service)
	varta agents --quiet --unit notifier "$pid" || fail "the main process is no agent"
	touch /run/hang
	result_is() { [ "$(systemctl show -p Result --value notifier.service)" = "$1" ]; }
	patience=120
	wait_until result_is watchdog
	wait_until has_event err "^exit pid $pid .* notifier.service, user root: killed by SIGABRT"
}
