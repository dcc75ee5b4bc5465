# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
"""Generic netlink with the standard library only."""

from __future__ import annotations

import errno
import os
import socket
import struct
import time
from collections.abc import Iterator

FAMILY = "varta"

_GENERIC = getattr(socket, "NETLINK_GENERIC", 16)
_SOL_NETLINK = 270
_ADD_MEMBERSHIP = 1
_BROADCAST_ERROR = 4
_CAP_ACK = 10
_EXT_ACK = 11

REQUEST = 0x1
ACK = 0x4
DUMP = 0x300
_DUMP_INTR = 0x10
_CAPPED = 0x100

NLMSG_ERROR = 2
NLMSG_DONE = 3
CTRL = 16
CTRL_NEWFAMILY = 1
CTRL_DELFAMILY = 2
_CTRL_GETFAMILY = 3
_CTRL_FAMILY_ID = 1
_CTRL_FAMILY_NAME = 2
_CTRL_MCAST_GROUPS = 7
_CTRL_GROUP_NAME = 1
_CTRL_GROUP_ID = 2
_TEXT = 1

_HEADER = struct.Struct("=IHHII")
_GENL = struct.Struct("=BBH")
_ATTRIBUTE = struct.Struct("=HH")
U32 = struct.Struct("=I")
U64 = struct.Struct("=Q")

# No datagram of the kernel is longer.
_DATAGRAM = 1 << 16
# Datagrams for one answer; the kernel sends fewer.
_DATAGRAMS_MAX = 1 << 20
# Every other kind of socket refuses the address or this flag, so that nothing is sent if the
# program has closed the descriptor and its number is another file's.
_SEND_FLAGS = socket.MSG_DONTWAIT | getattr(socket, "MSG_NOSIGNAL", 0) | 0x20000000

_RETRY_NS = 1_000_000_000


class NotLoaded(OSError):
    """The module is not loaded."""

    def __init__(self) -> None:
        super().__init__(errno.ENODEV, "the varta module is not loaded")


class Refused(OSError):
    """The kernel refused a request.

    ``reason`` is its word for it, as listed in Documentation/refusals.md, or "" if netlink
    itself refused.

    >>> error = Refused(errno.EINVAL, "bad-pid: the pid must be at least 1")
    >>> error.reason
    'bad-pid'
    """

    def __init__(self, number: int, text: str) -> None:
        super().__init__(number, text or os.strerror(number))
        word, colon, _ = text.partition(":")
        self.reason = word if colon and " " not in word else ""


def attribute(kind: int, value: bytes) -> bytes:
    """One attribute, padded."""
    return _ATTRIBUTE.pack(4 + len(value), kind) + value + bytes(-len(value) % 4)


def attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and value of each; a malformed rest is ignored."""
    at = 0
    while at + 4 <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        if length < 4 or at + length > len(data):
            return
        yield kind & 0x3FFF, data[at + 4:at + length]
        at += (length + 3) & ~3


def messages(datagram: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    """Type, flags, sequence number and content of each message."""
    at = 0
    while at + 16 <= len(datagram):
        length, kind, flags, sequence, _ = _HEADER.unpack_from(datagram, at)
        if length < 16 or at + length > len(datagram):
            return
        yield kind, flags, sequence, datagram[at + 16:at + length]
        at += (length + 3) & ~3


def request(kind: int, flags: int, sequence: int, command: int, content: bytes) -> bytes:
    length = 20 + len(content)
    return (_HEADER.pack(length, kind, flags, sequence, 0) + _GENL.pack(command, 1, 0) + content)


def _verdict(kind: int, flags: int, content: bytes) -> Refused | None:
    """The kernel's refusal in an error or at the end of a dump."""
    number = struct.unpack_from("=i", content)[0] if len(content) >= 4 else 0
    if number >= 0:
        return None
    at = 4
    if kind == NLMSG_ERROR:
        # An uncapped answer repeats the request.
        repeated = U32.unpack_from(content, 4)[0] if len(content) >= 8 else 16
        at = 20 if flags & _CAPPED or repeated < 16 else 4 + ((repeated + 3) & ~3)
    text = b""
    for each, value in attributes(content[at:]):
        if each == _TEXT:
            text = value.rstrip(b"\0")
    return Refused(-number, text.decode(errors="replace"))


def family_of(content: bytes) -> tuple[int, int] | None:
    """Id and group of varta's family, if a message of the controller is about it."""
    found = dict(attributes(content[4:]))
    if found.get(_CTRL_FAMILY_NAME, b"").rstrip(b"\0") != FAMILY.encode():
        return None
    group = 0
    for _, each in attributes(found.get(_CTRL_MCAST_GROUPS, b"")):
        values = dict(attributes(each))
        if values.get(_CTRL_GROUP_NAME) == b"events\0":
            group = U32.unpack(values[_CTRL_GROUP_ID])[0]
    number = found.get(_CTRL_FAMILY_ID, b"\0\0")
    return struct.unpack("=H", number)[0], group


class Connection:
    """A socket to the family, which it finds again after a reload and in a child.

    Not for two threads at a time.
    """

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._inode = 0
        self._pid = os.getpid()
        self._sequence = 0
        self._retry_at = 0
        self.family = 0
        self.group = 0

    def __del__(self) -> None:
        self.close()

    # ---- The socket

    def connect(self) -> socket.socket:
        if self._pid != os.getpid():
            # The parent uses this socket, and its answers would be mixed with ours.
            self.close()
            self._pid = os.getpid()
            self._retry_at = 0
        if self._socket is None:
            made = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _GENERIC)
            made.setblocking(False)
            made.setsockopt(_SOL_NETLINK, _EXT_ACK, 1)
            made.setsockopt(_SOL_NETLINK, _CAP_ACK, 1)
            self._socket = made
            self._inode = os.fstat(made.fileno()).st_ino
        return self._socket

    def close(self) -> None:
        """Close the socket, but not another file that got its number."""
        if self._socket is None:
            return
        try:
            is_ours = os.fstat(self._socket.fileno()).st_ino == self._inode
        except OSError:
            is_ours = False
        if is_ours:
            self._socket.close()
        else:
            self._socket.detach()
        self._socket = None

    def fileno(self) -> int:
        return self.connect().fileno()

    def _send(self, kind: int, flags: int, command: int, content: bytes) -> int:
        self._sequence = self._sequence + 1 & 0xFFFFFFFF
        data = request(kind, flags, self._sequence, command, content)
        try:
            self.connect().sendto(data, _SEND_FLAGS, (0, 0))
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM, errno.ECONNREFUSED):
                self.close()
            raise
        return self._sequence

    def receive(self) -> bytes | None:
        """A datagram of the kernel, or None if there is none."""
        while True:
            try:
                data, sender = self.connect().recvfrom(_DATAGRAM)
            except BlockingIOError:
                return None
            except OSError as error:
                if error.errno in (errno.EBADF, errno.ENOTSOCK):
                    self.close()
                raise
            if not isinstance(sender, tuple) or len(sender) != 2:
                self.close()
                raise OSError(errno.EBADF, "the socket was closed by the program")
            # Any process can send to any port.
            if sender[0] == 0:
                return data

    # ---- The family

    def _look_up(self, by_name: bool) -> None:
        """By name, the kernel loads a missing module; otherwise it only lists."""
        content = attribute(_CTRL_FAMILY_NAME, FAMILY.encode() + b"\0") if by_name else b""
        self.family = 0
        try:
            for content in self._answers(CTRL, ACK if by_name else DUMP, _CTRL_GETFAMILY, content):
                found = family_of(content)
                if found:
                    self.family, self.group = found
        except Refused as error:
            if error.errno != errno.ENOENT:
                raise

    def find(self, load: bool = False) -> None:
        """Look for the family, at most once a second; NotLoaded if there is none."""
        if self._pid != os.getpid():
            self.connect()
        if self.family:
            return
        now = time.monotonic_ns()
        if not load and now < self._retry_at:
            raise NotLoaded
        self._retry_at = now + _RETRY_NS
        self._look_up(load)
        if not self.family:
            raise NotLoaded

    # ---- Requests

    def _answers(self, kind: int, flags: int, command: int, content: bytes) -> Iterator[bytes]:
        """Send a request and yield its answers to the end. The kernel answers while it is sent,
        or when the one before was read, so nothing needs to be waited for."""
        sequence = self._send(kind, REQUEST | flags, command, content)
        refusal = None
        interrupted = False
        for _ in range(_DATAGRAMS_MAX):
            datagram = self.receive()
            if datagram is None:
                raise OSError(errno.EAGAIN, "the kernel did not answer")
            for each, each_flags, number, body in messages(datagram):
                if number != sequence:
                    continue
                interrupted = interrupted or bool(each_flags & _DUMP_INTR)
                if each in (NLMSG_ERROR, NLMSG_DONE):
                    refusal = _verdict(each, each_flags, body)
                    if refusal:
                        raise refusal
                    if interrupted:
                        raise OSError(errno.EINTR, "the tracker changed during the dump")
                    return
                if each >= CTRL:
                    yield body
        raise OSError(errno.EOVERFLOW, "the answer does not end")

    @staticmethod
    def _is_unloaded(refusal: Refused) -> bool:
        """Netlink itself answers so for an unknown family, without a text."""
        return refusal.errno in (errno.ENOENT, errno.EPROTONOSUPPORT) and (
            refusal.strerror == os.strerror(refusal.errno))

    def query(self, flags: int, command: int, content: bytes = b"") -> list[bytes]:
        """A request to the family and its answers."""
        for attempt in range(2):
            self.find()
            try:
                return list(self._answers(self.family, flags, command, content))
            except Refused as refusal:
                if not self._is_unloaded(refusal):
                    raise
            # The module may have been loaded again, under another id.
            self.family = 0
            if attempt == 0:
                self._retry_at = 0
        raise NotLoaded

    def tell(self, command: int, content: bytes) -> None:
        """A request that the kernel answers only if it refuses it."""
        for attempt in range(2):
            self.find()
            self._send(self.family, REQUEST, command, content)
            refusal = self._read_refusal()
            if refusal is None:
                return
            if not self._is_unloaded(refusal):
                raise refusal
            self.family = 0
            if attempt == 0:
                self._retry_at = 0
        raise NotLoaded

    def _read_refusal(self) -> Refused | None:
        refusal = None
        while True:
            try:
                datagram = self.receive()
            except OSError as error:
                if error.errno == errno.ENOBUFS:
                    continue
                raise
            if datagram is None:
                return refusal
            for kind, flags, _, content in messages(datagram):
                if kind == NLMSG_ERROR:
                    refusal = _verdict(kind, flags, content) or refusal

    # ---- Multicast

    def bind(self, buffer: int) -> None:
        made = self.connect()
        made.bind((0, 0))
        for option in (getattr(socket, "SO_RCVBUFFORCE", 33), socket.SO_RCVBUF):
            try:
                made.setsockopt(socket.SOL_SOCKET, option, buffer)
                break
            except PermissionError:
                pass
        # Before Linux 6.8, only the lost events of these sockets are counted.
        made.setsockopt(_SOL_NETLINK, _BROADCAST_ERROR, 1)

    def join(self, group: int) -> None:
        self.connect().setsockopt(_SOL_NETLINK, _ADD_MEMBERSHIP, group)
