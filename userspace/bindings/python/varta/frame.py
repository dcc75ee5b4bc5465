# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
"""The 32-byte frame of VLP v0.2."""

from __future__ import annotations

import dataclasses
import struct

from ._uapi import FRAME_LEN, TERMINAL_NONCE, Status

_LAYOUT = struct.Struct("<2sBBIQQI")
_CRC = struct.Struct("<I")
_VERSION = 2


def _make_table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return tuple(table)


_TABLE = _make_table()


def crc32c(data: bytes) -> int:
    """CRC-32C (Castagnoli).

    >>> hex(crc32c(b"123456789"))
    '0xe3069283'
    """
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


class FrameError(ValueError):
    """A frame that the kernel would refuse. ``reason`` is its word for it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclasses.dataclass(frozen=True)
class Frame:
    """The content of a frame.

    >>> frame = Frame(status=Status.OK, pid=2, nonce=1)
    >>> frame.encode().hex()
    '56410200020000000000000000000000010000000000000000000000e4116baa'
    >>> Frame.decode(frame.encode()) == frame
    True
    >>> Frame.decode(bytes(32))
    Traceback (most recent call last):
    varta.frame.FrameError: bad-magic
    """

    status: int = Status.OK
    pid: int = 0
    timestamp: int = 0
    nonce: int = 0
    payload: int = 0

    def encode(self) -> bytes:
        """The 32 bytes. struct.error if a field does not fit."""
        body = _LAYOUT.pack(b"VA", _VERSION, self.status, self.pid, self.timestamp,
                            self.nonce, self.payload)
        return body + _CRC.pack(crc32c(body))

    @classmethod
    def decode(cls, data: bytes) -> Frame:
        """The content of a frame; FrameError if it has an error."""
        if len(data) != FRAME_LEN:
            raise FrameError("bad-length")
        magic, version, status, pid, timestamp, nonce, payload = _LAYOUT.unpack_from(data)
        if magic != b"VA":
            raise FrameError("bad-magic")
        if version != _VERSION:
            raise FrameError("bad-version")
        if _CRC.unpack_from(data, _LAYOUT.size)[0] != crc32c(data[:_LAYOUT.size]):
            raise FrameError("bad-crc")
        if status > Status.STALL:
            raise FrameError("bad-status")
        if status == Status.STALL:
            raise FrameError("stall-on-wire")
        if pid < 2:
            raise FrameError("bad-pid")
        if timestamp == 2**64 - 1:
            raise FrameError("bad-timestamp")
        if nonce == TERMINAL_NONCE and status != Status.CRITICAL:
            raise FrameError("bad-nonce")
        return cls(Status(status), pid, timestamp, nonce, payload)
