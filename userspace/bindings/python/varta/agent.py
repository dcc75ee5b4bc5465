# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
"""Beats of this process."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Union

from . import _mapped, _netlink
from ._mapped import Lane
from ._netlink import U32, U64, Connection, NotLoaded, Refused, attribute, attributes
from ._uapi import (
    A_BEAT_NAME,
    A_BEAT_NONCE,
    A_BEAT_PAYLOAD,
    A_BEAT_STATUS,
    A_BEAT_THRESHOLD_MS,
    A_BEAT_TIMESTAMP,
    A_MAP_ADDRESS,
    A_MAP_LANES,
    CMD_BEAT,
    CMD_BYE,
    CMD_MAP,
    LANES_MAX,
    TERMINAL_NONCE,
    Status,
)

_log = logging.getLogger("varta")

#: Called before each beat of a helper. True or a Status: beat. False: beat not.
Alive = Callable[[], Union[bool, Status]]


class Agent:
    """This process as an agent.

    ``name`` is at most 15 bytes; by default it is the command name. ``threshold`` is the
    silence in seconds after which the agent is stalled; by default the module's setting.
    Without the module, a beat does nothing and returns False, or raises NotLoaded if
    ``optional`` is false. The module is looked for again at most once a second.

    With ``mapped``, most beats are stored in a page that the kernel reads when the silence reaches
    the threshold, without a system call. One agent of a process at a time can have the page. With
    ``lanes``, a number up to 1,023, so many lanes can be open at a time, see lane(); this implies
    ``mapped``. A Python without ctypes and one of 32 bits send all beats, also those of lanes. A
    module that is too old does not watch lanes.

    A child made by os.fork() may go on using the agent: it beats as itself. An agent may be
    used by several threads.

    As a context manager, the agent says bye at the end; after an exception it does not, so that
    its exit or stall is reported.

    >>> with Agent("doctest", threshold=30) as agent:
    ...     agent.beat() in (True, False)
    True
    >>> Agent("a name of 16 byt")
    Traceback (most recent call last):
    ValueError: the name 'a name of 16 byt' is 16 bytes long, more than 15
    """

    def __init__(self, name: str | None = None, *, threshold: float | None = None,
                 optional: bool = True, mapped: bool = False, lanes: int = 0) -> None:
        constant = b""
        if threshold is not None:
            constant += attribute(A_BEAT_THRESHOLD_MS,
                                  U32.pack(_mapped.milliseconds(threshold, "threshold")))
        if name is not None:
            constant += attribute(A_BEAT_NAME, _mapped.name_bytes(name) + b"\0")
        if not 0 <= lanes <= LANES_MAX:
            raise ValueError(f"lanes={lanes} is out of range (0..{LANES_MAX})")
        self.name = name
        self.threshold = threshold
        self.optional = optional
        # Every beat carries name and threshold, as the tracker may lose the agent.
        self._constant = constant
        self._connection = Connection()
        self._lanes = lanes
        self._is_mapped = mapped or lanes > 0
        self._begin()
        self._nonce = 0
        try:
            self._connection.find(load=True)
        except NotLoaded:
            if not optional:
                self._connection.close()
                raise

    @property
    def interval(self) -> float:
        """Seconds between beats of the helpers: a third of the threshold, or 1."""
        return self.threshold / 3 if self.threshold else 1.0

    def _begin(self) -> None:
        """In a new process."""
        # Another thread may have held it during the fork.
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._mapped = _mapped.make(self._lanes, self.interval) if self._is_mapped else None

    def _is_child(self) -> bool:
        if self._mapped is not None:
            return not self._mapped.is_ours()
        return self._pid != os.getpid()

    def _call(self, function: Callable[[], object]) -> bool:
        if self._is_child():
            self._begin()
        with self._lock:
            try:
                function()
            except NotLoaded:
                if not self.optional:
                    raise
                return False
        return True

    def _begin_sending(self) -> None:
        if self._mapped is not None:
            self._nonce = max(self._nonce, self._mapped.begin())

    def _send(self, status: int, payload: int, nonce: int, now: int) -> None:
        self._connection.tell(
            CMD_BEAT,
            attribute(A_BEAT_STATUS, U32.pack(status)) +
            attribute(A_BEAT_PAYLOAD, U32.pack(payload)) +
            attribute(A_BEAT_NONCE, U64.pack(nonce)) +
            attribute(A_BEAT_TIMESTAMP, U64.pack(now)) + self._constant)

    def beat(self, status: int = Status.OK, payload: int = 0) -> bool:
        """Send a beat, or store it in the page: True if so, False without the module.

        What is sent has been taken by the kernel. What is stored counts when the kernel looks; a
        page that is not read any more, as after a reload, is noticed by the next beat, which is sent.
        ``payload`` is a number of 32 bits for readers. Raises Refused if the kernel refuses
        the beat; any error may be ignored, as the next beat tries again.
        """
        return self._call(lambda: self._beat(status, payload))

    def _beat(self, status: int, payload: int) -> None:
        now = time.monotonic_ns()
        mapped = self._mapped
        if mapped is not None and mapped.store(now, status, payload):
            return
        self._send_next(status, payload, now)
        if mapped is not None and mapped.sent(now, status, payload, self._nonce, self._map):
            self._send_next(status, payload, now)
            mapped.sent(now, status, payload, self._nonce, self._map)

    def _send_next(self, status: int, payload: int, now: int) -> None:
        self._begin_sending()
        # Nonces rise over restarts, and over several agents of one process.
        self._nonce = max(now, self._nonce + 1)
        self._send(status, payload, self._nonce, now)

    def _map(self) -> int:
        """The address of a new page. What the kernel says to that is no refusal of a beat."""
        content = attribute(A_MAP_LANES, U32.pack(self._lanes)) if self._lanes else b""
        try:
            for answer in self._connection.query(_netlink.ACK, CMD_MAP, content):
                address = dict(attributes(answer[4:])).get(A_MAP_ADDRESS, b"")
                if len(address) == U64.size:
                    return int(U64.unpack(address)[0])
        except OSError:
            pass
        return 0

    def terminal(self, payload: int = 0) -> bool:
        """Send the last beat of a process that fails: its status is critical."""
        def send() -> None:
            self._begin_sending()
            self._send(Status.CRITICAL, payload, TERMINAL_NONCE, time.monotonic_ns())

        return self._call(send)

    def bye(self) -> bool:
        """End tracking. Refused with the reason unknown-agent if it was not tracked."""
        def send() -> None:
            self._begin_sending()
            self._connection.query(_netlink.ACK, CMD_BYE)

        return self._call(send)

    def lane(self, name: str, threshold: float) -> Lane:
        """Open a lane: a named watch within the process, for a loop or a thread; see Lane.

        ``name`` is at most 15 bytes; ``threshold`` is the time in seconds from a beat of the lane
        until it is overdue, 0.01 at least. The kernel sees the lane from the next beat of the
        agent on.

        Raises ValueError if the agent was made without ``lanes``, and OSError with ENOSPC if all
        of them are open.
        """
        if not self._lanes:
            raise ValueError("the agent was made without lanes")
        opened: list[Lane] = []
        self._call(lambda: opened.append(Lane(self._mapped, name, threshold)))
        return opened[0]

    def close(self) -> None:
        """Close the socket; the agent stays in the tracker, and its lanes are idle. A later beat
        opens a socket again."""
        def close() -> None:
            self._begin_sending()
            if self._mapped is not None:
                self._mapped.close()
            self._connection.close()

        self._call(close)

    def __enter__(self) -> Agent:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            try:
                self.bye()
            except Refused:
                # Not tracked: it has not beaten, or was evicted.
                pass
        self.close()

    # ---- Helpers

    def thread(self, alive: Alive | None = None, interval: float | None = None) -> BeatThread:
        """A thread that beats while ``alive`` says so; see BeatThread."""
        return BeatThread(self, alive, interval)

    def task(self, alive: Alive | None = None,
             interval: float | None = None) -> asyncio.Task[None]:
        """A task that beats from the running event loop, until it is cancelled.

        An event loop that is blocked does not beat, so that the agent stalls.
        """
        task = asyncio.get_running_loop().create_task(self._beat_forever(alive, interval))
        # The loop itself holds no reference.
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)
        return task

    async def _beat_forever(self, alive: Alive | None, interval: float | None) -> None:
        beater = _Beater(self, alive)
        while True:
            beater.beat()
            await asyncio.sleep(interval or self.interval)


_tasks: set[asyncio.Task[None]] = set()


class _Beater:
    """Beats of a helper, which logs each failure once."""

    def __init__(self, agent: Agent, alive: Alive | None) -> None:
        self._agent = agent
        self._alive = alive
        self._failure = ""

    def beat(self) -> None:
        alive = self._alive() if self._alive else True
        if alive is False:
            return
        try:
            self._agent.beat(Status.OK if alive is True else alive)
            failure = ""
        except OSError as error:
            failure = str(error)
        if failure and failure != self._failure:
            _log.warning("beat failed: %s", failure)
        self._failure = failure


class BeatThread:
    """A thread that beats while ``alive`` returns True or a Status.

    Without ``alive``, the process counts as alive as long as its interpreter runs threads,
    which detects little more than its exit. Threads do not survive os.fork(): a child calls
    start() again.

    >>> with Agent("doctest").thread(alive=lambda: True) as thread:
    ...     thread.is_running()
    True
    >>> thread.is_running()
    False
    """

    def __init__(self, agent: Agent, alive: Alive | None = None,
                 interval: float | None = None) -> None:
        self._agent = agent
        self._alive = alive
        self._interval = interval or agent.interval
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()
        self._pid = 0

    def is_running(self) -> bool:
        return (self._thread is not None and self._pid == os.getpid() and
                self._thread.is_alive())

    def start(self) -> BeatThread:
        if not self.is_running():
            self._stopped = threading.Event()
            self._pid = os.getpid()
            self._thread = threading.Thread(target=self._run, args=(self._stopped,),
                                            name="varta", daemon=True)
            self._thread.start()
        return self

    def stop(self) -> None:
        """Stop it and wait for its end."""
        if self.is_running() and self._thread:
            self._stopped.set()
            self._thread.join()
        self._thread = None

    def _run(self, stopped: threading.Event) -> None:
        beater = _Beater(self._agent, self._alive)
        while True:
            beater.beat()
            if stopped.wait(self._interval):
                return

    def __enter__(self) -> BeatThread:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
