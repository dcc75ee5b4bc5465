# SPDX-License-Identifier: GPL-2.0-only
#
# What the end-to-end cases share: loading the module, starting agents, and
# waiting for what must happen. Nothing here waits for a time to pass and then
# looks: it waits for an event, and gives up after long enough for any machine.
# shellcheck shell=sh
# shellcheck disable=SC2034 # some are for the cases

sys=/sys/kernel/varta
log=/tmp/case.log
work=/tmp/case
# Seconds. Only a failure takes this long; more of them where all takes longer.
case $(uname -r) in
*-kasan | *-kcsan | *-kmemleak | *-gcov) patience=240 ;;
*) patience=60 ;;
esac

fail() {
	echo "$*" >&2
	exit 1
}

# same WHAT EXPECTED ACTUAL
same() {
	[ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
}

# skip WHY: what this case is about is not to be had in this kernel
skip() {
	echo "$*"
	exit 77
}

# note WORDS: a figure, shown also when the case is well
note() {
	echo "# $*"
}

# scaled N: as many on a stock kernel, fewer on one that takes longer for all
scaled() {
	case $(uname -r) in
	*-kasan | *-kcsan) echo $(($1 / 50)) ;;
	*) echo "$1" ;;
	esac
}

# load [PARAMETER=VALUE]...: afresh, whatever was loaded
load() {
	unload
	modprobe varta "$@"
}

unload() {
	[ ! -d /sys/module/varta ] || rmmod varta
}

# value NAME: of a setting or of what is so now
value() {
	cat "$sys/$1"
}

# counter NAME
counter() {
	cat "$sys/counters/$1"
}

# The seconds since the machine was started.
uptime_seconds() {
	cut -d. -f1 /proc/uptime
}

# wait_until COMMAND...: until it succeeds
wait_until() {
	give_up_at=$(($(uptime_seconds) + patience))
	until "$@"; do
		[ "$(uptime_seconds)" -lt "$give_up_at" ] ||
			fail "not true after $patience s: $*"
		usleep 50000
	done
}

is_at_least() {
	[ "$(cat "$sys/$1")" -ge "$2" ]
}

is() {
	[ "$(cat "$sys/$1" 2>/dev/null)" = "$2" ]
}

# wait_for FILE N: until the file below /sys/kernel/varta says N or more
wait_for() {
	wait_until is_at_least "$1" "$2"
}

# start COMMAND...: in the background; its pid is in $pid
start() {
	"$@" &
	pid=$!
}

# listen [OPTION]...: events as JSON, a line each, into $work/events
listen() {
	: >"$work/monitor.err"
	varta monitor -j "$@" >"$work/events" 2>"$work/monitor.err" &
	monitor=$!
	wait_until grep -q listening "$work/monitor.err"
}

# event_of PID [KIND]: the events about it
event_of() {
	jq -c "select(.pid == $1 and (.event == \"${2-}\" or \"${2-}\" == \"\"))" \
		"$work/events"
}

# has_event_of PID KIND
has_event_of() {
	[ -n "$(event_of "$1" "$2")" ]
}

# How many events have come.
events() {
	wc -l <"$work/events"
}

has_events() {
	[ "$(events)" -ge "$1" ]
}

# hear NAME [BUFFER]: all that is told, as listener writes it, into $work/NAME
hear() {
	eventlog ${2:+"$2"} >"$work/$1" &
	listener=$!
	wait_until grep -q listening "$work/$1"
}

# heard NAME KIND: how many lines of that kind there are
heard() {
	grep -cs "^$2" "$work/$1" || true
}

# has_heard NAME N [KIND]: stalls, unless another kind is named
has_heard() {
	[ "$(heard "$1" "${3:-stall}")" -ge "$2" ]
}

# who NAME: the agents that were told as stalled, SOURCE:PID, each once
who() {
	awk '$1 == "stall" { print $2 ":" $3 }' "$work/$1" | sort -u
}

# twice NAME: those silences that were told more than once
twice() {
	awk '$1 == "stall" { print $2, $3, $4, $6 }' "$work/$1" | sort | uniq -d
}

# pid_namespace PID: the inode number of its active pid namespace
pid_namespace() {
	readlink "/proc/$1/ns/pid" | tr -dc 0-9
}

# agent_field PID FIELD
agent_field() {
	varta agents "$1" -j | jq -r ".[0].$2"
}

# status_of N COMMAND...
status_of() {
	expected=$1
	shift
	status=0
	"$@" >"$work/out" 2>"$work/err" || status=$?
	same "status of $*" "$expected" "$status"
}

as_nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

# said TEXT: by the last status_of, on standard error
said() {
	grep -qF "$1" "$work/err" || fail "not said '$1': $(cat "$work/err")"
}

# refused ERRNO COUNTER COMMAND...: a beat that is refused so, with a text, is
# counted there ('-' for nowhere) and nowhere else
refused() {
	refused_as "^$1: ." "$@"
}

# The same, for what the netlink core refuses without a word.
refused_without_text() {
	refused_as "^$1:" "$@"
}

# refused_as ANSWER ERRNO COUNTER COMMAND...
refused_as() {
	answer=$1 errno=$2 name=$3
	shift 3
	before=$(totals)
	"$@" >"$work/answer" 2>&1 || true
	grep -q "$answer" "$work/answer" ||
		fail "$*: expected $errno and a text, got: $(cat "$work/answer")"
	echo "$before" | awk -v name="$name" \
		'{ print $1, $1 == name ? $2 + 1 : $2 }' >"$work/expected"
	totals >"$work/totals"
	diff "$work/expected" "$work/totals" ||
		fail "$*: not counted under $name alone"
}

totals() {
	(cd "$sys/counters" && grep . -- *) | tr : ' '
}

leaks=/sys/kernel/debug/kmemleak

# What the kernel has lost so far is forgotten, where it looks for leaks.
forget_leaks() {
	[ ! -w "$leaks" ] || {
		echo scan >"$leaks"
		echo clear >"$leaks"
	}
}

# Memory that nothing points to any more, if the kernel looks for that. It lets
# pass what is younger than five seconds, and what changes between two scans.
leaked() {
	[ -w "$leaks" ] || return 1
	sleep 6
	echo scan >"$leaks"
	echo scan >"$leaks"
	grep unreferenced "$leaks" || return 1
	cat "$leaks"
	echo clear >"$leaks"
}

# --- Processes that race each other: stress.c

# race ROLE COUNT: in the background, until it is through
races=0
racers=
race() {
	races=$((races + 1))
	stress "$1" "$2" >"$work/race-$races" &
	racers="$racers $!"
}

# go_on ROLE: in the background, until the others are through, and after them
lasting=
go_on() {
	races=$((races + 1))
	stress "$1" 0 >"$work/race-$races" &
	lasting="$lasting $!"
}

# All are through, and none has met anything that cannot be.
finish() {
	for racer in $racers; do
		wait "$racer" || fail "$(cat "$work"/race-*)"
	done
	end_lasting
}

end_lasting() {
	for racer in $lasting; do
		kill -TERM "$racer"
		wait "$racer" || fail "$(cat "$work"/race-*)"
	done
	racers='' lasting=''
	sort "$work"/race-* | sed 's/^/# /'
}

# sum ROLE WORD: of what the racers in that role have said after that word
sum() {
	cat "$work"/race-* | awk -v role="$1" -v word="$2" '
		$1 == role {
			for (i = 2; i < NF; i++)
				if ($i == word)
					total += $(i + 1)
		}
		END { print total + 0 }'
}

# What is counted and what is there are the same.
agents_agree() {
	varta agents -j >"$work/agents" &&
		[ "$(jq length "$work/agents")" = "$(value tracked)" ] &&
		[ "$(jq 'map(select(.stalled)) | length' "$work/agents")" = \
			"$(value stalled_now)" ]
}
