// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
// Do not edit, auto-generated from Documentation/netlink/specs/varta.yaml by tests/regen-bindings.
'use strict';

exports.Status = Object.freeze({
  OK: 0,
  DEGRADED: 1,
  CRITICAL: 2,
  STALL: 3,
});

exports.EventKind = Object.freeze({
  STALL: 0,
  RECOVER: 1,
  STATUS: 2,
  EXIT: 3,
  GOODBYE: 4,
  CONFLICT: 5,
  CONFIG: 6,
  LOSS: 7,
  ACTION: 8,
  LATE: 9,
  LANE_STALL: 10,
  LANE_RECOVER: 11,
  SOURCE_STALL: 12,
  SOURCE_RECOVER: 13,
});

exports.Origin = Object.freeze({
  KERNEL_ATTESTED: 0,
  NETWORK_UNVERIFIED: 1,
  OPERATOR_ATTESTED: 2,
});

exports.GoodbyeCause = Object.freeze({
  BYE: 0,
  EVICTED: 1,
  PID_RECYCLED: 2,
  EXITED: 3,
});

exports.StallReason = Object.freeze({
  UNKNOWN: 0,
  RUNNING: 1,
  WAITING: 2,
  UNINTERRUPTIBLE: 3,
  ACTIVE: 4,
  STARVED: 5,
  STOPPED: 6,
  TRACED: 7,
  FROZEN: 8,
  DUMPING: 9,
  EXITING: 10,
  THREAD_GONE: 11,
  GONE: 12,
});

exports.ThreadState = Object.freeze({
  RUNNABLE: 0,
  SLEEPING: 1,
  UNINTERRUPTIBLE: 2,
  STOPPED: 3,
  TRACED: 4,
  FROZEN: 5,
  ENDED: 6,
});

exports.Withheld = Object.freeze({
  NONE: 0,
  FROZEN: 1,
  STOPPED: 2,
  TRACED: 3,
  DUMPING: 4,
  EXITING: 5,
  STARVED: 6,
  LIMIT: 7,
  DISABLED: 8,
  CHANGED: 9,
});

exports.TERMINAL_NONCE = 18446744073709551615n;
exports.FRAME_LEN = 32;
exports.LANES_MAX = 1023;

// Commands of events.
exports.EVENTS = Object.freeze({
  6: 'stall',
  11: 'recover',
  12: 'status',
  7: 'exit',
  13: 'goodbye',
  14: 'conflict',
  19: 'action',
  21: 'late',
  22: 'lane-stall',
  23: 'lane-recover',
  24: 'source-stall',
  25: 'source-recover',
});

exports.CMD_AGENT_GET = 2;
exports.CMD_LOSS_NTF = 18;
exports.A_AGENTS_PID = 1;
exports.A_AGENTS_AGENT = 2;
exports.A_AGENTS_STALLED = 4;

// Name and type of each attribute of an agent.
exports.AGENT = Object.freeze({
  2: ['pid', 'u32'],
  3: ['nsPid', 'u32'],
  4: ['nsInode', 'u64'],
  5: ['origin', 'u32'],
  6: ['status', 'u32'],
  7: ['nonce', 'u64'],
  8: ['payload', 'u32'],
  9: ['lastBeat', 'u64'],
  10: ['silence', 'u64'],
  11: ['stalled', 'flag'],
  12: ['source', 'u32'],
  13: ['thresholdMs', 'u32'],
  14: ['name', 'string'],
  15: ['exitCode', 'u32'],
  16: ['exitSignal', 'u32'],
  17: ['exitTime', 'u64'],
  18: ['lastBeatRealtime', 'u64'],
  19: ['uid', 'u32'],
  20: ['cgroupId', 'u64'],
  21: ['startTime', 'u64'],
  22: ['tid', 'u32'],
  23: ['threadName', 'string'],
  24: ['beats', 'u64'],
  25: ['stalls', 'u32'],
  26: ['firstBeat', 'u64'],
  27: ['longestGap', 'u64'],
  28: ['stallTime', 'u64'],
  29: ['eventTime', 'u64'],
  30: ['oldStatus', 'u32'],
  31: ['cause', 'u32'],
  32: ['coreDumped', 'flag'],
  33: ['oomKilled', 'flag'],
  34: ['eventKind', 'u32'],
  35: ['eventSeq', 'u64'],
  36: ['senderOrigin', 'u32'],
  37: ['senderNsInode', 'u64'],
  38: ['senderPid', 'u32'],
  39: ['senderUid', 'u32'],
  40: ['suppressed', 'u32'],
  41: ['changes', 'u32'],
  42: ['reason', 'u32'],
  43: ['reasonNow', 'u32'],
  44: ['threadState', 'u32'],
  45: ['threadCpu', 'u32'],
  46: ['threadSyscall', 'u32'],
  47: ['cpuTime', 'u64'],
  48: ['runDelay', 'u64'],
  49: ['asleep', 'u64'],
  50: ['voluntarySwitches', 'u32'],
  51: ['involuntarySwitches', 'u32'],
  52: ['majorFaults', 'u32'],
  53: ['threads', 'u32'],
  54: ['threadsRunnable', 'u32'],
  55: ['threadsUninterruptible', 'u32'],
  56: ['threadsStopped', 'u32'],
  57: ['partial', 'flag'],
  58: ['tracerPid', 'u32'],
  59: ['stallsTogether', 'u32'],
  60: ['stallSignal', 'u32'],
  61: ['killAfterMs', 'u32'],
  62: ['evenIfStarved', 'flag'],
  63: ['signal', 'u32'],
  64: ['withheld', 'u32'],
  65: ['kernelStack', 'string'],
  66: ['lane', 'string'],
  67: ['laneThresholdMs', 'u32'],
  68: ['laneOverdue', 'u64'],
  69: ['laneTid', 'u32'],
  70: ['laneThreadName', 'string'],
  71: ['lanesStalled', 'u32'],
  72: ['sourceSilent', 'flag'],
  73: ['sourceAgents', 'u32'],
});
