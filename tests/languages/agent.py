# SPDX-License-Identifier: GPL-2.0-only
#
# The program of agents.case in Python; README.md describes it.

import os
import sys
import time

import varta


lanes = {}
scopes = {}


def result(call):
    try:
        return "taken" if call() else "absent"
    except varta.Refused as error:
        return f"refused {error.reason}"
    except OSError as error:
        return f"failed {error}"


def say(*words):
    print(*words, flush=True)


def listen():
    with varta.Events() as events:
        say("listening")
        for event in events:
            say(event.kind.name.lower(), event.agent.name if event.agent else "")


def lane_command(agent, command, name, number=0):
    if command == "lane":
        lanes[name] = agent.lane(name, number / 1000)
    elif command == "lane-beat":
        lanes[name].beat()
    elif command == "lane-close":
        lanes.pop(name).close()
    elif command == "scope":
        scopes[name] = lanes[name].scope(number / 1000)
        scopes[name].__enter__()
    elif command == "scope-end":
        scopes.pop(name).__exit__(None, None, None)
    say(command, name)


def main(name, threshold_ms, most_lanes=None):
    agent = varta.Agent(name, threshold=int(threshold_ms) / 1000, mapped=most_lanes is not None,
                        lanes=int(most_lanes or 0))
    alive = True
    helper = None
    for line in sys.stdin:
        command, *words = line.split()
        if command == "beat":
            status, payload = words
            say(result(lambda: agent.beat(varta.Status[status.upper()], int(payload))))
        elif command == "beats":
            for _ in range(int(words[0])):
                answer = result(lambda: agent.beat(payload=int(words[1])))
            say(answer)
        elif command in ("lane", "lane-beat", "lane-close", "scope", "scope-end"):
            lane_command(agent, command, words[0], *map(int, words[1:]))
        elif command == "terminal":
            say(result(lambda: agent.terminal(int(words[0]))))
        elif command == "bye":
            say(result(agent.bye))
        elif command == "child":
            child = os.fork()
            if not child:
                for lane in lanes.values():
                    lane.beat()
                say("child", os.getpid(), result(lambda: agent.beat(payload=int(words[0]))))
                while True:
                    time.sleep(1000)
        elif command == "helper":
            helper = agent.thread(lambda: alive).start()
            say("running")
        elif command == "alive":
            alive = words[0] == "yes"
            say(command, words[0])
        elif command == "list":
            say(*sorted(each.name for each in varta.agents()))


if sys.argv[1] == "--events":
    listen()
else:
    main(*sys.argv[1:])
