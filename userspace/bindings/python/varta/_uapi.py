# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
# Do not edit, auto-generated from Documentation/netlink/specs/varta.yaml by tests/regen-bindings.
"""Constants of the netlink family."""

from __future__ import annotations

import dataclasses
import enum

TERMINAL_NONCE = 18446744073709551615
NAME_SIZE = 16
FRAME_LEN = 32
LANES_MAX = 1023

CMD_BEAT = 1
CMD_BYE = 8
CMD_AGENT_GET = 2
CMD_LOSS_NTF = 18
CMD_MAP = 20

A_BEAT_STATUS = 2
A_BEAT_NONCE = 3
A_BEAT_TIMESTAMP = 4
A_BEAT_PAYLOAD = 5
A_BEAT_THRESHOLD_MS = 8
A_BEAT_NAME = 9
A_BEAT_LANE = 14

A_AGENTS_PID = 1
A_AGENTS_AGENT = 2
A_AGENTS_STALLED = 4

A_MAP_ADDRESS = 2
A_MAP_LANES = 3

A_LANE_NAME = 2
A_LANE_NUMBER = 3
A_LANE_THRESHOLD_MS = 4
A_LANE_DEADLINE = 5
A_LANE_TID = 6
A_LANE_ONLY_NEW = 7


class Status(enum.IntEnum):
    """State that an agent reports about itself."""

    #: Working.
    OK = 0
    #: Working with reduced function.
    DEGRADED = 1
    #: Failing. With the nonce 2^64-1 the beat is terminal, the last one of a crash handler.
    CRITICAL = 2
    #: Used by observers for a stalled agent. Refused in a beat.
    STALL = 3


class EventKind(enum.IntEnum):
    """What happened to an agent."""

    #: It was silent for its threshold.
    STALL = 0
    #: It beats again after a stall.
    RECOVER = 1
    #: A beat changed its status, or was terminal.
    STATUS = 2
    #: Its process exited.
    EXIT = 3
    #: It is not tracked any more, for another cause than an exit.
    GOODBYE = 4
    #: A beat for its pid was refused for its origin or pid namespace.
    CONFLICT = 5
    #: A setting was changed, counters were taken, or the module unloads.
    CONFIG = 6
    #: Events were lost, and none came after them.
    LOSS = 7
    #: What it asked for on a stall was done, or withheld.
    ACTION = 8
    #: It was silent for warn-percent of its threshold.
    LATE = 9
    #: A lane in its page is overdue.
    LANE_STALL = 10
    #: A lane that was overdue is not any more.
    LANE_RECOVER = 11
    #: None of the agents of its source beats any more.
    SOURCE_STALL = 12
    #: An agent of a source that was silent beats again.
    SOURCE_RECOVER = 13


class Origin(enum.IntEnum):
    """How the sender of an agent's beats was identified."""

    #: The kernel identified the agent's process.
    KERNEL_ATTESTED = 0
    #: A relay named the agent.
    NETWORK_UNVERIFIED = 1
    #: A relay named the agent with the start time of its process, which the kernel looked up.
    #: Weaker than kernel-attested, stronger than network-unverified.
    OPERATOR_ATTESTED = 2


class GoodbyeCause(enum.IntEnum):
    """Why an agent is not tracked any more."""

    #: It ended tracking with bye.
    BYE = 0
    #: It was silent, and a new agent needed its slot.
    EVICTED = 1
    #: A new process has its pid.
    PID_RECYCLED = 2
    #: Its process exited during its first beat, which another process sent.
    EXITED = 3


class StallReason(enum.IntEnum):
    """Why an agent does not beat, by the thread that sent its last beat. The
admin guide says how it is decided."""

    #: It is not known.
    UNKNOWN = 0
    #: It uses the CPU.
    RUNNING = 1
    #: It sleeps.
    WAITING = 2
    #: It sleeps uninterruptibly, as for a disk.
    UNINTERRUPTIBLE = 3
    #: It wakes up and sleeps again.
    ACTIVE = 4
    #: It is runnable, and does not get the CPU.
    STARVED = 5
    #: It is stopped by a signal.
    STOPPED = 6
    #: It is stopped by a tracer.
    TRACED = 7
    #: Its cgroup or the system is frozen.
    FROZEN = 8
    #: Its process dumps core.
    DUMPING = 9
    #: Its process is exiting.
    EXITING = 10
    #: It has ended, and its process has not.
    THREAD_GONE = 11
    #: Its process has exited.
    GONE = 12


class ThreadState(enum.IntEnum):
    """State of a thread."""

    #: It runs, or waits for a CPU.
    RUNNABLE = 0
    #: It sleeps and can be interrupted.
    SLEEPING = 1
    #: It sleeps and cannot be interrupted.
    UNINTERRUPTIBLE = 2
    #: It is stopped by a signal.
    STOPPED = 3
    #: It is stopped by a tracer.
    TRACED = 4
    #: Its cgroup or the system is frozen.
    FROZEN = 5
    #: It has ended.
    ENDED = 6


class Withheld(enum.IntEnum):
    """Why a signal is withheld. The admin guide says when it is sent after all."""

    #: It is not.
    NONE = 0
    #: The agent's cgroup or the system is frozen.
    FROZEN = 1
    #: The agent is stopped by a signal.
    STOPPED = 2
    #: The agent is stopped by a tracer.
    TRACED = 3
    #: The agent's process dumps core.
    DUMPING = 4
    #: The agent's process is exiting.
    EXITING = 5
    #: The agent does not get the CPU, and did not ask for a signal even-if-starved.
    STARVED = 6
    #: As many signals as stall-actions-per-minute allows to this agent's user were sent in the
    #: last minute.
    LIMIT = 7
    #: The setting stall-actions is 0.
    DISABLED = 8
    #: The agent's process has executed another program since it was asked for, or a descendant
    #: asked and the process has another user since. Final.
    CHANGED = 9


@dataclasses.dataclass(frozen=True)
class AgentInfo:
    """What the kernel says about an agent. None: it did not say."""

    #: Process id in the reader's pid namespace. Absent from events outside the initial network
    #: namespace.
    pid: int | None = None
    #: Process id in the agent's own pid namespace.
    ns_pid: int | None = None
    #: Inode number of the agent's pid namespace, as /proc/PID/ns/pid shows it. Absent if
    #: unknown.
    ns_inode: int | None = None
    origin: Origin | None = None
    #: Of the last accepted beat.
    status: Status | None = None
    #: Last accepted nonce; 2^64-1 if that beat was terminal.
    nonce: int | None = None
    #: Of the last accepted beat.
    payload: int | None = None
    #: Time of the last accepted beat, CLOCK_MONOTONIC of the initial time namespace in
    #: nanoseconds.
    last_beat: int | None = None
    #: Nanoseconds from the last accepted beat to this message or, in an event, to the moment
    #: of the event. In a recover event, how long the agent was silent before it beat again.
    silence: int | None = None
    #: A stall was reported and no beat was accepted since.
    stalled: bool = False
    #: Number of the agent's relay. Absent for agents of this machine.
    source: int | None = None
    #: Silence after which the agent is stalled, in milliseconds.
    threshold_ms: int | None = None
    #: Name of the agent.
    name: str | None = None
    #: Exit status of the process. Only in exit events.
    exit_code: int | None = None
    #: Signal that killed the process. Only in exit events.
    exit_signal: int | None = None
    #: When the process exited, CLOCK_MONOTONIC of the initial time namespace in nanoseconds.
    #: With exit-code or exit-signal.
    exit_time: int | None = None
    #: Time of the last accepted beat, CLOCK_REALTIME in nanoseconds, which is the same in all
    #: time namespaces. It is computed from last-beat and the clocks as they are now: a suspend
    #: since then shifts it.
    last_beat_realtime: int | None = None
    #: Real user of the process, in the reader's user namespace. Absent if it has no number
    #: there. For an agent that is network-unverified, the user of its relay.
    uid: int | None = None
    #: Cgroup of the process in the unified hierarchy when it began to beat: the inode number
    #: of the cgroup's directory. Absent if unknown.
    cgroup_id: int | None = None
    #: When the process started, CLOCK_BOOTTIME of the initial time namespace in nanoseconds,
    #: as in field 22 of /proc/PID/stat, which counts ticks. With the pid it identifies the
    #: process. Absent if unknown.
    start_time: int | None = None
    #: Thread that sent the last accepted beat. Absent if it is unknown or has no number in the
    #: reader's pid namespace, and from events outside the initial network namespace.
    tid: int | None = None
    #: Name of the thread that sent the last accepted beat.
    thread_name: str | None = None
    #: Accepted beats.
    beats: int | None = None
    #: Reported stalls.
    stalls: int | None = None
    #: Time of the first accepted beat, CLOCK_MONOTONIC of the initial time namespace in
    #: nanoseconds, rounded down to 65,536.
    first_beat: int | None = None
    #: Longest time between two accepted beats since the first one, or since the last gap-
    #: reset, in nanoseconds, without time in suspend. Rounded down to 65,536, and at most 3.2
    #: days.
    longest_gap: int | None = None
    #: When the stall was found, CLOCK_MONOTONIC of the initial time namespace in nanoseconds.
    #: Of a stalled agent, and in a recover event.
    stall_time: int | None = None
    #: When it happened, CLOCK_MONOTONIC of the initial time namespace in nanoseconds. Only in
    #: events. Never before that of an earlier event.
    event_time: int | None = None
    #: Status before. Only in status events.
    old_status: Status | None = None
    #: Only in goodbye events.
    cause: GoodbyeCause | None = None
    #: The process dumped core. With exit-signal.
    core_dumped: bool = False
    #: The OOM killer ended the process. Only in exit events.
    oom_killed: bool = False
    #: Only in events and in event-get.
    event_kind: EventKind | None = None
    #: Number of the event among those of the reader's network namespace. A gap says how many
    #: are missing. Only in events and in event-get.
    event_seq: int | None = None
    #: How the sender of the refused beat was identified. Only in conflict events.
    sender_origin: Origin | None = None
    #: Pid namespace that the refused beat came from or, with a relay, gave. Absent if unknown.
    #: Only in conflict events.
    sender_ns_inode: int | None = None
    #: Process that sent the refused beat. Absent outside the initial network namespace. Only
    #: in conflict events.
    sender_pid: int | None = None
    #: Real user of the sender, in the reader's user namespace. Absent if it has no number
    #: there. Only in conflict events.
    sender_uid: int | None = None
    #: Conflicts before this one for which no event was sent, since there are at most ten a
    #: second. Absent if there were none. Only in conflict events.
    suppressed: int | None = None
    #: Changes of status that this event stands for: those that came before it could be sent.
    #: Then event-time is that of the first, old-status is from before it, and the rest of the
    #: agent is as the last one left it. Absent if it is one. Only in status events.
    changes: int | None = None
    #: Why the agent did not beat, as it was when the stall was found. Only in stall events and
    #: of stalled agents.
    reason: StallReason | None = None
    #: The same, now. This and all below are only in stall events, where they are of the moment
    #: of the stall, and of stalled agents of this machine in answers. Of many stalls at once,
    #: most events have only this and stalls-together.
    reason_now: StallReason | None = None
    #: State of the thread that sent the last beat, or of the main thread if another process
    #: sent it.
    thread_state: ThreadState | None = None
    #: Processor that the thread runs on, or ran on last.
    thread_cpu: int | None = None
    #: Number of the system call that the thread sleeps in; of a 32-bit program in its own
    #: table, also on a 64-bit kernel. Absent if it sleeps in none, and on some architectures.
    thread_syscall: int | None = None
    #: Nanoseconds that the thread ran since its last beat. This and the six below are absent
    #: if another process sent the beat.
    cpu_time: int | None = None
    #: Nanoseconds since its last beat that the thread was runnable and did not run.
    run_delay: int | None = None
    #: Nanoseconds that the thread did not run up to now, at least, if it is not runnable.
    asleep: int | None = None
    #: Times that the thread went to sleep since its last beat.
    voluntary_switches: int | None = None
    #: Times that the thread was preempted since its last beat.
    involuntary_switches: int | None = None
    #: Page faults of the thread that needed I/O, since its last beat.
    major_faults: int | None = None
    #: Threads of the process.
    threads: int | None = None
    #: Threads that run or are runnable.
    threads_runnable: int | None = None
    #: Threads in uninterruptible sleep.
    threads_uninterruptible: int | None = None
    #: Threads that are stopped, traced or frozen.
    threads_stopped: int | None = None
    #: The process has more than the 64 threads that were looked at.
    partial: bool = False
    #: Process that traces the thread. Absent if it has no number in the reader's pid
    #: namespace, and from events outside the initial network namespace.
    tracer_pid: int | None = None
    #: Stalls found in the same 100 ms up to this one. Many have one cause. Only in stall
    #: events.
    stalls_together: int | None = None
    #: Signal that the agent asked for on a stall. Absent if it did not, as are the next two.
    stall_signal: int | None = None
    #: Milliseconds from that signal to SIGKILL. Absent if never.
    kill_after_ms: int | None = None
    #: The signals are sent also if the agent does not get the CPU.
    even_if_starved: bool = False
    #: Signal that was sent to the agent's process, or was withheld. Only in action events.
    signal: int | None = None
    #: Why the signal was withheld. Absent if it was sent. Only in action events.
    withheld: Withheld | None = None
    #: Kernel stack of the thread that sent the last beat: a line for each frame, as symbol,
    #: offset and size, the innermost first, and at most 32. It has no addresses. Only for a
    #: stalled agent that was asked for by its pid, to a reader with CAP_SYS_ADMIN in the
    #: initial user namespace, and if the kernel lets a module have it (Linux 6.12).
    kernel_stack: str | None = None
    #: Name of a lane, as the agent has written it. In lane-stall and lane-recover events that
    #: of the event, in answers that of the lane that has been overdue for longest; absent if
    #: none is.
    lane: str | None = None
    #: Threshold of the lane in milliseconds, as the agent has written it.
    lane_threshold_ms: int | None = None
    #: Nanoseconds since the deadline of the lane passed. In lane-recover events until the
    #: module saw that it had moved.
    lane_overdue: int | None = None
    #: The thread that beat the lane last, as the agent has written it. Absent if the process
    #: has no such thread, and like tid in another pid namespace.
    lane_tid: int | None = None
    #: Name of that thread.
    lane_thread_name: str | None = None
    #: Lanes of the agent that are overdue. Absent if none is.
    lanes_stalled: int | None = None
    #: The agent stalled while its source was silent as a whole, and no event of its own
    #: reported that. Not in events.
    source_silent: bool = False
    #: source-stall-ntf and source-recover-ntf: number of agents of the source.
    source_agents: int | None = None


#: Commands of events.
EVENTS = {
    6: EventKind.STALL,
    11: EventKind.RECOVER,
    12: EventKind.STATUS,
    7: EventKind.EXIT,
    13: EventKind.GOODBYE,
    14: EventKind.CONFLICT,
    19: EventKind.ACTION,
    21: EventKind.LATE,
    22: EventKind.LANE_STALL,
    23: EventKind.LANE_RECOVER,
    24: EventKind.SOURCE_STALL,
    25: EventKind.SOURCE_RECOVER,
}

#: Number, name, type of each attribute of an agent.
AGENT = {
    2: ("pid", "u32"),
    3: ("ns_pid", "u32"),
    4: ("ns_inode", "u64"),
    5: ("origin", Origin),
    6: ("status", Status),
    7: ("nonce", "u64"),
    8: ("payload", "u32"),
    9: ("last_beat", "u64"),
    10: ("silence", "u64"),
    11: ("stalled", "flag"),
    12: ("source", "u32"),
    13: ("threshold_ms", "u32"),
    14: ("name", "string"),
    15: ("exit_code", "u32"),
    16: ("exit_signal", "u32"),
    17: ("exit_time", "u64"),
    18: ("last_beat_realtime", "u64"),
    19: ("uid", "u32"),
    20: ("cgroup_id", "u64"),
    21: ("start_time", "u64"),
    22: ("tid", "u32"),
    23: ("thread_name", "string"),
    24: ("beats", "u64"),
    25: ("stalls", "u32"),
    26: ("first_beat", "u64"),
    27: ("longest_gap", "u64"),
    28: ("stall_time", "u64"),
    29: ("event_time", "u64"),
    30: ("old_status", Status),
    31: ("cause", GoodbyeCause),
    32: ("core_dumped", "flag"),
    33: ("oom_killed", "flag"),
    34: ("event_kind", EventKind),
    35: ("event_seq", "u64"),
    36: ("sender_origin", Origin),
    37: ("sender_ns_inode", "u64"),
    38: ("sender_pid", "u32"),
    39: ("sender_uid", "u32"),
    40: ("suppressed", "u32"),
    41: ("changes", "u32"),
    42: ("reason", StallReason),
    43: ("reason_now", StallReason),
    44: ("thread_state", ThreadState),
    45: ("thread_cpu", "u32"),
    46: ("thread_syscall", "u32"),
    47: ("cpu_time", "u64"),
    48: ("run_delay", "u64"),
    49: ("asleep", "u64"),
    50: ("voluntary_switches", "u32"),
    51: ("involuntary_switches", "u32"),
    52: ("major_faults", "u32"),
    53: ("threads", "u32"),
    54: ("threads_runnable", "u32"),
    55: ("threads_uninterruptible", "u32"),
    56: ("threads_stopped", "u32"),
    57: ("partial", "flag"),
    58: ("tracer_pid", "u32"),
    59: ("stalls_together", "u32"),
    60: ("stall_signal", "u32"),
    61: ("kill_after_ms", "u32"),
    62: ("even_if_starved", "flag"),
    63: ("signal", "u32"),
    64: ("withheld", Withheld),
    65: ("kernel_stack", "string"),
    66: ("lane", "string"),
    67: ("lane_threshold_ms", "u32"),
    68: ("lane_overdue", "u64"),
    69: ("lane_tid", "u32"),
    70: ("lane_thread_name", "string"),
    71: ("lanes_stalled", "u32"),
    72: ("source_silent", "flag"),
    73: ("source_agents", "u32"),
}
