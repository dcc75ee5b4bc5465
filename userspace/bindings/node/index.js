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
const ENOBUFS = -105;
const NLM_F_ACK = 0x4;
const NLM_F_DUMP = 0x300;
const CTRL = 16;
const CTRL_NEWFAMILY = 1;
const CTRL_DELFAMILY = 2;
const NAME_MAX = 15;

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

/**
 * This process as an agent. Without the module, a beat does nothing and returns false, unless the
 * agent is `required`. `threshold` is in milliseconds.
 */
class Agent {
  #handle;
  #required;

  constructor({ name, threshold = 0, required = false } = {}) {
    if (name !== undefined && (name.includes('\0') || Buffer.byteLength(name) > NAME_MAX)) {
      throw new RangeError(`the name '${name}' has a NUL or more than ${NAME_MAX} bytes`);
    }
    if (!Number.isInteger(threshold) || threshold < 0 || threshold >= 2 ** 32) {
      throw new RangeError(`the threshold ${threshold} is not a number of milliseconds`);
    }
    const [handle, error] = addon.open(name, threshold);
    this.#handle = handle;
    this.#required = required;
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
   * Send a beat: true if the kernel took it, false without the module. The payload is a number of
   * 32 bits for readers. An error may be ignored, as the next beat tries again.
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
 * a reader sees how late it is before the agent stalls. Returns a function that ends it.
 */
function watchEventLoop({ patience = 0, ...options } = {}) {
  const { interval } = new Agent(options);
  const state = new SharedArrayBuffer(8);
  const lastTurn = new BigInt64Array(state);
  const turn = () => Atomics.store(lastTurn, 0, process.hrtime.bigint());
  turn();
  const timer = setInterval(turn, Math.max(1, interval / 2));
  timer.unref();
  const worker = new Worker(path.join(__dirname, 'worker.js'), {
    workerData: { options, interval, patience, state },
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
  Agent, Events, VartaError, agent, agents, watchEventLoop, ...frame,
  Status: uapi.Status, Origin: uapi.Origin, GoodbyeCause: uapi.GoodbyeCause,
  StallReason: uapi.StallReason, ThreadState: uapi.ThreadState,
  FRAME_LEN: uapi.FRAME_LEN, TERMINAL_NONCE: uapi.TERMINAL_NONCE,
};
