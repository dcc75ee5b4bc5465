// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
// Reads netlink messages.
'use strict';

const os = require('os');
const { AGENT, A_AGENTS_AGENT } = require('./uapi.js');

const CTRL_FAMILY_ID = 1;
const CTRL_FAMILY_NAME = 2;
const CTRL_MCAST_GROUPS = 7;
const CTRL_GROUP_NAME = 1;
const CTRL_GROUP_ID = 2;

const suffix = os.endianness();
const u16 = (data, at) => data[`readUInt16${suffix}`](at);
const u32 = (data, at) => data[`readUInt32${suffix}`](at);
const u64 = (data, at) => data[`readBigUInt64${suffix}`](at);

const align = (length) => (length + 3) & ~3;

function text(value) {
  const end = value.indexOf(0);
  return value.toString('utf8', 0, end < 0 ? value.length : end);
}

/** [type, value] of each attribute; a malformed rest is ignored. */
function* attributes(data) {
  for (let at = 0; at + 4 <= data.length;) {
    const length = u16(data, at);
    if (length < 4 || at + length > data.length) return;
    yield [u16(data, at + 2) & 0x3fff, data.subarray(at + 4, at + length)];
    at += align(length);
  }
}

/** The messages of a datagram; a malformed rest is ignored. */
function* messages(datagram) {
  for (let at = 0; at + 16 <= datagram.length;) {
    const length = u32(datagram, at);
    if (length < 16 || at + length > datagram.length) return;
    if (length >= 20) {
      yield {
        type: u16(datagram, at + 4),
        command: datagram[at + 16],
        attributes: datagram.subarray(at + 20, at + length),
      };
    }
    at += align(length);
  }
}

/** An attribute, padded. */
function attribute(type, value) {
  const data = Buffer.alloc(4 + align(value.length));
  data[`writeUInt16${suffix}`](4 + value.length, 0);
  data[`writeUInt16${suffix}`](type, 2);
  value.copy(data, 4);
  return data;
}

function u32Attribute(type, value) {
  const data = Buffer.alloc(4);
  data[`writeUInt32${suffix}`](value);
  return attribute(type, data);
}

const decode = {
  u32: (value) => (value.length >= 4 ? u32(value, 0) : undefined),
  u64: (value) => (value.length >= 8 ? u64(value, 0) : undefined),
  string: text,
  flag: () => true,
};

function* agentsIn(data) {
  for (const [type, value] of attributes(data)) {
    if (type !== A_AGENTS_AGENT) continue;
    const agent = {};
    for (const [number, field] of attributes(value)) {
      const [name, kind] = AGENT[number] ?? [];
      if (name) agent[name] = decode[kind](field);
    }
    yield agent;
  }
}

/** Id and group of the family; undefined if a message of the controller is not about it. */
function familyOf(data) {
  const family = { id: 0, group: 0 };
  let isOurs = false;
  for (const [type, value] of attributes(data)) {
    if (type === CTRL_FAMILY_NAME) isOurs = text(value) === 'varta';
    else if (type === CTRL_FAMILY_ID) family.id = u16(value, 0);
    else if (type === CTRL_MCAST_GROUPS) {
      for (const [, group] of attributes(value)) {
        const fields = new Map(attributes(group));
        if (text(fields.get(CTRL_GROUP_NAME) ?? Buffer.alloc(0)) === 'events') {
          family.group = u32(fields.get(CTRL_GROUP_ID), 0);
        }
      }
    }
  }
  return isOurs ? family : undefined;
}

module.exports = { agentsIn, attribute, attributes, familyOf, messages, u32Attribute };
