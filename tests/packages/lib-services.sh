# SPDX-License-Identifier: GPL-2.0-only
# Functions for services in the guest that notify systemd, after lib-guest.sh.
# shellcheck shell=sh disable=SC2154,SC2034,SC2317

# A script that fails shows what has happened.
explain() {
	code=$?
	[ "$code" != 0 ] || return 0
	set +e
	cat "$work/events"
	varta agents
	systemctl list-units --no-pager --failed
	journalctl --no-pager -n 60
	exit "$code"
}
trap explain EXIT

# service NAME COMMAND [LINE]...: writes NAME.service, which notifies systemd
service() {
	name=$1 command=$2
	shift 2
	printf '%s\n' '[Unit]' 'Description=A test of varta' '[Service]' Type=notify \
		"ExecStart=$command" FileDescriptorStoreMax=4 LimitCORE=0 "$@" \
		>"/etc/systemd/system/$name.service"
	systemctl daemon-reload
}

# watch UNIT COMMAND [EXPRESSION]...: with the drop-in, changed by expressions of sed
watch() {
	unit=$1 command=$2
	shift 2
	mkdir -p "/etc/systemd/system/$unit.d"
	sed "s|COMMAND\$|$command|; s|^Restart=.*|Restart=no|" \
		/usr/share/varta/varta-watch.conf >"$work/drop-in"
	for expression; do
		sed -i "$expression" "$work/drop-in"
	done
	cp "$work/drop-in" "/etc/systemd/system/$unit.d/varta-watch.conf"
	systemctl daemon-reload
	check_eq "findings in $unit" "" "$(systemd-analyze verify --man=no \
		--recursive-errors=no "$unit" 2>&1)"
}

# property UNIT NAME
property() {
	systemctl show -p "$2" --value "$1"
}

property_is() {
	[ "$(property "$1" "$2")" = "$3" ]
}

# print_state UNIT: as far as it is the same at each run
print_state() {
	systemctl show "$1" -p ActiveState,SubState,Result,StatusText,NFileDescriptorStore \
		-p ExecMainCode,ExecMainStatus,NRestarts | sort
}

# print_states UNIT NAME [LAST]: the unit's state when it is ready, was stopped, has exited and,
# unless LAST is "exit", has failed
print_states() {
	for order in '' stop exit trigger; do
		[ "$order" != trigger ] || [ "${3-}" != exit ] || continue
		rm -f "/run/tell-$2"
		systemctl reset-failed "$1" 2>/dev/null || true
		systemctl start "$1"
		case $order in
		'')
			wait_until property_is "$1" NFileDescriptorStore "${stored-1}"
			;;
		stop)
			systemctl stop "$1"
			;;
		*)
			echo "$order" >"/run/tell-$2"
			wait_until has_ended "$1"
			;;
		esac
		echo "-- $order"
		print_state "$1"
		[ -n "$order" ] || systemctl stop "$1"
	done
	rm -f "/run/tell-$2"
}

has_ended() {
	case $(property "$1" ActiveState) in
	inactive | failed) ;;
	*) false ;;
	esac
}

# is_watched UNIT: its main process is an agent; sets $pid
is_watched() {
	pid=$(property "$1" MainPID)
	[ "$pid" != 0 ] && varta agents --quiet --unit "$1" "$pid"
}

# stalls_while NAME COMMAND UNDO: the agent $pid stalls after COMMAND, is not killed, and recovers
# after UNDO
stalls_while() {
	$2
	wait_until agent_is_stalled true
	$3
	wait_until agent_is_stalled false
	echo "$1: stalled, and recovered"
}

agent_is_stalled() {
	[ "$(agent_field "$pid" stalled)" = "$1" ]
}

# actions_of PID: "SIGNAL" for each that was sent, "SIGNAL WHY" if it was withheld
actions_of() {
	events_about "$1" action | jq -r '[.signal, .withheld // empty] | join(" ")' | xargs
}

# is_restarted UNIT ACTIONS SIGNAL COMMAND...: once it is watched, COMMAND makes it hang; it gets
# these actions, is ended by SIGNAL, and is watched again
is_restarted() {
	unit=$1 actions=$2 signal=$3
	shift 3
	systemctl start "$unit"
	wait_until is_watched "$unit"
	main=$pid
	"$@"
	wait_until property_is "$unit" NRestarts 1
	wait_until is_watched "$unit"
	[ "$pid" != "$main" ] || fail "$unit was not restarted"
	wait_until has_event_about "$main" exit
	check_eq "actions against $unit" "$actions" "$(actions_of "$main")"
	check_eq "signal that ended $unit" "$signal" "$(events_about "$main" exit | jq .exit_signal)"
	systemctl stop "$unit"
	echo "$unit: hung, and was restarted"
}

# heartbeat NAME COMMAND [EXPRESSION]...: a service that is watched, with a short threshold. A
# core dump may take minutes on a busy host.
heartbeat() {
	name=$1 command=$2
	shift 2
	service "$name" "$command"
	watch "$name.service" "$command" "s/--threshold 1m/--threshold 20s/" \
		"s/^Restart=.*/Restart=on-abnormal/" "$@" "s/--kill-after 30s/--kill-after 5m/"
}

# order NAME WORD
order() {
	echo "$2" >"/run/tell-$1"
}
