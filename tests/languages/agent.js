// SPDX-License-Identifier: GPL-2.0-only
//
// The program of agents.case in JavaScript; README.md describes it.
'use strict';

const { spawn } = require('child_process');
const readline = require('readline');
const varta = require('varta-agent');

function result(call) {
  try {
    return call() ? 'taken' : 'absent';
  } catch (error) {
    return error.reason ? `refused ${error.reason}` : `failed ${error.message}`;
  }
}

async function listen() {
  const events = new varta.Events();
  console.log('listening');
  for await (const { kind, agent } of events) console.log(kind, agent?.name ?? '');
}

function optionsOf(name, threshold, lanes) {
  const mapped = lanes !== undefined;
  return { name, threshold: Number(threshold), mapped, lanes: Number(lanes ?? 0) };
}

const lanes = new Map();
const ends = new Map();

async function laneCommand(agent, command, name, time) {
  const lane = lanes.get(name);
  switch (command) {
    case 'lane':
      lanes.set(name, agent.lane(name, Number(time)));
      break;
    case 'lane-beat':
      lane.beat();
      break;
    case 'lane-close':
      lane.close();
      break;
    case 'scope': {
      const scope = {};
      scope.ended = lane.scope(Number(time), () => new Promise((end) => { scope.end = end; }));
      ends.set(name, scope);
      break;
    }
    case 'scope-end':
      ends.get(name).end();
      await ends.get(name).ended;
      break;
  }
  console.log(command, name);
}

async function main(...rest) {
  const options = optionsOf(...rest);
  const agent = new varta.Agent(options);
  let alive = true;
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [command, ...words] = line.split(' ');
    const number = Number(words[words.length - 1]);
    switch (command) {
      case 'beat':
        console.log(result(() => agent.beat(varta.Status[words[0].toUpperCase()], number)));
        break;
      case 'beats': {
        let answer;
        for (let i = 0; i < Number(words[0]); i++) {
          answer = result(() => agent.beat(varta.Status.OK, number));
        }
        console.log(answer);
        break;
      }
      case 'lane':
      case 'lane-beat':
      case 'lane-close':
      case 'scope':
      case 'scope-end':
        await laneCommand(agent, command, ...words);
        break;
      case 'loop':
        agent.watchLoop({ threshold: number });
        console.log(line);
        break;
      case 'terminal':
        console.log(result(() => agent.terminal(number)));
        break;
      case 'bye':
        console.log(result(() => agent.bye()));
        break;
      case 'child':
        spawn(process.execPath, [__filename, '--child', words[0], ...rest], { stdio: 'inherit' });
        break;
      case 'helper':
        agent.every({ alive: () => alive });
        console.log('running');
        break;
      case 'alive':
        alive = words[0] === 'yes';
        console.log(command, words[0]);
        break;
      case 'list':
        console.log(varta.agents().map((each) => each.name).sort().join(' '));
        break;
      case 'watch':
        varta.watchEventLoop({ ...options, patience: Number(words[0]), lane: Number(words[1] ?? 0) });
        console.log('watching');
        break;
      case 'hang':
        console.log('hanging');
        for (const end = Date.now() + Number(words[0]); Date.now() < end;);
        console.log('hung');
        break;
    }
  }
}

function child(payload, ...options) {
  const agent = new varta.Agent(optionsOf(...options));
  console.log('child', process.pid, result(() => agent.beat(varta.Status.OK, Number(payload))));
  setInterval(() => {}, 1e6);
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--events') listen();
else if (first === '--child') child(...rest);
else main(first, ...rest);
