#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
#
# Every command and event of the specification by pyroute2, whose attributes are made
# from the specification here. Fails with what was expected; a command of the
# specification that is not tried here is a failure.
#
# Usage: pyroute2-commands.py varta.yaml

import errno
import os
import signal
import sys
import time

import yaml
from lane import Lane
from pyroute2.netlink import (
    GENL_ID_CTRL,
    NLA_F_NESTED,
    NLM_F_ACK,
    NLM_F_DUMP,
    NLM_F_REQUEST,
    ctrlmsg,
    genlmsg,
    nla,
)
from pyroute2.netlink.exceptions import NetlinkError
from pyroute2.netlink.generic import GenericNetlinkSocket
from pyroute2.netlink.nlsocket import NetlinkSocket

with open(sys.argv[1]) as file:
    spec = yaml.safe_load(file)

kinds = {"pad": "none", "u32": "uint32", "u64": "uint64", "flag": "flag",
         "string": "asciiz", "binary": "cdata"}
sets = {entry["name"]: entry["attributes"] for entry in spec["attribute-sets"]}
commands = {entry["name"]: number for number, entry
            in enumerate(spec["operations"]["list"], 1)}
set_of = {entry["name"]: entry["attribute-set"]
          for entry in spec["operations"]["list"]}
tried = set()


def attributes(name, base):
    """The class for an attribute set."""
    members, rows = {}, [("unspec", "none")]
    for entry in sets[name]:
        kind = entry["type"]
        if kind == "nest":
            kind = "kind_" + entry["nested-attributes"].replace("-", "_")
            members[kind] = attributes(entry["nested-attributes"], nla)
        else:
            kind = kinds[kind]
        rows.append((entry["name"], kind))
    members["nla_map"] = tuple(rows)
    members["prefix"] = ""
    if base is nla:
        members["nla_flags"] = NLA_F_NESTED
    return type(name, (base,), members)


messages = {name: attributes(name, genlmsg)
            for name in set(set_of.values())}


class Varta(GenericNetlinkSocket):
    def __init__(self):
        super().__init__()
        # See examples/pyroute2-agent.py.
        NetlinkSocket.bind(self)
        self.marshal.msg_map[GENL_ID_CTRL] = ctrlmsg
        family = self.discovery("varta")
        self._prid = family.get_attr("CTRL_ATTR_FAMILY_ID")
        self.mcast_groups = {
            group.get_attr("CTRL_ATTR_MCAST_GRP_NAME"):
                group.get_attr("CTRL_ATTR_MCAST_GRP_ID")
            for group in family.get_attr("CTRL_ATTR_MCAST_GROUPS")}

    def ask(self, name, values, flags=NLM_F_ACK):
        tried.add(name)
        message = messages[set_of[name]]()
        self.marshal.msg_map[self.prid] = messages[set_of[name]]
        message["cmd"] = commands[name]
        message["version"] = 1
        message["attrs"] = [(key.replace("_", "-"), value)
                            for key, value in values.items()]
        return self.nlm_request(message, self.prid, NLM_F_REQUEST | flags)


varta = Varta()


def do(command, /, **values):
    return varta.ask(command, values)


def refused(number, command, /, **values):
    try:
        do(command, **values)
    except NetlinkError as error:
        assert error.code == number, error
        return
    raise AssertionError(f"{command} {values} was not refused")


def agents_in(replies):
    return [value for reply in replies for key, value in reply["attrs"]
            if key == "agent"]


def beat(**values):
    do("beat", status=0, nonce=time.monotonic_ns(), **values)


listener = Varta()
listener.marshal.msg_map[listener.prid] = messages["agents"]
listener.add_membership("events")


def wait_for(name):
    tried.add(name)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for message in listener.get():
            if message["cmd"] == commands[name]:
                return agents_in([message])
    raise AssertionError(f"no {name}")


beat(payload=7, name="pyroute2", threshold_ms=5000)
agent = agents_in(do("agent-get", pid=os.getpid()))[0]
assert agent.get_attr("pid") == agent.get_attr("ns-pid") == os.getpid(), agent
assert agent.get_attr("origin") == 0 and agent.get_attr("status") == 0, agent
assert agent.get_attr("payload") == 7, agent
assert agent.get_attr("name") == "pyroute2", agent
assert agent.get_attr("threshold-ms") == 5000, agent
refused(errno.EINVAL, "beat", status=3, nonce=1)
refused(errno.EINVAL, "beat", status=0)

do("relay", source=5, beat={"attrs": [
    ("status", 1), ("nonce", 1), ("pid", 50), ("threshold-ms", 60000)]})
agents = agents_in(varta.ask("agent-get", {}, NLM_F_DUMP))
assert len(agents) == 2, agents
agent = agents_in(do("agent-get", source=5, pid=50))[0]
assert agent.get_attr("status") == 1 and agent.get_attr("source") == 5, agent

stats = do("stats-get")[0]
assert stats.get_attr("tracked") == stats.get_attr("inserted") == 2, stats
assert stats.get_attr("stall-on-wire") == 1, stats
assert stats.get_attr("missing-attribute") == 1, stats
number_of = {entry["name"]: number for number, entry in enumerate(sets["stats"], 1)}
taken = do("stats-take", counter=number_of["stall-on-wire"])[0]
assert taken.get_attr("stall-on-wire") == 1, taken
assert taken.get_attr("inserted") is None, taken
assert do("stats-take")[0].get_attr("inserted") == 2
assert do("stats-take")[0].get_attr("inserted") == 0
notices = Varta()
notices.marshal.msg_map[notices.prid] = messages["notices"]
notices.add_membership("events")
do("config-set", threshold_ms=1234)
tried.add("config-ntf")
# The event of the counters that were taken above may arrive first.
while True:
    change = notices.get()[0]
    assert change["cmd"] == commands["config-ntf"], change
    change = change.get_attr("notice")
    if change.get_attr("change") == 0:
        break
assert change.get_attr("new-value") == 1234, change
assert change.get_attr("pid") == os.getpid(), change
assert change.get_attr("uid") == os.getuid(), change
assert do("config-get")[0].get_attr("threshold-ms") == 1234
refused(errno.EACCES, "config-set", capacity=5)

beat(threshold_ms=200)
agent = wait_for("stall-ntf")[0]
assert agent.get_attr("pid") == os.getpid(), agent
assert agent.get_attr("silence") >= 200000000, agent

beat(threshold_ms=60000)
again = wait_for("recover-ntf")[0]
assert again.get_attr("pid") == os.getpid(), again
assert again.get_attr("stall-time") == agent.get_attr("stall-time"), again
assert again.get_attr("silence") >= 200000000, again

do("beat", status=1, nonce=time.monotonic_ns())
changed = wait_for("status-ntf")[0]
assert changed.get_attr("old-status") == 0, changed
assert changed.get_attr("status") == 1, changed
assert changed.get_attr("uid") == os.getuid(), changed
do("gap-reset")

# Without a page, they are sent.
do("beat", lane={"attrs": [["name", "sent"], ["threshold-ms", 200]]})
assert wait_for("lane-stall-ntf")[0].get_attr("lane") == "sent"
do("beat", lane={"attrs": [["name", "sent"], ["threshold-ms", 0]]})
assert wait_for("lane-recover-ntf")[0].get_attr("lane") == "sent"

lane = Lane(do("map", lanes=1)[0].get_attr("address"))
lane.open(b"loop", threshold_ms=200)
beat()
overdue = wait_for("lane-stall-ntf")[0]
assert overdue.get_attr("pid") == os.getpid(), overdue
assert overdue.get_attr("lane") == "loop", overdue
lane.close()
again = wait_for("lane-recover-ntf")[0]
assert again.get_attr("lane") == "loop", again

do("config-set", warn_percent=10)
beat(threshold_ms=2000)
late = wait_for("late-ntf")[0]
assert late.get_attr("pid") == os.getpid(), late
assert late.get_attr("silence") >= 200000000, late
beat(threshold_ms=60000)
do("config-set", warn_percent=0)


def relay_both(nonce, threshold_ms):
    """Beats of the two agents of a source: one agent is not a whole."""
    for pid in (2, 3):
        do("relay", source=9, beat={"attrs": [
            ("status", 0), ("nonce", nonce), ("pid", pid), ("threshold-ms", threshold_ms)]})


do("config-set", source_silence_ms=100)
relay_both(nonce=1, threshold_ms=300)
silent = wait_for("source-stall-ntf")[0]
assert silent.get_attr("source") == 9, silent
assert silent.get_attr("source-agents") == 2, silent
relay_both(nonce=2, threshold_ms=60000)
back = wait_for("source-recover-ntf")[0]
assert back.get_attr("source") == 9, back
assert back.get_attr("source-agents") == 2, back
do("config-set", source_silence_ms=0)

# Does not end it.
signal.signal(signal.SIGUSR1, lambda *_: None)
beat(threshold_ms=200, stall_signal=int(signal.SIGUSR1), even_if_starved=True)
acted = wait_for("action-ntf")[0]
assert acted.get_attr("pid") == os.getpid(), acted
assert acted.get_attr("signal") == signal.SIGUSR1, acted
beat(threshold_ms=60000)

child = os.fork()
if not child:
    other = Varta()
    other.ask("beat", {"status": 0, "nonce": 1})
    os._exit(9)
os.waitpid(child, 0)
agent = wait_for("exit-ntf")[0]
assert agent.get_attr("pid") == child, agent
assert agent.get_attr("exit-code") == 9, agent

refused(errno.EEXIST, "relay", source=0, beat={"attrs": [
    ("status", 0), ("nonce", 1), ("pid", os.getpid())]})
conflict = wait_for("conflict-ntf")[0]
assert conflict.get_attr("sender-pid") == os.getpid(), conflict
kept = agents_in(varta.ask("event-get", {}, NLM_F_DUMP))
assert kept[-1].get_attr("event-seq") == conflict.get_attr("event-seq"), kept

do("config-set", goodbye_events=1)
do("bye")
left = wait_for("goodbye-ntf")[0]
assert left.get_attr("pid") == os.getpid(), left
assert left.get_attr("cause") == 0, left
refused(errno.ENOENT, "agent-get", pid=os.getpid())
# Takes a lack of memory.
tried.add("loss-ntf")
assert not set(commands) - tried, set(commands) - tried
