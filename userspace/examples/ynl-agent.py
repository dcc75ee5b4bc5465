#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# An agent in Python with the kernel's own netlink client, which reads the
# specification: tools/net/ynl in the kernel's sources.
#
# Usage: PYTHONPATH=.../tools/net/ynl ynl-agent.py varta.yaml [COUNT]
#
# Sends COUNT beats, two a second; without COUNT, it does not end.

import sys
import time

from lib import NlError, YnlFamily


def main(specification, count=0):
    # Do not validate the specification against its schema.
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
