# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
"""Events of all agents, and the agents themselves."""

from __future__ import annotations

import asyncio
import dataclasses
import enum
import errno
import select
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any, Union

from . import _netlink
from ._netlink import U32, U64, Connection, NotLoaded, attribute, attributes
from ._uapi import (
    A_AGENTS_AGENT,
    A_AGENTS_PID,
    A_AGENTS_STALLED,
    AGENT,
    CMD_AGENT_GET,
    CMD_LOSS_NTF,
    EVENTS,
    AgentInfo,
    EventKind,
)


class Notice(enum.Enum):
    """What happened to the subscription."""

    #: Events were lost: agents() tells what is stalled now.
    OVERRUN = "overrun"
    #: The module was unloaded.
    UNLOADED = "unloaded"
    #: The module was loaded again; its tracker is empty.
    LOADED = "loaded"


@dataclasses.dataclass(frozen=True)
class Event:
    """What happened, and to which agent; a Notice has none."""

    kind: Union[EventKind, Notice]
    agent: Union[AgentInfo, None] = None


def _decoder(kind: Any) -> Callable[[bytes], Any]:
    if kind == "u64":
        return lambda value: U64.unpack(value)[0]
    if kind == "string":
        return lambda value: value.rstrip(b"\0").decode(errors="replace")
    if kind == "flag":
        return lambda value: True

    def number(value: bytes) -> Any:
        plain = U32.unpack(value)[0]
        try:
            return plain if kind == "u32" else kind(plain)
        except ValueError:
            # Of a newer kernel.
            return plain

    return number


_FIELDS = {number: (name, _decoder(kind)) for number, (name, kind) in AGENT.items()}


def _agents_in(content: bytes) -> Iterator[AgentInfo]:
    for kind, value in attributes(content[4:]):
        if kind != A_AGENTS_AGENT:
            continue
        fields = {}
        for number, field in attributes(value):
            if number in _FIELDS:
                name, decode = _FIELDS[number]
                fields[name] = decode(field)
        yield AgentInfo(**fields)


def agents(*, stalled: bool = False) -> list[AgentInfo]:
    """The agents that this process may see; with ``stalled`` only those that are."""
    content = attribute(A_AGENTS_STALLED, b"") if stalled else b""
    connection = Connection()
    try:
        for _ in range(10):
            try:
                answers = connection.query(_netlink.DUMP, CMD_AGENT_GET, content)
                return [each for answer in answers for each in _agents_in(answer)]
            except InterruptedError:
                # The tracker changed during the dump.
                continue
        raise OSError(errno.EAGAIN, "the tracker kept changing")
    finally:
        connection.close()


def get_agent(pid: int) -> AgentInfo:
    """One agent; Refused with the reason unknown-agent if there is none."""
    connection = Connection()
    try:
        answers = connection.query(_netlink.ACK, CMD_AGENT_GET,
                                   attribute(A_AGENTS_PID, U32.pack(pid)))
        return next(_agents_in(answers[0]))
    finally:
        connection.close()


def _set(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


class Events:
    """A subscription, which needs CAP_NET_ADMIN. Raises NotLoaded without the module.

    ``for event in Events()`` and ``async for event in Events()`` wait for events, without an
    end. ``kinds`` selects; notices always come. A subscription belongs to one thread, and not
    to a child.
    """

    def __init__(self, kinds: Iterable[EventKind] | None = None, *, buffer: int = 1 << 20) -> None:
        self._kinds = None if kinds is None else frozenset(kinds)
        self._pending: deque[Event] = deque()
        self._connection = connection = Connection()
        try:
            connection.bind(buffer)
            # First the controller's group, so that no load of the module is missed.
            connection.join(_netlink.CTRL)
            connection.find(load=True)
            connection.join(connection.group)
        except BaseException:
            connection.close()
            raise

    def fileno(self) -> int:
        """For select() and the like: readable when read() has something to do."""
        return self._connection.fileno()

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Events:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self) -> list[Event]:
        """The events that have arrived, without waiting."""
        events: list[Event] = []
        try:
            datagram = self._connection.receive()
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            # What was lost may have been a reload.
            self._find_again(events)
            events.append(Event(Notice.OVERRUN))
            return events
        if datagram is None:
            return events
        for kind, _, _, content in _netlink.messages(datagram):
            if len(content) < 4:
                continue
            if kind == _netlink.CTRL:
                self._follow(content, events)
            elif kind != self._connection.family:
                continue
            elif content[0] == CMD_LOSS_NTF:
                events.append(Event(Notice.OVERRUN))
            elif content[0] in EVENTS:
                what = EVENTS[content[0]]
                if self._kinds is None or what in self._kinds:
                    events += [Event(what, each) for each in _agents_in(content)]
        return events

    def _follow(self, content: bytes, events: list[Event]) -> None:
        found = _netlink.family_of(content)
        if found is None:
            return
        connection = self._connection
        if content[0] == _netlink.CTRL_DELFAMILY and found[0] == connection.family:
            connection.family = 0
            events.append(Event(Notice.UNLOADED))
        elif content[0] == _netlink.CTRL_NEWFAMILY and found[0] != connection.family:
            connection.family, connection.group = found
            connection.join(connection.group)
            events.append(Event(Notice.LOADED))

    def _find_again(self, events: list[Event]) -> None:
        other = Connection()
        try:
            other.find()
        except NotLoaded:
            pass
        finally:
            other.close()
        connection = self._connection
        if other.family == connection.family:
            return
        if connection.family:
            events.append(Event(Notice.UNLOADED))
        connection.family, connection.group = other.family, other.group
        if connection.family:
            connection.join(connection.group)
            events.append(Event(Notice.LOADED))

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        while not self._pending:
            # Also while another file has a great number, unlike select().
            poller = select.poll()
            poller.register(self.fileno(), select.POLLIN)
            poller.poll()
            self._pending.extend(self.read())
        return self._pending.popleft()

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        while not self._pending:
            loop = asyncio.get_running_loop()
            readable = loop.create_future()
            loop.add_reader(self.fileno(), _set, readable)
            try:
                await readable
            finally:
                loop.remove_reader(self.fileno())
            self._pending.extend(self.read())
        return self._pending.popleft()
