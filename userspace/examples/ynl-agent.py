#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# An agent in Python by way of the kernel's own client, which reads the netlink
# specification: it is in the kernel's sources, in tools/net/ynl.
#
# Usage: PYTHONPATH=.../tools/net/ynl ynl-agent.py varta.yaml [COUNT]
#
# Beats every half second, COUNT times or for ever.

import sys
import time

from lib import NlError, YnlFamily


def main(specification, count=0):
    # The specification as it is, without a check against its schema.
    family = YnlFamily(specification, schema="")
    done = 0
    while not count or done < count:
        try:
            family.do("beat", {
                "status": 0,
                "nonce": time.monotonic_ns(),
                "payload": done,
                "name": "ynl-agent",
                "threshold-ms": 3000,
            })
        except NlError as error:
            print(f"ynl-agent: {error}", file=sys.stderr)
        done += 1
        time.sleep(0.5)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
