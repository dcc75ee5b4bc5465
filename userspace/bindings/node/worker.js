// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
// The worker of watchEventLoop().
'use strict';

const { workerData } = require('worker_threads');
const { Agent, Status } = require('./index.js');

const { options, interval, patience, state } = workerData;
const lastTurn = new BigInt64Array(state);
const agent = new Agent(options);
let failure = '';

function beatIfAlive() {
  const late = Number(process.hrtime.bigint() - Atomics.load(lastTurn, 0)) / 1e6 - interval;
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

beatIfAlive();
setInterval(beatIfAlive, interval);
