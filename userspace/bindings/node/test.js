// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
// Tests that need no module. VARTA_VECTORS names vlp.json if this is not the source tree.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');
const varta = require('./index.js');
const { agentsIn, attribute, attributes, messages } = require('./messages.js');
const uapi = require('./uapi.js');

const vectors = JSON.parse(fs.readFileSync(process.env.VARTA_VECTORS ??
  path.join(__dirname, '../../../tests/vectors/vlp.json')));

function fieldsOf(vector) {
  const { timestamp, nonce, ...rest } = vector.fields;
  return { ...rest, timestamp: BigInt(timestamp), nonce: BigInt(nonce) };
}

test('checksums', () => {
  for (const { name, bytes, crc } of vectors.crc32c) {
    assert.strictEqual(varta.crc32c(Buffer.from(bytes, 'hex')), crc, name);
  }
});

test('frames are decoded', () => {
  assert(vectors.frames.length > 0);
  for (const vector of vectors.frames) {
    const decode = () => varta.decodeFrame(Buffer.from(vector.bytes, 'hex'));
    if (vector.error) {
      assert.throws(decode, { name: 'FrameError', reason: vector.error }, vector.name);
    } else {
      assert.deepStrictEqual(decode(), fieldsOf(vector), vector.name);
    }
  }
});

test('frames are encoded', () => {
  const encodable = vectors.frames.filter((vector) => vector.fields);
  assert(encodable.length > 0);
  for (const vector of encodable) {
    assert.strictEqual(varta.encodeFrame(fieldsOf(vector)).toString('hex'), vector.bytes, vector.name);
  }
});

test('malformed attributes end the list', () => {
  const good = Buffer.concat([attribute(2, Buffer.from('1234')), attribute(9, Buffer.from('abcde'))]);
  for (const bad of ['\0\0\x02\0', '\x03\0\x02\0', '\x09\0\x02\0abcd', '\x04', '']) {
    const list = [...attributes(Buffer.concat([good, Buffer.from(bad, 'latin1')]))];
    assert.deepStrictEqual(list.map(([type, value]) => [type, value.toString()]), [[2, '1234'], [9, 'abcde']]);
  }
});

test('malformed messages end the list', () => {
  const message = Buffer.alloc(20);
  message.writeUInt32LE(20);
  for (const length of [0, 15, 17, 4000000000]) {
    const bad = Buffer.alloc(16);
    bad.writeUInt32LE(length);
    assert.strictEqual([...messages(Buffer.concat([message, bad]))].length, 1);
  }
});

test('attributes of a newer kernel are ignored', () => {
  const data = attribute(uapi.A_AGENTS_AGENT, Buffer.concat([
    attribute(1000, Buffer.from('new!')), attribute(14, Buffer.from('worker\0')),
    attribute(11, Buffer.alloc(0))]));
  assert.deepStrictEqual([...agentsIn(data)], [{ name: 'worker', stalled: true }]);
});

test('options are checked', () => {
  for (const options of [{ name: 'a name of 16 byt' }, { name: 'a\0b' }, { threshold: -1 },
    { threshold: 1.5 }, { threshold: 2 ** 32 }, { lanes: -1 }, { lanes: 1024 }, { lanes: 1.5 }]) {
    assert.throws(() => new varta.Agent(options), RangeError);
  }
});

/** The module may be missing. */
function agentWithLanes(lanes) {
  return new varta.Agent({ name: 'lanes', lanes });
}

test('lanes are opened and closed', () => {
  assert.throws(() => new varta.Agent({ mapped: true }).lane('a', 10), RangeError);
  const agent = agentWithLanes(2);
  for (const [name, threshold] of [['a name of 16 byt', 10], ['a', 0], ['a', 1.5], ['a', 2 ** 32]]) {
    assert.throws(() => agent.lane(name, threshold), RangeError);
  }
  const lanes = [agent.lane('a', 10), agent.lane('b', 10)];
  assert.throws(() => agent.lane('more', 10), { code: 'ENOSPC' });
  lanes[0].close();
  const again = agent.lane('again', 10);
  lanes[0].close();
  assert.throws(() => agent.lane('more', 10), { code: 'ENOSPC' });
  for (const lane of [...lanes, again]) {
    lane.beat();
    lane.idle();
    lane.close();
  }
});

test('a scope ends with its work', async () => {
  const lane = agentWithLanes(1).lane('work', 10);
  const ends = [];
  lane.idle = () => ends.push('idle');
  assert.throws(() => lane.scope(0, () => {}), RangeError);
  assert.strictEqual(lane.scope(5, () => ends.push('sync')), 1);
  assert.throws(() => lane.scope(5, () => { throw new Error('work'); }), /work/);
  const later = lane.scope(5, async () => {
    await null;
    ends.push('async');
    return 7;
  });
  assert.deepStrictEqual(ends, ['sync', 'idle', 'idle']);
  assert.strictEqual(await later, 7);
  await assert.rejects(lane.scope(5, async () => { throw new Error('later'); }), /later/);
  assert.deepStrictEqual(ends, ['sync', 'idle', 'idle', 'async', 'idle', 'idle']);
});

test('the loop is watched until that ends', async () => {
  const agent = agentWithLanes(1);
  const end = agent.watchLoop({ threshold: 100 });
  assert.throws(() => agent.lane('more', 10), { code: 'ENOSPC' });
  end();
  agent.lane('more', 10).close();
  const warnings = [];
  const listener = (warning) => warnings.push(warning.message);
  process.on('warning', listener);
  const endWorker = varta.watchEventLoop({ lane: 50, lanes: 0 });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await endWorker();
  process.removeListener('warning', listener);
  assert.deepStrictEqual(warnings.filter((text) => text.startsWith('the worker ended')), []);
});

test('an error has the reason of the kernel', () => {
  const error = new varta.VartaError(-22, 'bad-pid: the pid must be at least 1');
  assert.strictEqual(error.reason, 'bad-pid');
  assert.strictEqual(error.code, 'EINVAL');
});
