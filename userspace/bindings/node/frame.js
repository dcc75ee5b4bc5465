// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
// The 32-byte frame of VLP v0.2.
'use strict';

const { FRAME_LEN, TERMINAL_NONCE, Status } = require('./uapi.js');

const VERSION = 2;
const CRC_AT = 28;
const LARGEST = 2n ** 64n - 1n;

const table = new Uint32Array(256).map((_, value) => {
  for (let bit = 0; bit < 8; bit++) {
    value = value >>> 1 ^ (value & 1 ? 0x82f63b78 : 0);
  }
  return value >>> 0;
});

/** CRC-32C (Castagnoli). */
function crc32c(data) {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc = crc >>> 8 ^ table[(crc ^ byte) & 0xff];
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** A frame that the kernel would refuse; `reason` is its word for it. */
class FrameError extends Error {
  constructor(reason) {
    super(reason);
    this.name = 'FrameError';
    this.reason = reason;
  }
}

/** The 32 bytes of { status, pid, timestamp, nonce, payload }; the two in the middle are BigInts. */
function encodeFrame({ status = 0, pid = 0, timestamp = 0n, nonce = 0n, payload = 0 }) {
  const data = Buffer.alloc(FRAME_LEN);
  data.write('VA', 0, 'latin1');
  data.writeUInt8(VERSION, 2);
  data.writeUInt8(status, 3);
  data.writeUInt32LE(pid, 4);
  data.writeBigUInt64LE(BigInt(timestamp), 8);
  data.writeBigUInt64LE(BigInt(nonce), 16);
  data.writeUInt32LE(payload, 24);
  data.writeUInt32LE(crc32c(data.subarray(0, CRC_AT)), CRC_AT);
  return data;
}

/** The content of a frame; throws a FrameError with its first error. */
function decodeFrame(data) {
  if (data.length !== FRAME_LEN) throw new FrameError('bad-length');
  const view = Buffer.from(data.buffer, data.byteOffset, data.length);
  if (view.toString('latin1', 0, 2) !== 'VA') throw new FrameError('bad-magic');
  if (view[2] !== VERSION) throw new FrameError('bad-version');
  if (view.readUInt32LE(CRC_AT) !== crc32c(view.subarray(0, CRC_AT))) throw new FrameError('bad-crc');
  const frame = {
    status: view[3],
    pid: view.readUInt32LE(4),
    timestamp: view.readBigUInt64LE(8),
    nonce: view.readBigUInt64LE(16),
    payload: view.readUInt32LE(24),
  };
  if (frame.status > Status.STALL) throw new FrameError('bad-status');
  if (frame.status === Status.STALL) throw new FrameError('stall-on-wire');
  if (frame.pid < 2) throw new FrameError('bad-pid');
  if (frame.timestamp === LARGEST) throw new FrameError('bad-timestamp');
  if (frame.nonce === TERMINAL_NONCE && frame.status !== Status.CRITICAL) {
    throw new FrameError('bad-nonce');
  }
  return frame;
}

module.exports = { FrameError, crc32c, decodeFrame, encodeFrame };
