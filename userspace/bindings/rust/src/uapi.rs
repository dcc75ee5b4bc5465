// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
// Do not edit, auto-generated from Documentation/netlink/specs/varta.yaml by tests/regen-bindings.
//! Constants of the netlink family.

/// Nonce of a terminal beat.
pub const TERMINAL_NONCE: u64 = 18446744073709551615;
/// Length of a frame.
pub const FRAME_LEN: usize = 32;
/// Most lanes of an agent.
pub const LANES_MAX: usize = 1023;
pub(crate) const NAME_SIZE: usize = 16;

pub(crate) const CMD_BEAT: u8 = 1;
pub(crate) const CMD_BYE: u8 = 8;
pub(crate) const CMD_AGENT_GET: u8 = 2;
pub(crate) const CMD_LOSS_NTF: u8 = 18;
pub(crate) const CMD_MAP: u8 = 20;

pub(crate) const A_BEAT_STATUS: u16 = 2;
pub(crate) const A_BEAT_NONCE: u16 = 3;
pub(crate) const A_BEAT_TIMESTAMP: u16 = 4;
pub(crate) const A_BEAT_PAYLOAD: u16 = 5;
pub(crate) const A_BEAT_THRESHOLD_MS: u16 = 8;
pub(crate) const A_BEAT_NAME: u16 = 9;
pub(crate) const A_BEAT_LANE: u16 = 14;

pub(crate) const A_AGENTS_PID: u16 = 1;
pub(crate) const A_AGENTS_AGENT: u16 = 2;
pub(crate) const A_AGENTS_STALLED: u16 = 4;

pub(crate) const A_MAP_ADDRESS: u16 = 2;
pub(crate) const A_MAP_LANES: u16 = 3;

pub(crate) const A_LANE_NAME: u16 = 2;
pub(crate) const A_LANE_NUMBER: u16 = 3;
pub(crate) const A_LANE_THRESHOLD_MS: u16 = 4;
pub(crate) const A_LANE_DEADLINE: u16 = 5;
pub(crate) const A_LANE_TID: u16 = 6;
pub(crate) const A_LANE_ONLY_NEW: u16 = 7;

/// State that an agent reports about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// Working.
    Ok = 0,
    /// Working with reduced function.
    Degraded = 1,
    /// Failing. With the nonce 2^64-1 the beat is terminal, the last one of a crash handler.
    Critical = 2,
    /// Used by observers for a stalled agent. Refused in a beat.
    Stall = 3,
}

impl Status {
    /// None for a value of a newer kernel.
    pub fn from_u32(value: u32) -> Option<Self> {
        Some(match value {
            0 => Self::Ok,
            1 => Self::Degraded,
            2 => Self::Critical,
            3 => Self::Stall,
            _ => return None,
        })
    }
}

/// What happened to an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventKind {
    /// It was silent for its threshold.
    Stall = 0,
    /// It beats again after a stall.
    Recover = 1,
    /// A beat changed its status, or was terminal.
    Status = 2,
    /// Its process exited.
    Exit = 3,
    /// It is not tracked any more, for another cause than an exit.
    Goodbye = 4,
    /// A beat for its pid was refused for its origin or pid namespace.
    Conflict = 5,
    /// A setting was changed, counters were taken, or the module unloads.
    Config = 6,
    /// Events were lost, and none came after them.
    Loss = 7,
    /// What it asked for on a stall was done, or withheld.
    Action = 8,
    /// It was silent for warn-percent of its threshold.
    Late = 9,
    /// A lane in its page is overdue.
    LaneStall = 10,
    /// A lane that was overdue is not any more.
    LaneRecover = 11,
    /// None of the agents of its source beats any more.
    SourceStall = 12,
    /// An agent of a source that was silent beats again.
    SourceRecover = 13,
}

impl EventKind {
    /// None for a value of a newer kernel.
    pub fn from_u32(value: u32) -> Option<Self> {
        Some(match value {
            0 => Self::Stall,
            1 => Self::Recover,
            2 => Self::Status,
            3 => Self::Exit,
            4 => Self::Goodbye,
            5 => Self::Conflict,
            6 => Self::Config,
            7 => Self::Loss,
            8 => Self::Action,
            9 => Self::Late,
            10 => Self::LaneStall,
            11 => Self::LaneRecover,
            12 => Self::SourceStall,
            13 => Self::SourceRecover,
            _ => return None,
        })
    }
}

/// How the sender of an agent's beats was identified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// The kernel identified the agent's process.
    KernelAttested = 0,
    /// A relay named the agent.
    NetworkUnverified = 1,
    /// A relay named the agent with the start time of its process, which the kernel looked up.
    /// Weaker than kernel-attested, stronger than network-unverified.
    OperatorAttested = 2,
}

impl Origin {
    /// None for a value of a newer kernel.
    pub fn from_u32(value: u32) -> Option<Self> {
        Some(match value {
            0 => Self::KernelAttested,
            1 => Self::NetworkUnverified,
            2 => Self::OperatorAttested,
            _ => return None,
        })
    }
}

/// Why an agent is not tracked any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GoodbyeCause {
    /// It ended tracking with bye.
    Bye = 0,
    /// It was silent, and a new agent needed its slot.
    Evicted = 1,
    /// A new process has its pid.
    PidRecycled = 2,
    /// Its process exited during its first beat, which another process sent.
    Exited = 3,
}

impl GoodbyeCause {
    /// None for a value of a newer kernel.
    pub fn from_u32(value: u32) -> Option<Self> {
        Some(match value {
            0 => Self::Bye,
            1 => Self::Evicted,
            2 => Self::PidRecycled,
            3 => Self::Exited,
            _ => return None,
        })
    }
}

/// Why an agent does not beat, by the thread that sent its last beat. The admin guide says how it is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StallReason {
    /// It is not known.
    Unknown = 0,
    /// It uses the CPU.
    Running = 1,
    /// It sleeps.
    Waiting = 2,
    /// It sleeps uninterruptibly, as for a disk.
    Uninterruptible = 3,
    /// It wakes up and sleeps again.
    Active = 4,
    /// It is runnable, and does not get the CPU.
    Starved = 5,
    /// It is stopped by a signal.
    Stopped = 6,
    /// It is stopped by a tracer.
    Traced = 7,
    /// Its cgroup or the system is frozen.
    Frozen = 8,
    /// Its process dumps core.
    Dumping = 9,
    /// Its process is exiting.
    Exiting = 10,
    /// It has ended, and its process has not.
    ThreadGone = 11,
    /// Its process has exited.
    Gone = 12,
}

impl StallReason {
    /// None for a value of a newer kernel.
    pub fn from_u32(value: u32) -> Option<Self> {
        Some(match value {
            0 => Self::Unknown,
            1 => Self::Running,
            2 => Self::Waiting,
            3 => Self::Uninterruptible,
            4 => Self::Active,
            5 => Self::Starved,
            6 => Self::Stopped,
            7 => Self::Traced,
            8 => Self::Frozen,
            9 => Self::Dumping,
            10 => Self::Exiting,
            11 => Self::ThreadGone,
            12 => Self::Gone,
            _ => return None,
        })
    }
}

/// State of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ThreadState {
    /// It runs, or waits for a CPU.
    Runnable = 0,
    /// It sleeps and can be interrupted.
    Sleeping = 1,
    /// It sleeps and cannot be interrupted.
    Uninterruptible = 2,
    /// It is stopped by a signal.
    Stopped = 3,
    /// It is stopped by a tracer.
    Traced = 4,
    /// Its cgroup or the system is frozen.
    Frozen = 5,
    /// It has ended.
    Ended = 6,
}

impl ThreadState {
    /// None for a value of a newer kernel.
    pub fn from_u32(value: u32) -> Option<Self> {
        Some(match value {
            0 => Self::Runnable,
            1 => Self::Sleeping,
            2 => Self::Uninterruptible,
            3 => Self::Stopped,
            4 => Self::Traced,
            5 => Self::Frozen,
            6 => Self::Ended,
            _ => return None,
        })
    }
}

/// Why a signal is withheld. The admin guide says when it is sent after all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Withheld {
    /// It is not.
    None = 0,
    /// The agent's cgroup or the system is frozen.
    Frozen = 1,
    /// The agent is stopped by a signal.
    Stopped = 2,
    /// The agent is stopped by a tracer.
    Traced = 3,
    /// The agent's process dumps core.
    Dumping = 4,
    /// The agent's process is exiting.
    Exiting = 5,
    /// The agent does not get the CPU, and did not ask for a signal even-if-starved.
    Starved = 6,
    /// As many signals as stall-actions-per-minute allows to this agent's user were sent in the
    /// last minute.
    Limit = 7,
    /// The setting stall-actions is 0.
    Disabled = 8,
    /// The agent's process has executed another program since it was asked for, or a descendant
    /// asked and the process has another user since. Final.
    Changed = 9,
}

impl Withheld {
    /// None for a value of a newer kernel.
    pub fn from_u32(value: u32) -> Option<Self> {
        Some(match value {
            0 => Self::None,
            1 => Self::Frozen,
            2 => Self::Stopped,
            3 => Self::Traced,
            4 => Self::Dumping,
            5 => Self::Exiting,
            6 => Self::Starved,
            7 => Self::Limit,
            8 => Self::Disabled,
            9 => Self::Changed,
            _ => return None,
        })
    }
}

/// The kind of event that a command reports.
pub(crate) fn event_of(command: u8) -> Option<EventKind> {
    Some(match command {
        6 => EventKind::Stall,
        11 => EventKind::Recover,
        12 => EventKind::Status,
        7 => EventKind::Exit,
        13 => EventKind::Goodbye,
        14 => EventKind::Conflict,
        19 => EventKind::Action,
        21 => EventKind::Late,
        22 => EventKind::LaneStall,
        23 => EventKind::LaneRecover,
        24 => EventKind::SourceStall,
        25 => EventKind::SourceRecover,
        _ => return None,
    })
}

/// What the kernel says about an agent. None: it did not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AgentInfo {
    /// Process id in the reader's pid namespace. Absent from events outside the initial network
    /// namespace.
    pub pid: Option<u32>,
    /// Process id in the agent's own pid namespace.
    pub ns_pid: Option<u32>,
    /// Inode number of the agent's pid namespace, as /proc/PID/ns/pid shows it. Absent if
    /// unknown.
    pub ns_inode: Option<u64>,
    /// origin
    pub origin: Option<Origin>,
    /// Of the last accepted beat.
    pub status: Option<Status>,
    /// Last accepted nonce; 2^64-1 if that beat was terminal.
    pub nonce: Option<u64>,
    /// Of the last accepted beat.
    pub payload: Option<u32>,
    /// Time of the last accepted beat, CLOCK_MONOTONIC of the initial time namespace in
    /// nanoseconds.
    pub last_beat: Option<u64>,
    /// Nanoseconds from the last accepted beat to this message or, in an event, to the moment
    /// of the event. In a recover event, how long the agent was silent before it beat again.
    pub silence: Option<u64>,
    /// A stall was reported and no beat was accepted since.
    pub stalled: bool,
    /// Number of the agent's relay. Absent for agents of this machine.
    pub source: Option<u32>,
    /// Silence after which the agent is stalled, in milliseconds.
    pub threshold_ms: Option<u32>,
    /// Name of the agent.
    pub name: Option<String>,
    /// Exit status of the process. Only in exit events.
    pub exit_code: Option<u32>,
    /// Signal that killed the process. Only in exit events.
    pub exit_signal: Option<u32>,
    /// When the process exited, CLOCK_MONOTONIC of the initial time namespace in nanoseconds.
    /// With exit-code or exit-signal.
    pub exit_time: Option<u64>,
    /// Time of the last accepted beat, CLOCK_REALTIME in nanoseconds, which is the same in all
    /// time namespaces. It is computed from last-beat and the clocks as they are now: a suspend
    /// since then shifts it.
    pub last_beat_realtime: Option<u64>,
    /// Real user of the process, in the reader's user namespace. Absent if it has no number
    /// there. For an agent that is network-unverified, the user of its relay.
    pub uid: Option<u32>,
    /// Cgroup of the process in the unified hierarchy when it began to beat: the inode number
    /// of the cgroup's directory. Absent if unknown.
    pub cgroup_id: Option<u64>,
    /// When the process started, CLOCK_BOOTTIME of the initial time namespace in nanoseconds,
    /// as in field 22 of /proc/PID/stat, which counts ticks. With the pid it identifies the
    /// process. Absent if unknown.
    pub start_time: Option<u64>,
    /// Thread that sent the last accepted beat. Absent if it is unknown or has no number in the
    /// reader's pid namespace, and from events outside the initial network namespace.
    pub tid: Option<u32>,
    /// Name of the thread that sent the last accepted beat.
    pub thread_name: Option<String>,
    /// Accepted beats.
    pub beats: Option<u64>,
    /// Reported stalls.
    pub stalls: Option<u32>,
    /// Time of the first accepted beat, CLOCK_MONOTONIC of the initial time namespace in
    /// nanoseconds, rounded down to 65,536.
    pub first_beat: Option<u64>,
    /// Longest time between two accepted beats since the first one, or since the last gap-
    /// reset, in nanoseconds, without time in suspend. Rounded down to 65,536, and at most 3.2
    /// days.
    pub longest_gap: Option<u64>,
    /// When the stall was found, CLOCK_MONOTONIC of the initial time namespace in nanoseconds.
    /// Of a stalled agent, and in a recover event.
    pub stall_time: Option<u64>,
    /// When it happened, CLOCK_MONOTONIC of the initial time namespace in nanoseconds. Only in
    /// events. Never before that of an earlier event.
    pub event_time: Option<u64>,
    /// Status before. Only in status events.
    pub old_status: Option<Status>,
    /// Only in goodbye events.
    pub cause: Option<GoodbyeCause>,
    /// The process dumped core. With exit-signal.
    pub core_dumped: bool,
    /// The OOM killer ended the process. Only in exit events.
    pub oom_killed: bool,
    /// Only in events and in event-get.
    pub event_kind: Option<EventKind>,
    /// Number of the event among those of the reader's network namespace. A gap says how many
    /// are missing. Only in events and in event-get.
    pub event_seq: Option<u64>,
    /// How the sender of the refused beat was identified. Only in conflict events.
    pub sender_origin: Option<Origin>,
    /// Pid namespace that the refused beat came from or, with a relay, gave. Absent if unknown.
    /// Only in conflict events.
    pub sender_ns_inode: Option<u64>,
    /// Process that sent the refused beat. Absent outside the initial network namespace. Only
    /// in conflict events.
    pub sender_pid: Option<u32>,
    /// Real user of the sender, in the reader's user namespace. Absent if it has no number
    /// there. Only in conflict events.
    pub sender_uid: Option<u32>,
    /// Conflicts before this one for which no event was sent, since there are at most ten a
    /// second. Absent if there were none. Only in conflict events.
    pub suppressed: Option<u32>,
    /// Changes of status that this event stands for: those that came before it could be sent.
    /// Then event-time is that of the first, old-status is from before it, and the rest of the
    /// agent is as the last one left it. Absent if it is one. Only in status events.
    pub changes: Option<u32>,
    /// Why the agent did not beat, as it was when the stall was found. Only in stall events and
    /// of stalled agents.
    pub reason: Option<StallReason>,
    /// The same, now. This and all below are only in stall events, where they are of the moment
    /// of the stall, and of stalled agents of this machine in answers. Of many stalls at once,
    /// most events have only this and stalls-together.
    pub reason_now: Option<StallReason>,
    /// State of the thread that sent the last beat, or of the main thread if another process
    /// sent it.
    pub thread_state: Option<ThreadState>,
    /// Processor that the thread runs on, or ran on last.
    pub thread_cpu: Option<u32>,
    /// Number of the system call that the thread sleeps in; of a 32-bit program in its own
    /// table, also on a 64-bit kernel. Absent if it sleeps in none, and on some architectures.
    pub thread_syscall: Option<u32>,
    /// Nanoseconds that the thread ran since its last beat. This and the six below are absent
    /// if another process sent the beat.
    pub cpu_time: Option<u64>,
    /// Nanoseconds since its last beat that the thread was runnable and did not run.
    pub run_delay: Option<u64>,
    /// Nanoseconds that the thread did not run up to now, at least, if it is not runnable.
    pub asleep: Option<u64>,
    /// Times that the thread went to sleep since its last beat.
    pub voluntary_switches: Option<u32>,
    /// Times that the thread was preempted since its last beat.
    pub involuntary_switches: Option<u32>,
    /// Page faults of the thread that needed I/O, since its last beat.
    pub major_faults: Option<u32>,
    /// Threads of the process.
    pub threads: Option<u32>,
    /// Threads that run or are runnable.
    pub threads_runnable: Option<u32>,
    /// Threads in uninterruptible sleep.
    pub threads_uninterruptible: Option<u32>,
    /// Threads that are stopped, traced or frozen.
    pub threads_stopped: Option<u32>,
    /// The process has more than the 64 threads that were looked at.
    pub partial: bool,
    /// Process that traces the thread. Absent if it has no number in the reader's pid
    /// namespace, and from events outside the initial network namespace.
    pub tracer_pid: Option<u32>,
    /// Stalls found in the same 100 ms up to this one. Many have one cause. Only in stall
    /// events.
    pub stalls_together: Option<u32>,
    /// Signal that the agent asked for on a stall. Absent if it did not, as are the next two.
    pub stall_signal: Option<u32>,
    /// Milliseconds from that signal to SIGKILL. Absent if never.
    pub kill_after_ms: Option<u32>,
    /// The signals are sent also if the agent does not get the CPU.
    pub even_if_starved: bool,
    /// Signal that was sent to the agent's process, or was withheld. Only in action events.
    pub signal: Option<u32>,
    /// Why the signal was withheld. Absent if it was sent. Only in action events.
    pub withheld: Option<Withheld>,
    /// Kernel stack of the thread that sent the last beat: a line for each frame, as symbol,
    /// offset and size, the innermost first, and at most 32. It has no addresses. Only for a
    /// stalled agent that was asked for by its pid, to a reader with CAP_SYS_ADMIN in the
    /// initial user namespace, and if the kernel lets a module have it (Linux 6.12).
    pub kernel_stack: Option<String>,
    /// Name of a lane, as the agent has written it. In lane-stall and lane-recover events that
    /// of the event, in answers that of the lane that has been overdue for longest; absent if
    /// none is.
    pub lane: Option<String>,
    /// Threshold of the lane in milliseconds, as the agent has written it.
    pub lane_threshold_ms: Option<u32>,
    /// Nanoseconds since the deadline of the lane passed. In lane-recover events until the
    /// module saw that it had moved.
    pub lane_overdue: Option<u64>,
    /// The thread that beat the lane last, as the agent has written it. Absent if the process
    /// has no such thread, and like tid in another pid namespace.
    pub lane_tid: Option<u32>,
    /// Name of that thread.
    pub lane_thread_name: Option<String>,
    /// Lanes of the agent that are overdue. Absent if none is.
    pub lanes_stalled: Option<u32>,
    /// The agent stalled while its source was silent as a whole, and no event of its own
    /// reported that. Not in events.
    pub source_silent: bool,
    /// source-stall-ntf and source-recover-ntf: number of agents of the source.
    pub source_agents: Option<u32>,
}

impl AgentInfo {
    pub(crate) fn set(&mut self, attribute: u16, value: &[u8]) {
        match attribute {
            2 => self.pid = u32_of(value),
            3 => self.ns_pid = u32_of(value),
            4 => self.ns_inode = u64_of(value),
            5 => self.origin = u32_of(value).and_then(Origin::from_u32),
            6 => self.status = u32_of(value).and_then(Status::from_u32),
            7 => self.nonce = u64_of(value),
            8 => self.payload = u32_of(value),
            9 => self.last_beat = u64_of(value),
            10 => self.silence = u64_of(value),
            11 => self.stalled = true,
            12 => self.source = u32_of(value),
            13 => self.threshold_ms = u32_of(value),
            14 => self.name = Some(text(value)),
            15 => self.exit_code = u32_of(value),
            16 => self.exit_signal = u32_of(value),
            17 => self.exit_time = u64_of(value),
            18 => self.last_beat_realtime = u64_of(value),
            19 => self.uid = u32_of(value),
            20 => self.cgroup_id = u64_of(value),
            21 => self.start_time = u64_of(value),
            22 => self.tid = u32_of(value),
            23 => self.thread_name = Some(text(value)),
            24 => self.beats = u64_of(value),
            25 => self.stalls = u32_of(value),
            26 => self.first_beat = u64_of(value),
            27 => self.longest_gap = u64_of(value),
            28 => self.stall_time = u64_of(value),
            29 => self.event_time = u64_of(value),
            30 => self.old_status = u32_of(value).and_then(Status::from_u32),
            31 => self.cause = u32_of(value).and_then(GoodbyeCause::from_u32),
            32 => self.core_dumped = true,
            33 => self.oom_killed = true,
            34 => self.event_kind = u32_of(value).and_then(EventKind::from_u32),
            35 => self.event_seq = u64_of(value),
            36 => self.sender_origin = u32_of(value).and_then(Origin::from_u32),
            37 => self.sender_ns_inode = u64_of(value),
            38 => self.sender_pid = u32_of(value),
            39 => self.sender_uid = u32_of(value),
            40 => self.suppressed = u32_of(value),
            41 => self.changes = u32_of(value),
            42 => self.reason = u32_of(value).and_then(StallReason::from_u32),
            43 => self.reason_now = u32_of(value).and_then(StallReason::from_u32),
            44 => self.thread_state = u32_of(value).and_then(ThreadState::from_u32),
            45 => self.thread_cpu = u32_of(value),
            46 => self.thread_syscall = u32_of(value),
            47 => self.cpu_time = u64_of(value),
            48 => self.run_delay = u64_of(value),
            49 => self.asleep = u64_of(value),
            50 => self.voluntary_switches = u32_of(value),
            51 => self.involuntary_switches = u32_of(value),
            52 => self.major_faults = u32_of(value),
            53 => self.threads = u32_of(value),
            54 => self.threads_runnable = u32_of(value),
            55 => self.threads_uninterruptible = u32_of(value),
            56 => self.threads_stopped = u32_of(value),
            57 => self.partial = true,
            58 => self.tracer_pid = u32_of(value),
            59 => self.stalls_together = u32_of(value),
            60 => self.stall_signal = u32_of(value),
            61 => self.kill_after_ms = u32_of(value),
            62 => self.even_if_starved = true,
            63 => self.signal = u32_of(value),
            64 => self.withheld = u32_of(value).and_then(Withheld::from_u32),
            65 => self.kernel_stack = Some(text(value)),
            66 => self.lane = Some(text(value)),
            67 => self.lane_threshold_ms = u32_of(value),
            68 => self.lane_overdue = u64_of(value),
            69 => self.lane_tid = u32_of(value),
            70 => self.lane_thread_name = Some(text(value)),
            71 => self.lanes_stalled = u32_of(value),
            72 => self.source_silent = true,
            73 => self.source_agents = u32_of(value),
            _ => {}
        }
    }
}

fn u32_of(value: &[u8]) -> Option<u32> {
    Some(u32::from_ne_bytes(value.try_into().ok()?))
}

fn u64_of(value: &[u8]) -> Option<u64> {
    Some(u64::from_ne_bytes(value.try_into().ok()?))
}

fn text(value: &[u8]) -> String {
    let end = value.iter().position(|&byte| byte == 0).unwrap_or(value.len());
    String::from_utf8_lossy(&value[..end]).into_owned()
}
