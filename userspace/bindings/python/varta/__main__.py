# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
"""python3 -m varta: beats, agents and events from a shell."""

from __future__ import annotations

import argparse
import dataclasses
import enum
import json
import signal
import sys
import time

from . import Agent, EventKind, Events, NotLoaded, Status, agents
from ._uapi import AgentInfo


def _as_dict(info: AgentInfo) -> dict[str, object]:
    return {name: value.name.lower().replace("_", "-") if isinstance(value, enum.Enum) else value
            for name, value in dataclasses.asdict(info).items() if value not in (None, False)}


def _describe(info: AgentInfo) -> str:
    pid = info.pid if info.pid is not None else info.ns_pid
    words = [f"{info.name} [{pid}]"]
    if info.status is not None:
        words.append(_as_dict(info)["status"])  # type: ignore[arg-type]
    if info.silence is not None:
        words.append(f"silent for {info.silence / 1e9:.3f} s")
    if info.stalled:
        words.append("stalled")
    return ", ".join(words)


def _beat(options: argparse.Namespace) -> None:
    agent = Agent(options.name, threshold=options.threshold, optional=False)
    while True:
        agent.beat(Status[options.status.upper()], options.payload)
        if not options.every:
            return
        time.sleep(options.every)


def _agents(options: argparse.Namespace) -> None:
    found = agents(stalled=options.stalled)
    if options.json:
        print(json.dumps([_as_dict(each) for each in found]))
    else:
        for each in found:
            print(_describe(each))


def _events(options: argparse.Namespace) -> None:
    kinds = options.kinds and [EventKind[each.upper()] for each in options.kinds.split(",")]
    with Events(kinds) as events:
        print("listening", file=sys.stderr, flush=True)
        for event in events:
            kind = event.kind.name.lower()
            if options.json:
                about = _as_dict(event.agent) if event.agent else {}
                print(json.dumps({"event": kind, **about}), flush=True)
            else:
                print(f"{kind}: {_describe(event.agent)}" if event.agent else kind, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m varta", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    beat = commands.add_parser("beat", help="send a beat of this process")
    beat.add_argument("--name")
    beat.add_argument("--threshold", type=float, metavar="SECONDS")
    beat.add_argument("--status", choices=["ok", "degraded", "critical"], default="ok")
    beat.add_argument("--payload", type=int, default=0)
    beat.add_argument("--every", type=float, metavar="SECONDS", help="until it is killed")
    beat.set_defaults(function=_beat)
    listing = commands.add_parser("agents", help="list the agents")
    listing.add_argument("--stalled", action="store_true")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(function=_agents)
    events = commands.add_parser("events", help="print events as they happen")
    events.add_argument("--kinds", metavar="KIND,...",
                        help="of " + ", ".join(each.name.lower() for each in EventKind))
    events.add_argument("--json", action="store_true")
    events.set_defaults(function=_events)
    return parser


def main() -> None:
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    options = _parser().parse_args()
    try:
        options.function(options)
    except KeyboardInterrupt:
        sys.exit(130)
    except KeyError as error:
        sys.exit(f"varta: there is no kind {error.args[0].lower()}")
    except NotLoaded as error:
        sys.exit(f"varta: {error.strerror}")
    except OSError as error:
        sys.exit(f"varta: {error.strerror}")


if __name__ == "__main__":
    main()
