#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
#
# Notifies systemd by Debian's python3-systemd. Usage: heartbeat.py NAME [stubborn]
#
# A stubborn one ignores SIGABRT.
# Ends, fails, hangs or works when a file /run/tell-NAME says so.

import os
import signal
import sys
import time

from systemd import daemon

name = sys.argv[1]
order = "/run/tell-" + name
timeout = int(os.environ.get("WATCHDOG_USEC", "0")) / 1e6
file = os.memfd_create("kept")
if "stubborn" in sys.argv[2:]:
    signal.signal(signal.SIGABRT, signal.SIG_IGN)
daemon.notify("READY=1\nSTATUS=ready")
daemon.notify("FDSTORE=1\nFDNAME=kept", fds=[file])
while True:
    daemon.notify("WATCHDOG=1")
    if os.path.exists(order):
        with open(order) as text:
            what = text.read().strip()
        if what == "exit":
            daemon.notify("STOPPING=1\nSTATUS=stopping")
            time.sleep(1)
            sys.exit(3)
        if what == "trigger":
            daemon.notify("STATUS=failed\nWATCHDOG=trigger")
            time.sleep(1000)
        if what in ("loop", "silent"):
            # Not for the next one.
            os.unlink(order)
        while what == "loop":
            pass
        if what == "silent":
            time.sleep(1000)
        if what == "work":
            # Between two heartbeats, a second of the CPU.
            end = time.process_time() + 1
            while time.process_time() < end:
                pass
    time.sleep(min(timeout / 4 or 1, 1))
