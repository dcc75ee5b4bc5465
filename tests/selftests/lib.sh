# SPDX-License-Identifier: GPL-2.0-only
#
# Functions for the end-to-end cases: load the module, start agents, wait for results.
# A case never sleeps and then looks; it waits for a condition with a generous timeout.
# shellcheck shell=sh
# shellcheck disable=SC2034 # some are for the cases

sys=/sys/kernel/varta
log=/tmp/case.log
work=/tmp/case
skip_reason=/tmp/case.skip
# Timeout of every wait, in seconds; longer on the slow debug kernels.
case $(uname -r) in
*-kasan | *-kcsan | *-kmemleak | *-rt | *-gcov) patience=240 ;;
*) patience=60 ;;
esac

# ---- Results.

fail() {
	echo "$*" >&2
	exit 1
}

# skip REASON: this kernel lacks what the case tests
skip() {
	echo "$*" >"$skip_reason"
	exit 4
}

# note WORDS: shown in the results even if the case passes
note() {
	echo "# $*"
}

# check_eq WHAT EXPECTED ACTUAL
check_eq() {
	[ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
}

# check_status STATUS COMMAND...: output goes to $work/out and $work/err
check_status() {
	expected=$1
	shift
	status=0
	"$@" >"$work/out" 2>"$work/err" || status=$?
	check_eq "status of $*" "$expected" "$status"
}

# check_stderr TEXT: in the standard error of the last check_status
check_stderr() {
	grep -qF "$1" "$work/err" || fail "'$1' is not in: $(cat "$work/err")"
}

is_slow_kernel() {
	case $(uname -r) in
	*-kasan | *-kcsan) ;;
	*) false ;;
	esac
}

# scaled N: N on a stock kernel, N / 50 on a slow debug kernel
scaled() {
	is_slow_kernel && echo $(($1 / 50)) || echo "$1"
}

# sized FULL SMALL: FULL if the runner has --full, SMALL otherwise
sized() {
	[ -n "${full_size-}" ] && echo "$1" || echo "$2"
}

# thread_count SMALL: of a process of very many threads: 10000 in the full size, if the guest has
# the memory, which is about 40 KiB for each
thread_count() {
	echo 32000 >/proc/sys/kernel/threads-max
	if [ "$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo)" -gt 600000 ]; then
		sized 10000 "$1"
	else
		echo "$1"
	fi
}

# ---- The module.

# load [PARAMETER=VALUE]...: load it again, with these parameters
load() {
	unload
	modprobe varta "$@"
}

unload() {
	[ ! -d /sys/module/varta ] || rmmod varta
}

# value NAME: of a setting or gauge
value() {
	cat "$sys/$1"
}

# counter NAME
counter() {
	cat "$sys/counters/$1"
}

# All counters, a name and a value in each line.
totals() {
	(cd "$sys/counters" && grep . -- *) | tr : ' '
}

# Every agent that was inserted is tracked or was removed, and counted as one of these.
agents_add_up() {
	removed=0
	for name in exits goodbyes evictions pid_recycles removed_dead; do
		removed=$((removed + $(counter $name)))
	done
	[ "$(counter inserted)" = $((removed + $(value tracked))) ]
}

# agent_field PID FIELD
agent_field() {
	varta agents "$1" -j | jq -r ".[0].$2"
}

# To be called before a real-time process uses a CPU for long: RCU's own threads wait for it
# on PREEMPT_RT, and the kernel would complain after 21 seconds.
expect_hog() {
	let_timers_run
	[ ! -w /sys/module/rcupdate/parameters/rcu_cpu_stall_timeout ] ||
		echo 300 >/sys/module/rcupdate/parameters/rcu_cpu_stall_timeout
}

# On PREEMPT_RT, timers of processes expire in threads of priority 1, which a real-time process
# on their CPU would hold up. The module's thread has 50.
let_timers_run() {
	case $(uname -v) in
	*PREEMPT_RT*) ;;
	*) return ;;
	esac
	pgrep '^(ktimers|ksoftirqd|rcuc|rcub|rcu_preempt)' | xargs -r -n 1 chrt -f -p 40
}

# ---- Waiting.

# Seconds since boot.
uptime_seconds() {
	cut -d. -f1 /proc/uptime
}

# wait_until COMMAND...: until COMMAND succeeds
wait_until() {
	give_up_at=$(($(uptime_seconds) + patience))
	until "$@"; do
		[ "$(uptime_seconds)" -lt "$give_up_at" ] ||
			fail "not true after $patience s: $*"
		usleep 50000
	done
}

# value_is FILE VALUE: FILE is relative to /sys/kernel/varta
value_is() {
	[ "$(cat "$sys/$1" 2>/dev/null)" = "$2" ]
}

value_is_at_least() {
	[ "$(cat "$sys/$1")" -ge "$2" ]
}

# wait_for FILE N: until the file below /sys/kernel/varta has N or more; for 0, use value_is
wait_for() {
	wait_until value_is_at_least "$1" "$2"
}

# ---- Processes.

# start COMMAND...: in the background; sets $pid
start() {
	"$@" &
	pid=$!
}

cgroups=/sys/fs/cgroup

# start_in CGROUP COMMAND...: as start, in a cgroup that is made
start_in() {
	directory=$cgroups$1
	shift
	mkdir -p "$directory"
	# shellcheck disable=SC2016 # for the inner shell
	start sh -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' sh "$directory" "$@"
}

# memory_high_delays: whether a process above memory.high has to sleep. The kernel computes for how
# long in an unsigned long, which is always 0 on 32 bit.
memory_high_delays() {
	case $(uname -m) in
	i686 | armv*) false ;;
	esac
}

need_memory_high() {
	memory_high_delays || skip "memory.high delays nobody on 32-bit kernels"
	echo +memory >$cgroups/cgroup.subtree_control || skip "there is no memory controller"
}

# The words for 'start $nobody COMMAND', where a function would be a process more.
nobody='setpriv --reuid 65534 --regid 65534 --clear-groups'

# as_nobody COMMAND...: as an unprivileged user
as_nobody() {
	$nobody "$@"
}

# in_container COMMAND...: in new pid, network, user and mount namespaces
in_container() {
	unshare --pid --net --user --map-root-user --mount --mount-proc --fork \
		--kill-child "$@"
}

# pid_namespace PID: the inode number of its pid namespace; of the initial one if the kernel has
# no others
pid_namespace() {
	if [ -e /proc/self/ns/pid ]; then
		readlink "/proc/$1/ns/pid" | tr -dc 0-9
	else
		echo 4026531836
	fi
}

# ---- Events, by varta monitor.

# start_monitor [OPTION]...: writes events to $work/events, a JSON object in each line;
# sets $monitor. Only stalls and exits, unless the file sets $kinds.
start_monitor() {
	: >"$work/monitor.err"
	varta monitor -j --kinds "${kinds-stall,exit}" "$@" >"$work/events" 2>"$work/monitor.err" &
	monitor=$!
	wait_until grep -q listening "$work/monitor.err"
}

# events_about PID [KIND]
events_about() {
	jq -c "select(.pid == $1 and (.event == \"${2-}\" or \"${2-}\" == \"\"))" \
		"$work/events"
}

# has_event_about PID KIND
has_event_about() {
	[ -n "$(events_about "$1" "$2")" ]
}

event_count() {
	wc -l <"$work/events"
}

# has_events N: N or more
has_events() {
	[ "$(event_count)" -ge "$1" ]
}

# ---- Events, as eventlog.c writes them. There can be several logs, each with a NAME.

# start_listener NAME [BUFFER]: writes to $work/NAME; sets $listener
start_listener() {
	eventlog ${2:+"$2"} >"$work/$1" &
	listener=$!
	wait_until grep -q listening "$work/$1"
}

# log_count NAME KIND: the number of lines of KIND
log_count() {
	grep -cs "^$2" "$work/$1" || true
}

# log_has NAME N [KIND]: N or more lines of KIND (default: stall)
log_has() {
	[ "$(log_count "$1" "${3:-stall}")" -ge "$2" ]
}

# log_stalled_agents NAME: each agent reported as stalled, as SOURCE:PID, once
log_stalled_agents() {
	awk '$1 == "stall" { print $2 ":" $3 }' "$work/$1" | sort -u
}

# log_duplicates NAME: the stalls that were reported more than once
log_duplicates() {
	awk '$1 == "stall" { print $2, $3, $4, $6 }' "$work/$1" | sort | uniq -d
}

# ---- Events, as resync_listener.c writes them.

# start_resync_listener COMMAND...: writes to $work/resync; sets $listener
start_resync_listener() {
	"$@" >"$work/resync" 2>"$work/listener.err" &
	listener=$!
	wait_until grep -q listening "$work/resync"
}

# resync_count KIND: the number of lines of KIND
resync_count() {
	grep -c "^$1" "$work/resync" || true
}

# resync_has KIND N: N or more lines of KIND
resync_has() {
	[ "$(resync_count "$1")" -ge "$2" ]
}

# ---- Beats that the kernel refuses.

# counter_of REASON: the counter of a refusal, '-' for none
counter_of() {
	case $1 in
	auth-failure) echo auth_failures ;;
	origin-conflict) echo origin_conflicts ;;
	namespace-conflict) echo namespace_conflicts ;;
	setting-fixed) echo config_fixed ;;
	setting-out-of-range) echo config_out_of_range ;;
	-) echo - ;;
	*) echo "$1" | tr - _ ;;
	esac
}

# refused ERRNO REASON COMMAND...: a request is refused with this error and a text that
# begins with the reason, and is counted for it and nowhere else. '-' is for what the
# netlink core refuses: a text without a reason, not counted.
refused() {
	case $2 in
	-) refused_as "^$1: ." "$@" ;;
	*) refused_as "^$1: $2: ." "$@" ;;
	esac
}

# The same, for what the netlink core refuses without a text.
refused_without_text() {
	refused_as "^$1:" "$@"
}

# refused_as ANSWER ERRNO REASON COMMAND...
refused_as() {
	answer=$1 name=$(counter_of "$3")
	shift 3
	before=$(totals)
	"$@" >"$work/answer" 2>&1 || true
	grep -q "$answer" "$work/answer" ||
		fail "$*: expected $answer, got: $(cat "$work/answer")"
	echo "$before" | awk -v name="$name" \
		'{ print $1, $1 == name ? $2 + 1 : $2 }' >"$work/expected"
	totals >"$work/totals"
	diff "$work/expected" "$work/totals" ||
		fail "$*: not counted under $name alone"
}

# ---- Memory leaks, on a kernel with kmemleak.

leaks=/sys/kernel/debug/kmemleak

# Ignore the leaks so far.
clear_leaks() {
	[ ! -w "$leaks" ] || {
		echo scan >"$leaks"
		echo clear >"$leaks"
	}
}

# Prints the leaks. kmemleak ignores objects younger than five seconds, and those that
# change between two scans.
has_leaks() {
	[ -w "$leaks" ] || return 1
	sleep 6
	echo scan >"$leaks"
	echo scan >"$leaks"
	grep unreferenced "$leaks" || return 1
	cat "$leaks"
	echo clear >"$leaks"
}

# ---- Racing processes: stress.c.

races=0 racers='' endless_racers=''

# start_racer ROLE COUNT: in the background; ends after COUNT rounds
start_racer() {
	races=$((races + 1))
	stress "$1" "$2" >"$work/race-$races" &
	racers="$racers $!"
}

# start_endless_racer ROLE: in the background, until stop_endless_racers
start_endless_racer() {
	races=$((races + 1))
	stress "$1" 0 >"$work/race-$races" &
	endless_racers="$endless_racers $!"
}

# Wait for the racers, and then stop the endless ones. Each must have succeeded.
join_racers() {
	for racer in $racers; do
		wait "$racer" || fail "$(cat "$work"/race-*)"
	done
	stop_endless_racers
}

stop_endless_racers() {
	for racer in $endless_racers; do
		kill -TERM "$racer"
		wait "$racer" || fail "$(cat "$work"/race-*)"
	done
	racers='' endless_racers=''
	sort "$work"/race-* | sed 's/^/# /'
}

# racer_total ROLE WORD: the sum of the numbers that follow WORD in ROLE's output
racer_total() {
	cat "$work"/race-* | awk -v role="$1" -v word="$2" '
		$1 == role {
			for (i = 2; i < NF; i++)
				if ($i == word)
					total += $(i + 1)
		}
		END { print total + 0 }'
}

# The gauges agree with a dump of the agents.
gauges_match_dump() {
	varta agents -j >"$work/agents" &&
		[ "$(jq length "$work/agents")" = "$(value tracked)" ] &&
		[ "$(jq 'map(select(.stalled)) | length' "$work/agents")" = \
			"$(value stalled_now)" ]
}
