// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause

// Code generated from Documentation/netlink/specs/varta.yaml by tests/regen-bindings. DO NOT EDIT.

package varta

// TerminalNonce is the nonce of a terminal beat.
const TerminalNonce uint64 = 18446744073709551615

// FrameLen is the length of a frame.
const FrameLen = 32

// LanesMax is how many lanes an agent may have.
const LanesMax = 1023

const nameSize = 16

const cmdBeat = 1
const cmdBye = 8
const cmdAgentGet = 2
const cmdLossNtf = 18
const cmdMap = 20
const aBeatStatus = 2
const aBeatNonce = 3
const aBeatTimestamp = 4
const aBeatPayload = 5
const aBeatThresholdMs = 8
const aBeatName = 9
const aBeatLane = 14
const aAgentsPid = 1
const aAgentsAgent = 2
const aAgentsStalled = 4
const aMapAddress = 2
const aMapLanes = 3
const aLaneName = 2
const aLaneNumber = 3
const aLaneThresholdMs = 4
const aLaneDeadline = 5
const aLaneTid = 6
const aLaneOnlyNew = 7

// Status: State that an agent reports about itself.
type Status uint32

// The values of Status.
const (
	// Working.
	StatusOk Status = 0
	// Working with reduced function.
	StatusDegraded Status = 1
	// Failing. With the nonce 2^64-1 the beat is terminal, the last one of a crash handler.
	StatusCritical Status = 2
	// Used by observers for a stalled agent. Refused in a beat.
	StatusStall Status = 3
)

func (value Status) String() string {
	switch value {
	case StatusOk:
		return "ok"
	case StatusDegraded:
		return "degraded"
	case StatusCritical:
		return "critical"
	case StatusStall:
		return "stall"
	}
	return "unknown"
}

// EventKind: What happened to an agent.
type EventKind uint32

// The values of EventKind.
const (
	// It was silent for its threshold.
	EventKindStall EventKind = 0
	// It beats again after a stall.
	EventKindRecover EventKind = 1
	// A beat changed its status, or was terminal.
	EventKindStatus EventKind = 2
	// Its process exited.
	EventKindExit EventKind = 3
	// It is not tracked any more, for another cause than an exit.
	EventKindGoodbye EventKind = 4
	// A beat for its pid was refused for its origin or pid namespace.
	EventKindConflict EventKind = 5
	// A setting was changed, counters were taken, or the module unloads.
	EventKindConfig EventKind = 6
	// Events were lost, and none came after them.
	EventKindLoss EventKind = 7
	// What it asked for on a stall was done, or withheld.
	EventKindAction EventKind = 8
	// It was silent for warn-percent of its threshold.
	EventKindLate EventKind = 9
	// A lane in its page is overdue.
	EventKindLaneStall EventKind = 10
	// A lane that was overdue is not any more.
	EventKindLaneRecover EventKind = 11
	// None of the agents of its source beats any more.
	EventKindSourceStall EventKind = 12
	// An agent of a source that was silent beats again.
	EventKindSourceRecover EventKind = 13
)

func (value EventKind) String() string {
	switch value {
	case EventKindStall:
		return "stall"
	case EventKindRecover:
		return "recover"
	case EventKindStatus:
		return "status"
	case EventKindExit:
		return "exit"
	case EventKindGoodbye:
		return "goodbye"
	case EventKindConflict:
		return "conflict"
	case EventKindConfig:
		return "config"
	case EventKindLoss:
		return "loss"
	case EventKindAction:
		return "action"
	case EventKindLate:
		return "late"
	case EventKindLaneStall:
		return "lane-stall"
	case EventKindLaneRecover:
		return "lane-recover"
	case EventKindSourceStall:
		return "source-stall"
	case EventKindSourceRecover:
		return "source-recover"
	}
	return "unknown"
}

// Origin: How the sender of an agent's beats was identified.
type Origin uint32

// The values of Origin.
const (
	// The kernel identified the agent's process.
	OriginKernelAttested Origin = 0
	// A relay named the agent.
	OriginNetworkUnverified Origin = 1
	// A relay named the agent with the start time of its process, which the kernel looked up.
	// Weaker than kernel-attested, stronger than network-unverified.
	OriginOperatorAttested Origin = 2
)

func (value Origin) String() string {
	switch value {
	case OriginKernelAttested:
		return "kernel-attested"
	case OriginNetworkUnverified:
		return "network-unverified"
	case OriginOperatorAttested:
		return "operator-attested"
	}
	return "unknown"
}

// GoodbyeCause: Why an agent is not tracked any more.
type GoodbyeCause uint32

// The values of GoodbyeCause.
const (
	// It ended tracking with bye.
	GoodbyeCauseBye GoodbyeCause = 0
	// It was silent, and a new agent needed its slot.
	GoodbyeCauseEvicted GoodbyeCause = 1
	// A new process has its pid.
	GoodbyeCausePidRecycled GoodbyeCause = 2
	// Its process exited during its first beat, which another process sent.
	GoodbyeCauseExited GoodbyeCause = 3
)

func (value GoodbyeCause) String() string {
	switch value {
	case GoodbyeCauseBye:
		return "bye"
	case GoodbyeCauseEvicted:
		return "evicted"
	case GoodbyeCausePidRecycled:
		return "pid-recycled"
	case GoodbyeCauseExited:
		return "exited"
	}
	return "unknown"
}

// StallReason: Why an agent does not beat, by the thread that sent its last beat. The
// admin guide says how it is decided.
type StallReason uint32

// The values of StallReason.
const (
	// It is not known.
	StallReasonUnknown StallReason = 0
	// It uses the CPU.
	StallReasonRunning StallReason = 1
	// It sleeps.
	StallReasonWaiting StallReason = 2
	// It sleeps uninterruptibly, as for a disk.
	StallReasonUninterruptible StallReason = 3
	// It wakes up and sleeps again.
	StallReasonActive StallReason = 4
	// It is runnable, and does not get the CPU.
	StallReasonStarved StallReason = 5
	// It is stopped by a signal.
	StallReasonStopped StallReason = 6
	// It is stopped by a tracer.
	StallReasonTraced StallReason = 7
	// Its cgroup or the system is frozen.
	StallReasonFrozen StallReason = 8
	// Its process dumps core.
	StallReasonDumping StallReason = 9
	// Its process is exiting.
	StallReasonExiting StallReason = 10
	// It has ended, and its process has not.
	StallReasonThreadGone StallReason = 11
	// Its process has exited.
	StallReasonGone StallReason = 12
)

func (value StallReason) String() string {
	switch value {
	case StallReasonUnknown:
		return "unknown"
	case StallReasonRunning:
		return "running"
	case StallReasonWaiting:
		return "waiting"
	case StallReasonUninterruptible:
		return "uninterruptible"
	case StallReasonActive:
		return "active"
	case StallReasonStarved:
		return "starved"
	case StallReasonStopped:
		return "stopped"
	case StallReasonTraced:
		return "traced"
	case StallReasonFrozen:
		return "frozen"
	case StallReasonDumping:
		return "dumping"
	case StallReasonExiting:
		return "exiting"
	case StallReasonThreadGone:
		return "thread-gone"
	case StallReasonGone:
		return "gone"
	}
	return "unknown"
}

// ThreadState: State of a thread.
type ThreadState uint32

// The values of ThreadState.
const (
	// It runs, or waits for a CPU.
	ThreadStateRunnable ThreadState = 0
	// It sleeps and can be interrupted.
	ThreadStateSleeping ThreadState = 1
	// It sleeps and cannot be interrupted.
	ThreadStateUninterruptible ThreadState = 2
	// It is stopped by a signal.
	ThreadStateStopped ThreadState = 3
	// It is stopped by a tracer.
	ThreadStateTraced ThreadState = 4
	// Its cgroup or the system is frozen.
	ThreadStateFrozen ThreadState = 5
	// It has ended.
	ThreadStateEnded ThreadState = 6
)

func (value ThreadState) String() string {
	switch value {
	case ThreadStateRunnable:
		return "runnable"
	case ThreadStateSleeping:
		return "sleeping"
	case ThreadStateUninterruptible:
		return "uninterruptible"
	case ThreadStateStopped:
		return "stopped"
	case ThreadStateTraced:
		return "traced"
	case ThreadStateFrozen:
		return "frozen"
	case ThreadStateEnded:
		return "ended"
	}
	return "unknown"
}

// Withheld: Why a signal is withheld. The admin guide says when it is sent after all.
type Withheld uint32

// The values of Withheld.
const (
	// It is not.
	WithheldNone Withheld = 0
	// The agent's cgroup or the system is frozen.
	WithheldFrozen Withheld = 1
	// The agent is stopped by a signal.
	WithheldStopped Withheld = 2
	// The agent is stopped by a tracer.
	WithheldTraced Withheld = 3
	// The agent's process dumps core.
	WithheldDumping Withheld = 4
	// The agent's process is exiting.
	WithheldExiting Withheld = 5
	// The agent does not get the CPU, and did not ask for a signal even-if-starved.
	WithheldStarved Withheld = 6
	// As many signals as stall-actions-per-minute allows to this agent's user were sent in the
	// last minute.
	WithheldLimit Withheld = 7
	// The setting stall-actions is 0.
	WithheldDisabled Withheld = 8
	// The agent's process has executed another program since it was asked for, or a descendant
	// asked and the process has another user since. Final.
	WithheldChanged Withheld = 9
)

func (value Withheld) String() string {
	switch value {
	case WithheldNone:
		return "none"
	case WithheldFrozen:
		return "frozen"
	case WithheldStopped:
		return "stopped"
	case WithheldTraced:
		return "traced"
	case WithheldDumping:
		return "dumping"
	case WithheldExiting:
		return "exiting"
	case WithheldStarved:
		return "starved"
	case WithheldLimit:
		return "limit"
	case WithheldDisabled:
		return "disabled"
	case WithheldChanged:
		return "changed"
	}
	return "unknown"
}

// The kinds of events by their commands.
var eventOf = map[byte]EventKind{
	6:  EventKindStall,
	11: EventKindRecover,
	12: EventKindStatus,
	7:  EventKindExit,
	13: EventKindGoodbye,
	14: EventKindConflict,
	19: EventKindAction,
	21: EventKindLate,
	22: EventKindLaneStall,
	23: EventKindLaneRecover,
	24: EventKindSourceStall,
	25: EventKindSourceRecover,
}

// AgentInfo is what the kernel says about an agent. What it did not say is -1, or
// 0 in an unsigned field.
type AgentInfo struct {
	// Process id in the reader's pid namespace. Absent from events outside the initial network
	// namespace.
	Pid int64
	// Process id in the agent's own pid namespace.
	NsPid int64
	// Inode number of the agent's pid namespace, as /proc/PID/ns/pid shows it. Absent if
	// unknown.
	NsInode uint64
	// The origin.
	Origin int64
	// Of the last accepted beat.
	Status int64
	// Last accepted nonce; 2^64-1 if that beat was terminal.
	Nonce uint64
	// Of the last accepted beat.
	Payload int64
	// Time of the last accepted beat, CLOCK_MONOTONIC of the initial time namespace in
	// nanoseconds.
	LastBeat uint64
	// Nanoseconds from the last accepted beat to this message or, in an event, to the moment
	// of the event. In a recover event, how long the agent was silent before it beat again.
	Silence uint64
	// A stall was reported and no beat was accepted since.
	Stalled bool
	// Number of the agent's relay. Absent for agents of this machine.
	Source int64
	// Silence after which the agent is stalled, in milliseconds.
	ThresholdMs int64
	// Name of the agent.
	Name string
	// Exit status of the process. Only in exit events.
	ExitCode int64
	// Signal that killed the process. Only in exit events.
	ExitSignal int64
	// When the process exited, CLOCK_MONOTONIC of the initial time namespace in nanoseconds.
	// With exit-code or exit-signal.
	ExitTime uint64
	// Time of the last accepted beat, CLOCK_REALTIME in nanoseconds, which is the same in all
	// time namespaces. It is computed from last-beat and the clocks as they are now: a suspend
	// since then shifts it.
	LastBeatRealtime uint64
	// Real user of the process, in the reader's user namespace. Absent if it has no number
	// there. For an agent that is network-unverified, the user of its relay.
	Uid int64
	// Cgroup of the process in the unified hierarchy when it began to beat: the inode number
	// of the cgroup's directory. Absent if unknown.
	CgroupId uint64
	// When the process started, CLOCK_BOOTTIME of the initial time namespace in nanoseconds,
	// as in field 22 of /proc/PID/stat, which counts ticks. With the pid it identifies the
	// process. Absent if unknown.
	StartTime uint64
	// Thread that sent the last accepted beat. Absent if it is unknown or has no number in the
	// reader's pid namespace, and from events outside the initial network namespace.
	Tid int64
	// Name of the thread that sent the last accepted beat.
	ThreadName string
	// Accepted beats.
	Beats uint64
	// Reported stalls.
	Stalls int64
	// Time of the first accepted beat, CLOCK_MONOTONIC of the initial time namespace in
	// nanoseconds, rounded down to 65,536.
	FirstBeat uint64
	// Longest time between two accepted beats since the first one, or since the last gap-
	// reset, in nanoseconds, without time in suspend. Rounded down to 65,536, and at most 3.2
	// days.
	LongestGap uint64
	// When the stall was found, CLOCK_MONOTONIC of the initial time namespace in nanoseconds.
	// Of a stalled agent, and in a recover event.
	StallTime uint64
	// When it happened, CLOCK_MONOTONIC of the initial time namespace in nanoseconds. Only in
	// events. Never before that of an earlier event.
	EventTime uint64
	// Status before. Only in status events.
	OldStatus int64
	// Only in goodbye events.
	Cause int64
	// The process dumped core. With exit-signal.
	CoreDumped bool
	// The OOM killer ended the process. Only in exit events.
	OomKilled bool
	// Only in events and in event-get.
	EventKind int64
	// Number of the event among those of the reader's network namespace. A gap says how many
	// are missing. Only in events and in event-get.
	EventSeq uint64
	// How the sender of the refused beat was identified. Only in conflict events.
	SenderOrigin int64
	// Pid namespace that the refused beat came from or, with a relay, gave. Absent if unknown.
	// Only in conflict events.
	SenderNsInode uint64
	// Process that sent the refused beat. Absent outside the initial network namespace. Only
	// in conflict events.
	SenderPid int64
	// Real user of the sender, in the reader's user namespace. Absent if it has no number
	// there. Only in conflict events.
	SenderUid int64
	// Conflicts before this one for which no event was sent, since there are at most ten a
	// second. Absent if there were none. Only in conflict events.
	Suppressed int64
	// Changes of status that this event stands for: those that came before it could be sent.
	// Then event-time is that of the first, old-status is from before it, and the rest of the
	// agent is as the last one left it. Absent if it is one. Only in status events.
	Changes int64
	// Why the agent did not beat, as it was when the stall was found. Only in stall events and
	// of stalled agents.
	Reason int64
	// The same, now. This and all below are only in stall events, where they are of the moment
	// of the stall, and of stalled agents of this machine in answers. Of many stalls at once,
	// most events have only this and stalls-together.
	ReasonNow int64
	// State of the thread that sent the last beat, or of the main thread if another process
	// sent it.
	ThreadState int64
	// Processor that the thread runs on, or ran on last.
	ThreadCpu int64
	// Number of the system call that the thread sleeps in; of a 32-bit program in its own
	// table, also on a 64-bit kernel. Absent if it sleeps in none, and on some architectures.
	ThreadSyscall int64
	// Nanoseconds that the thread ran since its last beat. This and the six below are absent
	// if another process sent the beat.
	CpuTime uint64
	// Nanoseconds since its last beat that the thread was runnable and did not run.
	RunDelay uint64
	// Nanoseconds that the thread did not run up to now, at least, if it is not runnable.
	Asleep uint64
	// Times that the thread went to sleep since its last beat.
	VoluntarySwitches int64
	// Times that the thread was preempted since its last beat.
	InvoluntarySwitches int64
	// Page faults of the thread that needed I/O, since its last beat.
	MajorFaults int64
	// Threads of the process.
	Threads int64
	// Threads that run or are runnable.
	ThreadsRunnable int64
	// Threads in uninterruptible sleep.
	ThreadsUninterruptible int64
	// Threads that are stopped, traced or frozen.
	ThreadsStopped int64
	// The process has more than the 64 threads that were looked at.
	Partial bool
	// Process that traces the thread. Absent if it has no number in the reader's pid
	// namespace, and from events outside the initial network namespace.
	TracerPid int64
	// Stalls found in the same 100 ms up to this one. Many have one cause. Only in stall
	// events.
	StallsTogether int64
	// Signal that the agent asked for on a stall. Absent if it did not, as are the next two.
	StallSignal int64
	// Milliseconds from that signal to SIGKILL. Absent if never.
	KillAfterMs int64
	// The signals are sent also if the agent does not get the CPU.
	EvenIfStarved bool
	// Signal that was sent to the agent's process, or was withheld. Only in action events.
	Signal int64
	// Why the signal was withheld. Absent if it was sent. Only in action events.
	Withheld int64
	// Kernel stack of the thread that sent the last beat: a line for each frame, as symbol,
	// offset and size, the innermost first, and at most 32. It has no addresses. Only for a
	// stalled agent that was asked for by its pid, to a reader with CAP_SYS_ADMIN in the
	// initial user namespace, and if the kernel lets a module have it (Linux 6.12).
	KernelStack string
	// Name of a lane, as the agent has written it. In lane-stall and lane-recover events that
	// of the event, in answers that of the lane that has been overdue for longest; absent if
	// none is.
	Lane string
	// Threshold of the lane in milliseconds, as the agent has written it.
	LaneThresholdMs int64
	// Nanoseconds since the deadline of the lane passed. In lane-recover events until the
	// module saw that it had moved.
	LaneOverdue uint64
	// The thread that beat the lane last, as the agent has written it. Absent if the process
	// has no such thread, and like tid in another pid namespace.
	LaneTid int64
	// Name of that thread.
	LaneThreadName string
	// Lanes of the agent that are overdue. Absent if none is.
	LanesStalled int64
	// The agent stalled while its source was silent as a whole, and no event of its own
	// reported that. Not in events.
	SourceSilent bool
	// source-stall-ntf and source-recover-ntf: number of agents of the source.
	SourceAgents int64
}

func newAgentInfo() AgentInfo {
	return AgentInfo{
		Pid:                    -1,
		NsPid:                  -1,
		Origin:                 -1,
		Status:                 -1,
		Payload:                -1,
		Source:                 -1,
		ThresholdMs:            -1,
		ExitCode:               -1,
		ExitSignal:             -1,
		Uid:                    -1,
		Tid:                    -1,
		Stalls:                 -1,
		OldStatus:              -1,
		Cause:                  -1,
		EventKind:              -1,
		SenderOrigin:           -1,
		SenderPid:              -1,
		SenderUid:              -1,
		Suppressed:             -1,
		Changes:                -1,
		Reason:                 -1,
		ReasonNow:              -1,
		ThreadState:            -1,
		ThreadCpu:              -1,
		ThreadSyscall:          -1,
		VoluntarySwitches:      -1,
		InvoluntarySwitches:    -1,
		MajorFaults:            -1,
		Threads:                -1,
		ThreadsRunnable:        -1,
		ThreadsUninterruptible: -1,
		ThreadsStopped:         -1,
		TracerPid:              -1,
		StallsTogether:         -1,
		StallSignal:            -1,
		KillAfterMs:            -1,
		Signal:                 -1,
		Withheld:               -1,
		LaneThresholdMs:        -1,
		LaneTid:                -1,
		LanesStalled:           -1,
		SourceAgents:           -1,
	}
}

func (agent *AgentInfo) set(attribute uint16, value []byte) {
	switch attribute {
	case 2:
		agent.Pid = int64(u32Of(value))
	case 3:
		agent.NsPid = int64(u32Of(value))
	case 4:
		agent.NsInode = u64Of(value)
	case 5:
		agent.Origin = int64(u32Of(value))
	case 6:
		agent.Status = int64(u32Of(value))
	case 7:
		agent.Nonce = u64Of(value)
	case 8:
		agent.Payload = int64(u32Of(value))
	case 9:
		agent.LastBeat = u64Of(value)
	case 10:
		agent.Silence = u64Of(value)
	case 11:
		agent.Stalled = true
	case 12:
		agent.Source = int64(u32Of(value))
	case 13:
		agent.ThresholdMs = int64(u32Of(value))
	case 14:
		agent.Name = textOf(value)
	case 15:
		agent.ExitCode = int64(u32Of(value))
	case 16:
		agent.ExitSignal = int64(u32Of(value))
	case 17:
		agent.ExitTime = u64Of(value)
	case 18:
		agent.LastBeatRealtime = u64Of(value)
	case 19:
		agent.Uid = int64(u32Of(value))
	case 20:
		agent.CgroupId = u64Of(value)
	case 21:
		agent.StartTime = u64Of(value)
	case 22:
		agent.Tid = int64(u32Of(value))
	case 23:
		agent.ThreadName = textOf(value)
	case 24:
		agent.Beats = u64Of(value)
	case 25:
		agent.Stalls = int64(u32Of(value))
	case 26:
		agent.FirstBeat = u64Of(value)
	case 27:
		agent.LongestGap = u64Of(value)
	case 28:
		agent.StallTime = u64Of(value)
	case 29:
		agent.EventTime = u64Of(value)
	case 30:
		agent.OldStatus = int64(u32Of(value))
	case 31:
		agent.Cause = int64(u32Of(value))
	case 32:
		agent.CoreDumped = true
	case 33:
		agent.OomKilled = true
	case 34:
		agent.EventKind = int64(u32Of(value))
	case 35:
		agent.EventSeq = u64Of(value)
	case 36:
		agent.SenderOrigin = int64(u32Of(value))
	case 37:
		agent.SenderNsInode = u64Of(value)
	case 38:
		agent.SenderPid = int64(u32Of(value))
	case 39:
		agent.SenderUid = int64(u32Of(value))
	case 40:
		agent.Suppressed = int64(u32Of(value))
	case 41:
		agent.Changes = int64(u32Of(value))
	case 42:
		agent.Reason = int64(u32Of(value))
	case 43:
		agent.ReasonNow = int64(u32Of(value))
	case 44:
		agent.ThreadState = int64(u32Of(value))
	case 45:
		agent.ThreadCpu = int64(u32Of(value))
	case 46:
		agent.ThreadSyscall = int64(u32Of(value))
	case 47:
		agent.CpuTime = u64Of(value)
	case 48:
		agent.RunDelay = u64Of(value)
	case 49:
		agent.Asleep = u64Of(value)
	case 50:
		agent.VoluntarySwitches = int64(u32Of(value))
	case 51:
		agent.InvoluntarySwitches = int64(u32Of(value))
	case 52:
		agent.MajorFaults = int64(u32Of(value))
	case 53:
		agent.Threads = int64(u32Of(value))
	case 54:
		agent.ThreadsRunnable = int64(u32Of(value))
	case 55:
		agent.ThreadsUninterruptible = int64(u32Of(value))
	case 56:
		agent.ThreadsStopped = int64(u32Of(value))
	case 57:
		agent.Partial = true
	case 58:
		agent.TracerPid = int64(u32Of(value))
	case 59:
		agent.StallsTogether = int64(u32Of(value))
	case 60:
		agent.StallSignal = int64(u32Of(value))
	case 61:
		agent.KillAfterMs = int64(u32Of(value))
	case 62:
		agent.EvenIfStarved = true
	case 63:
		agent.Signal = int64(u32Of(value))
	case 64:
		agent.Withheld = int64(u32Of(value))
	case 65:
		agent.KernelStack = textOf(value)
	case 66:
		agent.Lane = textOf(value)
	case 67:
		agent.LaneThresholdMs = int64(u32Of(value))
	case 68:
		agent.LaneOverdue = u64Of(value)
	case 69:
		agent.LaneTid = int64(u32Of(value))
	case 70:
		agent.LaneThreadName = textOf(value)
	case 71:
		agent.LanesStalled = int64(u32Of(value))
	case 72:
		agent.SourceSilent = true
	case 73:
		agent.SourceAgents = int64(u32Of(value))
	}
}
