#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
#
# Every command and event of the specification by the kernel's own client. Fails with
# what was expected; a command of the specification that is not tried here is a failure.
#
# Usage: PYTHONPATH=.../tools/net/ynl ynl-commands.py varta.yaml

import errno
import os
import select
import signal
import sys
import time

from lib import NlError, YnlFamily

from lane import Lane

path = sys.argv[1]
client = YnlFamily(path, schema="")
listener = YnlFamily(path, schema="")
tried = set()


def do(command, /, **values):
    tried.add(command)
    return client.do(command, {key.replace("_", "-"): value
                            for key, value in values.items()})


def refused(number, reason, command, /, **values):
    """The extended acknowledgement of a request that is refused."""
    try:
        do(command, **values)
    except NlError as error:
        assert error.error == number, error
        extack = error.nl_msg.extack
        assert extack["msg"].startswith(reason + ": "), error
        return extack
    raise AssertionError(f"{command} {values} was not refused")


def beat(**values):
    do("beat", status=0, nonce=time.monotonic_ns(), **values)


def wait_for(name, attribute="agent"):
    """The agents, or notices, of the next event of that kind."""
    tried.add(name)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        select.select([listener.sock], [], [], 1)
        listener.check_ntf()
        while listener.async_msg_queue:
            event = listener.async_msg_queue.pop(0)
            if event["name"] == name:
                return event["msg"][attribute]
    raise AssertionError(f"no {name}")


listener.ntf_subscribe("events")
beat(payload=7, name="ynl", threshold_ms=5000)
agent = do("agent-get", pid=os.getpid())["agent"][0]
assert agent["pid"] == agent["ns-pid"] == os.getpid(), agent
assert agent["origin"] == "kernel-attested", agent
assert agent["status"] == "ok" and agent["payload"] == 7, agent
assert agent["name"] == "ynl" and agent["threshold-ms"] == 5000, agent
assert agent["ns-inode"] == os.stat("/proc/self/ns/pid").st_ino, agent

frame = bytes.fromhex("56410200020000000000000000000000"
                      "010000000000000000000000e4116baa")
assert refused(errno.EPERM, "auth-failure", "beat",
               frame=frame)["bad-attr"] == ".frame"
assert refused(errno.EINVAL, "stall-on-wire", "beat",
               status=3, nonce=1)["bad-attr"] == ".status"
assert refused(errno.EINVAL, "missing-attribute", "beat",
               status=0)["miss-type"] == "nonce"

do("relay", source=5, beat=[
    {"status": 1, "nonce": 1, "pid": pid, "threshold-ms": 60000}
    for pid in range(2, 102)])
agents = [agent for part in client.dump("agent-get", {})
          for agent in part["agent"]]
assert len(agents) == 101, agents
assert sum(agent.get("source") == 5 for agent in agents) == 100, agents
assert do("agent-get", source=5, pid=50)["agent"][0]["status"] == "degraded"

stats = do("stats-get")
assert stats["tracked"] == 101 and stats["inserted"] == 101, stats
assert stats["auth-failures"] == stats["stall-on-wire"] == 1, stats
number_of = {attribute["name"]: number for number, attribute in enumerate(
    client.yaml["attribute-sets"][[each["name"] for each in client.yaml[
        "attribute-sets"]].index("stats")]["attributes"], 1)}
taken = do("stats-take", counter=[number_of["stall-on-wire"],
                                  number_of["auth-failures"]])
assert taken == {"stall-on-wire": 1, "auth-failures": 1}, taken
assert do("stats-take")["inserted"] == 101
assert do("stats-take")["inserted"] == 0
assert do("stats-get")["inserted"] == 101

do("config-set", threshold_ms=1234, track_exit=1)
config = do("config-get")
assert config["threshold-ms"] == 1234, config
assert config["eviction-policy"] == "strict", config
assert config["namespace-policy"] == "isolate", config
assert refused(errno.EACCES, "setting-fixed", "config-set",
               capacity=5)["bad-attr"] == ".capacity"
assert refused(errno.ERANGE, "setting-out-of-range", "config-set",
               threshold_ms=1)["bad-attr"] == ".threshold-ms"

beat(threshold_ms=200)
stalled = wait_for("stall-ntf")[0]
assert stalled["pid"] == os.getpid() and stalled["stalled"], stalled
assert stalled["silence"] >= 200000000, stalled

beat(threshold_ms=60000)
again = wait_for("recover-ntf")[0]
assert again["pid"] == os.getpid() and "stalled" not in again, again
assert again["stall-time"] == stalled["stall-time"], again
assert again["silence"] >= 200000000 and again["stalls"] == 1, again
assert again["event-time"] >= stalled["event-time"], again

do("beat", status=1, nonce=time.monotonic_ns())
changed = wait_for("status-ntf")[0]
assert changed["old-status"] == "ok", changed
assert changed["status"] == "degraded", changed
assert changed["uid"] == os.getuid(), changed
assert changed["tid"] == os.getpid(), changed
do("gap-reset")
assert do("agent-get", pid=os.getpid())["agent"][0]["longest-gap"] == 0

address = do("map")["address"]
assert address % os.sysconf("SC_PAGESIZE") == 0 and address, address

# A page without lanes: they are sent.
do("beat", lane=[{"name": "sent", "threshold-ms": 200}])
overdue = wait_for("lane-stall-ntf")[0]
assert overdue["lane"] == "sent" and overdue["lane-threshold-ms"] == 200, overdue
do("beat", lane=[{"name": "sent", "threshold-ms": 0}])
assert wait_for("lane-recover-ntf")[0]["lane"] == "sent"

lane = Lane(do("map", lanes=1)["address"])
lane.open(b"loop", threshold_ms=200)
beat()
overdue = wait_for("lane-stall-ntf")[0]
assert overdue["pid"] == os.getpid() and overdue["lane"] == "loop", overdue
assert overdue["lane-threshold-ms"] == 200, overdue
lane.close()
again = wait_for("lane-recover-ntf")[0]
assert again["pid"] == os.getpid() and again["lane"] == "loop", again

do("config-set", warn_percent=10)
beat(threshold_ms=2000)
late = wait_for("late-ntf")[0]
assert late["pid"] == os.getpid() and late["silence"] >= 200000000, late
beat(threshold_ms=60000)
do("config-set", warn_percent=0)


def relay_both(nonce, threshold_ms):
    """Beats of the two agents of a source: one agent is not a whole."""
    do("relay", source=9, beat=[
        {"status": 0, "nonce": nonce, "pid": pid, "threshold-ms": threshold_ms}
        for pid in (2, 3)])


do("config-set", source_silence_ms=100)
relay_both(nonce=1, threshold_ms=300)
silent = wait_for("source-stall-ntf")[0]
assert silent["source"] == 9 and silent["source-agents"] == 2, silent
relay_both(nonce=2, threshold_ms=60000)
back = wait_for("source-recover-ntf")[0]
assert back["source"] == 9 and back["source-agents"] == 2, back
do("config-set", source_silence_ms=0)

child = os.fork()
if not child:
    # Does not end it.
    signal.signal(signal.SIGUSR1, lambda *_: None)
    YnlFamily(path, schema="").do("beat", {
        "status": 0, "nonce": 1, "threshold-ms": 200,
        "stall-signal": int(signal.SIGUSR1), "even-if-starved": True})
    signal.pause()
    os._exit(8)
acted = wait_for("action-ntf")[0]
assert acted["pid"] == child and acted["signal"] == signal.SIGUSR1, acted
os.waitpid(child, 0)
assert wait_for("exit-ntf")[0]["exit-code"] == 8

child = os.fork()
if not child:
    YnlFamily(path, schema="").do("beat", {"status": 0, "nonce": 1})
    os._exit(9)
os.waitpid(child, 0)
gone = wait_for("exit-ntf")[0]
assert gone["pid"] == child and gone["exit-code"] == 9, gone

refused(errno.EEXIST, "origin-conflict", "relay", source=0, beat=[
    {"status": 0, "nonce": 1, "pid": os.getpid()}])
conflict = wait_for("conflict-ntf")[0]
assert conflict["pid"] == conflict["sender-pid"] == os.getpid(), conflict
assert conflict["sender-origin"] == "network-unverified", conflict
tried.add("event-get")
kept = [agent for part in client.dump("event-get", {"since": gone["event-seq"]})
        for agent in part["agent"]]
assert [event["event-kind"] for event in kept] == ["conflict"], kept
assert kept[0]["event-seq"] == conflict["event-seq"], kept

do("config-set", goodbye_events=1)
# What was done before comes first.
while (change := wait_for("config-ntf", "notice")[0]).get("new-value") != 1:
    pass
assert change["change"] == "setting", change
assert change["pid"] == os.getpid() and change["uid"] == os.getuid(), change
do("bye")
left = wait_for("goodbye-ntf")[0]
assert left["pid"] == os.getpid() and left["cause"] == "bye", left
refused(errno.ENOENT, "unknown-agent", "agent-get", pid=os.getpid())
refused(errno.ENOENT, "unknown-agent", "bye")

# A loss takes a lack of memory.
left = {name for name, _ in client.msgs.items()} - tried - {"loss-ntf"}
assert not left, f"not tried: {left}"
