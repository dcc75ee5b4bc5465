# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
"""Beats for the varta kernel module, which detects stalled processes.

Only the standard library is needed: no libvarta, and no daemon.

>>> import varta
>>> agent = varta.Agent("worker", threshold=30)
>>> for job in range(3):
...     taken = agent.beat(payload=job)

Nothing happens without the module, unless the agent is made with ``optional=False``.
"""

from ._mapped import Lane, Scope
from ._netlink import NotLoaded, Refused
from ._uapi import (
    TERMINAL_NONCE,
    AgentInfo,
    EventKind,
    GoodbyeCause,
    Origin,
    StallReason,
    Status,
    ThreadState,
)
from .agent import Agent, Alive, BeatThread
from .events import Event, Events, Notice, agents, get_agent
from .frame import Frame, FrameError, crc32c

__all__ = [
    "Agent", "AgentInfo", "Alive", "BeatThread", "Event", "EventKind", "Events", "Frame",
    "FrameError", "GoodbyeCause", "Lane", "NotLoaded", "Notice", "Origin", "Refused", "Scope",
    "StallReason", "Status",
    "TERMINAL_NONCE", "ThreadState", "agents", "crc32c", "get_agent",
]
