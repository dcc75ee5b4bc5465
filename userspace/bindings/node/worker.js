// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
// The worker of watchEventLoop().
'use strict';

const { workerData } = require('worker_threads');
const { Agent, Status } = require('./index.js');

const { options, interval, patience, lane, loop, state } = workerData;
const lastTurn = new BigInt64Array(state);
const agent = new Agent(lane ? { ...options, lanes: Math.max(1, options.lanes ?? 0) } : options);
let failure = '';

function sinceLastTurn() {
  return Number(process.hrtime.bigint() - Atomics.load(lastTurn, 0)) / 1e6;
}

function beatIfAlive() {
  const late = sinceLastTurn() - interval;
  const lag = Math.max(0, Math.round(late));
  if (lag > patience && lag > interval) return;
  try {
    agent.beat(lag > 0 ? Status.DEGRADED : Status.OK, lag);
    failure = '';
  } catch (error) {
    if (error.message !== failure) process.emitWarning(`beat failed: ${error.message}`);
    failure = error.message;
  }
}

if (lane) {
  const ofLoop = agent.lane(loop, lane);
  const watch = () => {
    const left = Math.floor(lane - sinceLastTurn());
    // Otherwise the lane has its deadline of the last turn.
    if (left > 0) ofLoop.beatOfMain(left);
  };
  watch();
  setInterval(watch, Math.max(1, lane / 4));
}
beatIfAlive();
setInterval(beatIfAlive, interval);
