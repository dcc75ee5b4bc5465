# SPDX-License-Identifier: GPL-2.0-only
"""The first lane in a page of the command map, as the specification describes it."""

import ctypes
import threading
import time


class Lane(ctypes.Structure):
    """At the address that a map with lanes has given."""

    _fields_ = [("deadline", ctypes.c_uint64), ("threshold_ms", ctypes.c_uint32),
                ("tid", ctypes.c_uint32), ("name", ctypes.c_char * 16)]

    OFFSET = 32

    def __new__(cls, address):
        return cls.from_address(address + cls.OFFSET)

    def __init__(self, address):
        pass

    def open(self, name, threshold_ms):
        """From then on it is overdue after its threshold. A beat has to follow."""
        self.name = name
        self.tid = threading.get_native_id()
        self.deadline = time.monotonic_ns() + threshold_ms * 1000000
        self.threshold_ms = threshold_ms

    def close(self):
        self.deadline = 0
        self.threshold_ms = 0
