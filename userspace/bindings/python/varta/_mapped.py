# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
"""Beats and lanes without a system call, by the rules of varta-client.h."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Union

from ._netlink import U32, U64, Connection, attribute
from ._uapi import (
    A_BEAT_LANE,
    A_LANE_DEADLINE,
    A_LANE_NAME,
    A_LANE_NUMBER,
    A_LANE_ONLY_NEW,
    A_LANE_THRESHOLD_MS,
    A_LANE_TID,
    CMD_BEAT,
    NAME_SIZE,
)

if TYPE_CHECKING:
    from ._page import Entry, Page

    # A lane, here or in a page.
    AnyEntry = Union["_Entry", Entry]

#: A deadline that never comes: the lane is idle. 0 is for a lane without one.
_NEVER = 2**64 - 1
#: Intervals after which a beat is sent, for an agent that the tracker lost.
_SEND_INTERVALS = 10
_NESTED = 1 << 15
_U32 = 2**32 - 1


def milliseconds(seconds: float, what: str) -> int:
    found = round(seconds * 1000)
    if not 0 < found <= _U32:
        raise ValueError(f"the {what} of {seconds} s is out of range")
    return found


def name_bytes(name: str) -> bytes:
    encoded = name.encode()
    if len(encoded) >= NAME_SIZE:
        raise ValueError(f"the name {name!r} is {len(encoded)} bytes long, "
                         f"more than {NAME_SIZE - 1}")
    return encoded


class _Entry:
    """A lane. Those in a page have the same members."""

    deadline: int | None = 0
    threshold_ms: int = 0
    tid: int = 0
    name: bytes = b""


def _copy_lane(to: AnyEntry, lane: AnyEntry) -> None:
    to.name = lane.name
    to.tid = lane.tid
    to.deadline = lane.deadline
    # The kernel looks at the lane from here on.
    to.threshold_ms = lane.threshold_ms


def _lane_attribute(number: int, lane: _Entry, only_new: bool) -> bytes:
    content = (attribute(A_LANE_NAME, lane.name + b"\0") +
               attribute(A_LANE_NUMBER, U32.pack(number)) +
               attribute(A_LANE_THRESHOLD_MS, U32.pack(lane.threshold_ms)) +
               attribute(A_LANE_DEADLINE, U64.pack(lane.deadline or 0)) +
               attribute(A_LANE_TID, U32.pack(lane.tid)))
    if only_new:
        content += attribute(A_LANE_ONLY_NEW, b"")
    return attribute(A_BEAT_LANE | _NESTED, content)


class _Thread(threading.local):
    def __init__(self) -> None:
        self.tid = threading.get_native_id()


class Unmapped:
    """Lanes of this process, which has no page. A child needs others.

    The agent's lock protects all but the lanes, which other threads use: these have a lock of
    their own. While lanes are sent, another one keeps them in order.
    """

    def __init__(self, lanes: int, interval: float) -> None:
        self._pid = os.getpid()
        self._tend_interval = int(interval * 1e9)
        self._tend_at = 0
        self._sends = False
        self._send_lock = threading.Lock()
        self._connection = Connection()
        self.lanes = lanes
        self._lanes_lock = threading.Lock()
        self._entries = self._own_entries()
        self._owners: list[object | None] = [None] * lanes
        #: Lanes that nothing refers to any more. Their destructor may run in any function here.
        self._dropped: deque[tuple[object, int]] = deque()
        self._thread = _Thread()

    def _own_entries(self) -> list[AnyEntry]:
        return [_Entry() for _ in range(self.lanes)]

    def is_ours(self) -> bool:
        """Whether this is not a child: there, nothing must be touched."""
        return self._pid == os.getpid()

    # ---- Beats

    def _close_dropped(self) -> None:
        while self._dropped:
            self.close_lane(*self._dropped.popleft())

    def store(self, _now: int, _status: int, _payload: int) -> bool:
        """Beat in the page. False if the beat has to be sent."""
        self._close_dropped()
        return False

    def begin(self) -> int:
        """Before a beat or another request is sent: its nonce must be greater than this."""
        return 0

    def sent(self, now: int, _status: int, _payload: int, _nonce: int,
             _ask: Callable[[], int]) -> bool:
        """After a beat that was sent and accepted. ``ask`` asks the kernel for a page, and returns
        its address or 0. True: another beat has the kernel look at the lanes in a new page."""
        self._tend(now)
        return False

    def close(self) -> None:
        """Give up the page; its lanes are idle. Nothing happens in a child."""
        if not self.is_ours():
            return
        with self._lanes_lock:
            for entry in self._entries:
                entry.deadline = _NEVER
        if self._sends:
            self._send(range(self.lanes))
            self._sends = False
        self._connection.close()

    # ---- Lanes

    def _tend(self, now: int) -> None:
        """Once in an interval, send what the kernel may have lost. From the first time on, beats
        of lanes are sent."""
        if not self.lanes or now < self._tend_at:
            return
        self._tend_at = now + self._tend_interval
        self._sends = True
        self._send(range(self.lanes), only_new=True)

    def _send(self, numbers: range, only_new: bool = False) -> None:
        """Send what these lanes are, if they are open."""
        with self._send_lock:
            for number in numbers:
                with self._lanes_lock:
                    lane = _Entry()
                    _copy_lane(lane, self._entries[number])
                if lane.threshold_ms:
                    self._tell(number, lane, only_new)

    def _tell(self, number: int, lane: _Entry, only_new: bool) -> None:
        try:
            self._connection.tell(CMD_BEAT, _lane_attribute(number, lane, only_new))
        except OSError:
            # Of an agent that is not tracked, or has a page by now.
            pass

    def open_lane(self, owner: object, name: bytes, threshold_ms: int) -> int:
        with self._lanes_lock:
            if None not in self._owners:
                raise OSError(errno.ENOSPC, f"{self.lanes} lanes are open")
            number = self._owners.index(None)
            entry = self._entries[number]
            entry.deadline = _NEVER
            entry.tid = 0
            entry.name = name
            entry.threshold_ms = threshold_ms
            self._owners[number] = owner
        return number

    def close_lane(self, owner: object, number: int) -> None:
        with self._send_lock:
            with self._lanes_lock:
                if self._owners[number] is not owner:
                    return
                self._entries[number].deadline = _NEVER
                self._entries[number].threshold_ms = 0
                lane = _Entry()
                _copy_lane(lane, self._entries[number])
                self._owners[number] = None
            if self._sends:
                self._tell(number, lane, False)

    def drop_lane(self, owner: object, number: int) -> None:
        self._dropped.append((owner, number))

    def set_deadline(self, owner: object, number: int, deadline: int) -> None:
        tid = self._thread.tid
        with self._lanes_lock:
            if self._owners[number] is not owner:
                return
            entry = self._entries[number]
            entry.tid = tid
            entry.deadline = deadline
        if self._sends:
            self._send(range(number, number + 1))


class Mapped(Unmapped):
    """The page of this process, or none: then lanes are sent. A child needs another."""

    def __init__(self, lanes: int, interval: float) -> None:
        # Not there without ctypes, or in an interpreter of 32 bits.
        from . import _page

        self._functions = _page
        self._mark = _page.mark()
        self._own_page = _page.Page()
        super().__init__(lanes, interval)
        self._interval = int(interval * _SEND_INTERVALS * 1e9)
        self._fence = threading.Lock()
        self._page: Page | None = None
        self._looks = 0
        self._nonce = 0
        self._state = 0
        #: When the next beat has to be sent: 0 for now.
        self._send_at = 0
        #: When to ask for a page again.
        self._map_at = 0

    def __del__(self) -> None:
        # Not after a constructor that has failed.
        if hasattr(self, "_map_at"):
            self.close()

    def _own_entries(self) -> list[AnyEntry]:
        """Lanes can be opened and beat before the kernel has a page for them."""
        return self._entries_of(self._own_page)

    def is_ours(self) -> bool:
        """Whether this is not a child: there, the page must not be touched."""
        return bool(self._mark[0])

    def _barrier(self) -> None:
        """Python has no other one. To release a lock and then take it orders stores and loads
        before and after, on x86 and ARMv8."""
        with self._fence:
            pass
        with self._fence:
            pass

    # ---- Beats

    def store(self, now: int, status: int, payload: int) -> bool:
        page = self._page
        self._close_dropped()
        if page is None or not self._nonce < now < self._send_at:
            return False
        state = status | payload << 32
        if state != self._state:
            if (state ^ self._state) & _U32 or state >> 64:
                return False
            self._store_state(page, state)
        page.nonce = self._nonce = now
        # Either the kernel sees the nonce, or this the kick.
        self._barrier()
        return not page.kick

    def _store_state(self, page: Page, state: int) -> None:
        page.state = self._state = state
        # The kernel must not read the nonce that follows and the old state.
        self._barrier()

    def begin(self) -> int:
        self._send_at = 0
        if self._page is not None:
            self._looks = self._page.looks
        return self._nonce

    def sent(self, now: int, status: int, payload: int, nonce: int,
             ask: Callable[[], int]) -> bool:
        is_new = False
        page = self._page
        if page is not None:
            # The kernel has looked at the page when the beat arrived, unless it does not know the
            # page: after CRIU, for example.
            if page.kick > 1 or page.looks == self._looks:
                self._give_up()
        if self._page is None and now >= self._map_at:
            self._map_at = now + self._interval
            address = ask()
            if address:
                self._use(self._functions.at(address, self.lanes))
                is_new = True
        page = self._page
        if page is None:
            self._tend(now)
            return False
        self._store_state(page, status | payload << 32)
        page.nonce = self._nonce = nonce
        if is_new and self.lanes:
            return True
        self._send_at = now + self._interval
        return False

    def _use(self, page: Page) -> None:
        self._page = page
        self._move_lanes(page)
        # The kernel refuses lanes that are sent from here on.
        self._sends = False
        self._tend_at = 0

    def _give_up(self) -> None:
        page, self._page = self._page, None
        self._send_at = 0
        if page is not None:
            self._move_lanes(self._own_page)
            self._functions.unmap(page)

    def close(self) -> None:
        super().close()
        if self.is_ours():
            self._give_up()
            self._map_at = 0

    # ---- Lanes

    def _entries_of(self, page: Page) -> list[AnyEntry]:
        return [page.lanes[number] for number in range(self.lanes)]

    def _move_lanes(self, page: Page) -> None:
        entries = self._entries_of(page)
        with self._lanes_lock:
            for to, lane in zip(entries, self._entries):
                _copy_lane(to, lane)
            self._entries = entries

    def open_lane(self, owner: object, name: bytes, threshold_ms: int) -> int:
        number = super().open_lane(owner, name, threshold_ms)
        # The next beat is sent, so that the kernel looks.
        self._send_at = 0
        return number


class Lane:
    """A named watch within the process, with a threshold of its own; see Agent.lane().

    It is overdue ``threshold`` seconds after its last beat, and idle before the first one. Any
    thread may use it. In a child of fork() it does nothing.

    >>> from varta import Agent
    >>> with Agent("doctest", threshold=30, lanes=1) as agent, agent.lane("gc", 0.2) as lane:
    ...     lane.beat()
    ...     with lane.scope(0.5):
    ...         pass
    """

    def __init__(self, mapped: Unmapped | None, name: str, threshold: float) -> None:
        self.name = name
        self.threshold = threshold
        self._token = object()
        self._mapped: Unmapped | None = None
        encoded, threshold_ms = name_bytes(name), milliseconds(threshold, "threshold")
        self._threshold = threshold_ms * 1_000_000
        if mapped is not None:
            self._number = mapped.open_lane(self._token, encoded, threshold_ms)
            self._mapped = mapped

    def _set(self, deadline: int) -> None:
        mapped = self._mapped
        # A thread that the child does not have may hold the lock there.
        if mapped is not None and mapped.is_ours():
            mapped.set_deadline(self._token, self._number, deadline)

    def beat(self) -> None:
        """Beat: the lane is watched from here on."""
        self._set(time.monotonic_ns() + self._threshold)

    def idle(self) -> None:
        """Not watch the lane until its next beat or scope."""
        self._set(_NEVER)

    def scope(self, limit: float | None = None) -> Scope:
        """A block that has to end within ``limit`` seconds, or the threshold. The lane is idle
        afterwards. With less than the threshold, it may be found late by the difference."""
        nanoseconds = (self._threshold if limit is None else
                       milliseconds(limit, "limit") * 1_000_000)
        return Scope(self, nanoseconds)

    def close(self) -> None:
        """The lane may not be used any more. One that is overdue recovers."""
        mapped, self._mapped = self._mapped, None
        if mapped is not None and mapped.is_ours():
            mapped.close_lane(self._token, self._number)

    def __del__(self) -> None:
        mapped = getattr(self, "_mapped", None)
        if mapped is not None:
            mapped.drop_lane(self._token, self._number)

    def __enter__(self) -> Lane:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Scope:
    """See Lane.scope()."""

    def __init__(self, lane: Lane, limit: int) -> None:
        self._lane = lane
        self._limit = limit

    def __enter__(self) -> None:
        self._lane._set(time.monotonic_ns() + self._limit)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._lane.idle()


def make(lanes: int, interval: float) -> Unmapped | None:
    """If beats have to be sent here, something for lanes, or None: seccomp and emulators may
    refuse the mark."""
    try:
        return Mapped(lanes, interval)
    except (ImportError, OSError):
        return Unmapped(lanes, interval) if lanes else None
