// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause

export const Status: Readonly<{ OK: 0; DEGRADED: 1; CRITICAL: 2; STALL: 3 }>;
export const Origin: Readonly<Record<string, number>>;
export const GoodbyeCause: Readonly<Record<string, number>>;
export const StallReason: Readonly<Record<string, number>>;
export const ThreadState: Readonly<Record<string, number>>;
export const LANES_MAX: number;
export const FRAME_LEN: number;
export const TERMINAL_NONCE: bigint;

export interface Options {
  /** At most 15 bytes; by default the command name of the process. */
  name?: string;
  /** Milliseconds of silence after which the agent is stalled; by default the module's setting. */
  threshold?: number;
  /** Calls fail without the module. */
  required?: boolean;
  /** Most beats are stored in a page that the kernel reads, without a system call. */
  mapped?: boolean;
  /** How many lanes can be open at a time, up to LANES_MAX; implies `mapped`. */
  lanes?: number;
}

export class VartaError extends Error {
  readonly errno: number;
  readonly code: string;
  readonly reason: string;
}

/** A named watch within the process; see Agent.lane(). */
export class Lane {
  private constructor();
  beat(): void;
  idle(): void;
  /** `work` has to end within `limit` milliseconds, or the promise that it returns. */
  scope<Result>(limit: number, work: () => Result): Result;
  close(): void;
}

export class Agent {
  readonly interval: number;
  constructor(options?: Options);
  /** False without the module. What the kernel answers is noticed an interval later at most. */
  beat(status?: number, payload?: number): boolean;
  terminal(payload?: number): boolean;
  bye(): boolean;
  /** A lane that is overdue `threshold` milliseconds after its last beat. */
  lane(name: string, threshold: number): Lane;
  /** The event loop as a lane, by default 'event-loop' and 1000 ms. */
  watchLoop(options?: { name?: string; threshold?: number }): () => void;
  every(options?: { alive?: () => boolean; interval?: number; degraded?: number }): () => void;
}

export function watchEventLoop(options?: Options & { patience?: number; lane?: number }): () => Promise<void>;

/** What the kernel says about an agent, by the names of the netlink reference in camel case. */
export interface AgentInfo {
  pid?: number;
  nsPid?: number;
  name?: string;
  status?: number;
  payload?: number;
  stalled?: true;
  silence?: bigint;
  thresholdMs?: number;
  [attribute: string]: number | bigint | string | true | undefined;
}

export interface Event {
  kind: 'stall' | 'recover' | 'status' | 'exit' | 'goodbye' | 'conflict' | 'late' |
    'lane-stall' | 'lane-recover' | 'source-stall' | 'source-recover' | 'overrun' | 'unloaded' | 'loaded';
  agent?: AgentInfo;
}

export function agents(options?: { stalled?: boolean }): AgentInfo[];
export function agent(pid: number): AgentInfo;

export class Events implements AsyncIterableIterator<Event> {
  next(): Promise<IteratorResult<Event>>;
  return(): Promise<IteratorResult<Event>>;
  close(): void;
  [Symbol.asyncIterator](): this;
}

export interface Frame {
  status: number;
  pid: number;
  timestamp: bigint;
  nonce: bigint;
  payload: number;
}

export class FrameError extends Error {
  readonly reason: string;
}

export function crc32c(data: Uint8Array): number;
export function encodeFrame(frame: Partial<Frame>): Buffer;
export function decodeFrame(data: Uint8Array): Frame;
