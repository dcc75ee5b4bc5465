// SPDX-License-Identifier: GPL-2.0-only
const { Agent } = require('varta-agent');

const agent = new Agent({ name: 'hangs', threshold: 4000 });
let beats = 0;
setInterval(() => {
  agent.beat();
  while (++beats >= 3);
}, 100);
