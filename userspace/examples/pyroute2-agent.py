#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# An agent in Python with pyroute2 (Debian: python3-pyroute2).
#
# Usage: pyroute2-agent.py [COUNT]
#
# Sends COUNT beats, two a second; without COUNT, it does not end.

import sys
import time

from pyroute2.netlink import (
    GENL_ID_CTRL,
    NLM_F_ACK,
    NLM_F_REQUEST,
    ctrlmsg,
    genlmsg,
)
from pyroute2.netlink.exceptions import NetlinkError
from pyroute2.netlink.generic import GenericNetlinkSocket
from pyroute2.netlink.nlsocket import NetlinkSocket

VARTA_CMD_BEAT = 1


class Beat(genlmsg):
    # As in <linux/varta.h>, from 0 on.
    nla_map = (
        ("VARTA_A_BEAT_UNSPEC", "none"),
        ("VARTA_A_BEAT_PAD", "none"),
        ("VARTA_A_BEAT_STATUS", "uint32"),
        ("VARTA_A_BEAT_NONCE", "uint64"),
        ("VARTA_A_BEAT_TIMESTAMP", "uint64"),
        ("VARTA_A_BEAT_PAYLOAD", "uint32"),
        ("VARTA_A_BEAT_PID", "uint32"),
        ("VARTA_A_BEAT_FRAME", "cdata"),
        ("VARTA_A_BEAT_THRESHOLD_MS", "uint32"),
        ("VARTA_A_BEAT_NAME", "asciiz"),
    )


class Varta(GenericNetlinkSocket):
    def bind(self):
        # Not the class's own: in pyroute2 0.7.2 that fails for families with
        # multicast groups.
        NetlinkSocket.bind(self)
        self.marshal.msg_map[GENL_ID_CTRL] = ctrlmsg
        family = self.discovery("varta")
        self._prid = family.get_attr("CTRL_ATTR_FAMILY_ID")
        self.marshal.msg_map[self.prid] = Beat

    def beat(self, payload):
        beat = Beat()
        beat["cmd"] = VARTA_CMD_BEAT
        beat["version"] = 1
        beat["attrs"] = [
            ("VARTA_A_BEAT_STATUS", 0),
            ("VARTA_A_BEAT_NONCE", time.monotonic_ns()),
            ("VARTA_A_BEAT_PAYLOAD", payload),
            ("VARTA_A_BEAT_NAME", "pyroute2-agent"),
            ("VARTA_A_BEAT_THRESHOLD_MS", 3000),
        ]
        self.nlm_request(beat, self.prid, NLM_F_REQUEST | NLM_F_ACK)


def main(count=0):
    varta = Varta()
    varta.bind()
    done = 0
    while not count or done < count:
        try:
            varta.beat(done)
        except NetlinkError as error:
            print(f"pyroute2-agent: {error}", file=sys.stderr)
        done += 1
        time.sleep(0.5)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
