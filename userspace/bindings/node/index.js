// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
'use strict';

const fs = require('fs');
const path = require('path');
const util = require('util');
const { Worker } = require('worker_threads');
const frame = require('./frame.js');
const uapi = require('./uapi.js');
const { agentsIn, attribute, familyOf, messages, u32Attribute } = require('./messages.js');

// Of node-gyp, or beside this file.
const built = path.join(__dirname, 'build/Release/varta.node');
const addon = require(fs.existsSync(built) ? built : './varta.node');

const ENOENT = -2;
const EINTR = -4;
const ENODEV = -19;
const EOPNOTSUPP = -95;
const ENOBUFS = -105;
const NLM_F_ACK = 0x4;
const NLM_F_DUMP = 0x300;
const CTRL = 16;
const CTRL_NEWFAMILY = 1;
const CTRL_DELFAMILY = 2;
const NAME_MAX = 15;
const LOOP = 'event-loop';

/**
 * A call that failed. `code` is that of the errno; ENODEV: the module is not loaded. `reason` is
 * the kernel's word for why it refused, as 'bad-threshold', or ''.
 */
class VartaError extends Error {
  constructor(errno, text) {
    const code = util.getSystemErrorName(errno);
    super(text || (errno === ENODEV ? 'the varta module is not loaded' : code));
    this.name = 'VartaError';
    this.errno = errno;
    this.code = code;
    this.reason = /^([a-z-]+):/.exec(text ?? '')?.[1] ?? '';
  }
}

function checkName(name) {
  if (name.includes('\0') || Buffer.byteLength(name) > NAME_MAX) {
    throw new RangeError(`the name '${name}' has a NUL or more than ${NAME_MAX} bytes`);
  }
}

function checkTime(what, milliseconds, min) {
  if (!Number.isInteger(milliseconds) || milliseconds < min || milliseconds >= 2 ** 32) {
    throw new RangeError(`the ${what} ${milliseconds} is not a number of milliseconds`);
  }
}

/**
 * A named watch within the process, with a threshold of its own: see Agent.lane(). It is idle
 * before its first beat. After close(), its methods do nothing.
 */
class Lane {
  #handle;
  // The addon's client, to which the handle points, must stay.
  #client;

  constructor(handle, client) {
    this.#handle = handle;
    this.#client = client;
  }

  /** Beat: the lane is watched from here on. */
  beat() {
    if (this.#handle) addon.beatLane(this.#handle);
  }

  /** Not watch the lane until its next beat or scope. */
  idle() {
    if (this.#handle) addon.endScope(this.#handle);
  }

  /**
   * Call `work`, which has to end within `limit` milliseconds; if it returns a promise, that has
   * to be settled. The lane is idle afterwards. If the limit is less than the threshold, the lane
   * may be found late by the difference. Returns what `work` returns.
   */
  scope(limit, work) {
    checkTime('limit', limit, 1);
    if (this.#handle) addon.beginScope(this.#handle, limit);
    let result;
    try {
      result = work();
    } finally {
      if (typeof result?.finally !== 'function') this.idle();
    }
    return typeof result?.finally === 'function' ? result.finally(() => this.idle()) : result;
  }

  /** For a worker: the main thread has to give a sign of life within `limit` milliseconds. */
  beatOfMain(limit) {
    if (this.#handle) addon.beatOfMain(this.#handle, limit);
  }

  /** One that is overdue recovers. */
  close() {
    if (this.#handle) addon.closeLane(this.#handle);
    this.#handle = undefined;
    this.#client = undefined;
  }
}

/**
 * This process as an agent. Without the module, a beat does nothing and returns false, unless the
 * agent is `required`. `threshold` is in milliseconds.
 *
 * With `mapped`, most beats are stored in a page that the kernel reads when the silence reaches the
 * threshold, without a system call. One agent of a process at a time can have the page. `lanes` is
 * how many lanes can be open at a time, and implies `mapped`.
 */
class Agent {
  #handle;
  #required;
  #lanes;

  constructor({ name, threshold = 0, required = false, mapped = false, lanes = 0 } = {}) {
    if (name !== undefined) checkName(name);
    checkTime('threshold', threshold, 0);
    if (!Number.isInteger(lanes) || lanes < 0 || lanes > uapi.LANES_MAX) {
      throw new RangeError(`lanes: ${lanes} is out of range (0..${uapi.LANES_MAX})`);
    }
    const [handle, error] = addon.open(name, threshold, Number(mapped), lanes);
    this.#handle = handle;
    this.#required = required;
    this.#lanes = lanes;
    /** Milliseconds between beats of the helpers: a third of the threshold, or 1000. */
    this.interval = threshold ? Math.max(1, Math.floor(threshold / 3)) : 1000;
    if (error && (required || error !== ENODEV)) throw new VartaError(error);
  }

  #result(error) {
    if (!error) return true;
    const text = addon.refusal(this.#handle);
    if (error === ENODEV && text === null && !this.#required) return false;
    throw new VartaError(error, text);
  }

  /**
   * Send a beat, or store it in the page: true if the kernel has refused neither it nor one before
   * it, as far as was read; false without the module. The kernel's answers are read by the first
   * beat an interval after the last reading, and by each beat after a refusal. So a module that was
   * loaded anew has the agent, with its name and threshold, within one threshold. The payload is a
   * number of 32 bits for readers. An error may be ignored, as the next beat tries again.
   */
  beat(status = uapi.Status.OK, payload = 0) {
    return this.#result(addon.beat(this.#handle, status, payload));
  }

  /** Send the last beat of a process that fails: its status is critical. */
  terminal(payload = 0) {
    return this.#result(addon.terminal(this.#handle, payload));
  }

  /** End tracking. Fails with the reason unknown-agent if the process was not tracked. */
  bye() {
    return this.#result(addon.bye(this.#handle));
  }

  /**
   * Open a lane: a named watch within the process, for a kind of work. The name has at most 15
   * bytes; the lane is overdue when its last beat is `threshold` milliseconds ago, 10 at least. The
   * kernel sees the lane from the next beat of the agent on. Fails with the code ENOSPC if all
   * lanes are open.
   */
  lane(name, threshold) {
    checkName(name);
    checkTime('threshold', threshold, 1);
    if (!this.#lanes) throw new RangeError('the agent was made without lanes');
    const handle = addon.openLane(this.#handle, name, threshold);
    // Where the kernel has no page for this process, nothing sees the lane.
    if (handle === EOPNOTSUPP) return new Lane();
    if (typeof handle === 'number') throw new VartaError(handle);
    return new Lane(handle, this.#handle);
  }

  /**
   * Beat in a lane from this event loop. If the loop is blocked for `threshold` milliseconds, the
   * lane is overdue, long before the agent stalls. Returns a function that ends it. The timer does
   * not keep the process.
   */
  watchLoop({ name = LOOP, threshold = 1000 } = {}) {
    const lane = this.lane(name, threshold);
    lane.beat();
    const timer = setInterval(() => lane.beat(), Math.max(1, threshold / 4));
    timer.unref();
    return () => {
      clearInterval(timer);
      lane.close();
    };
  }

  /**
   * Beat from this event loop while `alive` returns true, so that the agent stalls if the loop
   * hangs. The payload is the lag of the loop in milliseconds, the status degraded if that is
   * more than `degraded`. Returns a function that ends it. The timer does not keep the process.
   */
  every({ alive = () => true, interval = this.interval, degraded = interval } = {}) {
    let due = performance.now();
    let failure = '';
    const tick = () => {
      const lag = Math.max(0, Math.round(performance.now() - due));
      due = performance.now() + interval;
      if (!alive()) return;
      try {
        this.beat(lag > degraded ? uapi.Status.DEGRADED : uapi.Status.OK, lag);
        failure = '';
      } catch (error) {
        if (error.message !== failure) process.emitWarning(`beat failed: ${error.message}`);
        failure = error.message;
      }
    };
    tick();
    const timer = setInterval(tick, interval);
    timer.unref();
    return () => clearInterval(timer);
  }
}

/**
 * Watch this event loop from a worker thread. It beats while the loop runs, and while it is late
 * by at most `patience` milliseconds: then with the status degraded and the lag as payload, so that
 * a reader sees how late it is before the agent stalls. With `lane`, the loop is a lane of the
 * agent, 'event-loop', which is overdue when it was blocked for so many milliseconds. Returns a
 * function that ends it.
 */
function watchEventLoop({ patience = 0, lane = 0, ...options } = {}) {
  checkTime('lane', lane, 0);
  const { interval } = new Agent(options);
  const state = new SharedArrayBuffer(8);
  const lastTurn = new BigInt64Array(state);
  const turn = () => Atomics.store(lastTurn, 0, process.hrtime.bigint());
  turn();
  const timer = setInterval(turn, Math.max(1, Math.min(interval / 2, (lane || Infinity) / 4)));
  timer.unref();
  const worker = new Worker(path.join(__dirname, 'worker.js'), {
    workerData: { options, interval, patience, lane, loop: LOOP, state },
  });
  worker.unref();
  worker.on('error', (error) => process.emitWarning(`the worker ended: ${error.message}`));
  return async () => {
    clearInterval(timer);
    await worker.terminate();
  };
}

function findFamily() {
  const answer = addon.family();
  if (answer[0] === ENOENT) return undefined;
  if (answer[0] < 0) throw new VartaError(...answer);
  for (const message of messages(answer[0])) return familyOf(message.attributes);
  return undefined;
}

function query(flags, ...content) {
  for (let attempt = 0; attempt < 10; attempt++) {
    const answer = addon.query(uapi.CMD_AGENT_GET, flags, Buffer.concat(content));
    if (!(answer[0] < 0)) {
      return answer.flatMap((datagram) => [...messages(datagram)]
        .flatMap((message) => [...agentsIn(message.attributes)]));
    }
    // Otherwise the tracker changed during the dump.
    if (answer[0] !== EINTR) throw new VartaError(...answer);
  }
  throw new VartaError(EINTR);
}

/** The agents that this process may see, or only those that are stalled. */
function agents({ stalled = false } = {}) {
  return query(NLM_F_DUMP, ...(stalled ? [attribute(uapi.A_AGENTS_STALLED, Buffer.alloc(0))] : []));
}

/** One agent; fails with the reason unknown-agent if there is none. */
function agent(pid) {
  return query(NLM_F_ACK, u32Attribute(uapi.A_AGENTS_PID, pid))[0];
}

/**
 * A subscription, which needs CAP_NET_ADMIN: for await (const { kind, agent } of new Events()).
 * Kinds are those of the kernel, as 'stall' and 'recover', and three without an agent: 'overrun'
 * (events were lost: agents() tells what is stalled now), 'unloaded' and 'loaded' (the module
 * was loaded again; its tracker is empty).
 */
class Events {
  #handle;
  #family;
  #pending = [];
  #waiting = [];
  #failure;

  constructor() {
    const handle = addon.listen((error, datagram) => this.#receive(error, datagram));
    if (typeof handle === 'number') throw new VartaError(handle);
    this.#handle = handle;
    try {
      this.#family = findFamily();
      if (!this.#family) throw new VartaError(ENODEV);
      this.#join();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #join() {
    const error = addon.join(this.#handle, this.#family.group);
    if (error) throw new VartaError(error);
  }

  #push(event) {
    const next = this.#waiting.shift();
    if (next) next.resolve({ value: event, done: false });
    else this.#pending.push(event);
  }

  #setFamily(family) {
    if (this.#family?.id === family?.id) return;
    if (this.#family) this.#push({ kind: 'unloaded' });
    this.#family = family;
    if (family) {
      this.#join();
      this.#push({ kind: 'loaded' });
    }
  }

  #receive(error, datagram) {
    try {
      if (error === ENOBUFS) {
        // What was lost may have been a reload.
        this.#setFamily(findFamily());
        this.#push({ kind: 'overrun' });
      } else if (error) {
        throw new VartaError(error);
      }
      for (const message of messages(datagram)) this.#read(message);
    } catch (failure) {
      this.#failure = failure;
      this.close();
    }
  }

  #read({ type, command, attributes }) {
    if (type === CTRL) {
      const family = familyOf(attributes);
      if (!family) return;
      if (command === CTRL_NEWFAMILY) this.#setFamily(family);
      else if (command === CTRL_DELFAMILY && family.id === this.#family?.id) this.#setFamily();
    } else if (type !== this.#family?.id) {
      return;
    } else if (command === uapi.CMD_LOSS_NTF) {
      this.#push({ kind: 'overrun' });
    } else if (uapi.EVENTS[command]) {
      for (const each of agentsIn(attributes)) {
        this.#push({ kind: uapi.EVENTS[command], agent: each });
      }
    }
  }

  next() {
    if (this.#pending.length) {
      return Promise.resolve({ value: this.#pending.shift(), done: false });
    }
    if (this.#failure) return Promise.reject(this.#failure);
    if (!this.#handle) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** End the subscription, and a loop that waits for it. */
  close() {
    if (this.#handle) addon.closeListener(this.#handle);
    this.#handle = undefined;
    for (const { resolve, reject } of this.#waiting.splice(0)) {
      if (this.#failure) reject(this.#failure);
      else resolve({ value: undefined, done: true });
    }
  }

  return() {
    this.close();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

module.exports = {
  Agent, Events, Lane, VartaError, agent, agents, watchEventLoop, ...frame,
  Status: uapi.Status, Origin: uapi.Origin, GoodbyeCause: uapi.GoodbyeCause,
  StallReason: uapi.StallReason, ThreadState: uapi.ThreadState,
  LANES_MAX: uapi.LANES_MAX, FRAME_LEN: uapi.FRAME_LEN, TERMINAL_NONCE: uapi.TERMINAL_NONCE,
};
