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

async function main(name, threshold) {
  const options = { name, threshold: Number(threshold) };
  const agent = new varta.Agent(options);
  let alive = true;
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [command, ...words] = line.split(' ');
    const number = Number(words[words.length - 1]);
    switch (command) {
      case 'beat':
        console.log(result(() => agent.beat(varta.Status[words[0].toUpperCase()], number)));
        break;
      case 'terminal':
        console.log(result(() => agent.terminal(number)));
        break;
      case 'bye':
        console.log(result(() => agent.bye()));
        break;
      case 'child':
        spawn(process.execPath, [__filename, '--child', name, threshold, words[0]], { stdio: 'inherit' });
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
        varta.watchEventLoop({ ...options, patience: Number(words[0]) });
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

function child(name, threshold, payload) {
  const agent = new varta.Agent({ name, threshold: Number(threshold) });
  console.log('child', process.pid, result(() => agent.beat(varta.Status.OK, Number(payload))));
  setInterval(() => {}, 1e6);
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--events') listen();
else if (first === '--child') child(...rest);
else main(first, ...rest);
