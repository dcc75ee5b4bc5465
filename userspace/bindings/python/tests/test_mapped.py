# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
"""Beats and lanes in a page that is not the kernel's."""

import ctypes
import errno
import mmap
import os
import signal
import struct
import threading
import time
import unittest
from unittest import mock

import varta
from varta import _mapped, _netlink, _page
from varta._uapi import (
    A_BEAT_LANE,
    A_LANE_DEADLINE,
    A_LANE_NAME,
    A_LANE_NUMBER,
    A_LANE_ONLY_NEW,
    A_LANE_THRESHOLD_MS,
    A_LANE_TID,
    A_MAP_LANES,
    CMD_BEAT,
    CMD_BYE,
    CMD_MAP,
)

_libc = ctypes.CDLL(None)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int,
                       ctypes.c_long]


def new_page():
    address = _libc.mmap(None, mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_WRITE,
                         mmap.MAP_SHARED | mmap.MAP_ANONYMOUS, -1, 0)
    return _page.Page.from_address(address)


class Kernel:
    """In place of a connection: it looks at the page when a beat arrives."""

    def __init__(self):
        self.page = None
        self.commands = []
        self.nonces = []
        self.lanes = None
        self.has_map = True
        self.failure = None
        self.looks = True

    def sees_page(self):
        """Here the page is gone when the process has unmapped it."""
        return self.page is not None and is_mapped(self.page)

    def beats(self):
        return self.commands.count(CMD_BEAT)

    def close(self):
        pass

    def tell(self, command, content):
        self.commands.append(command)
        if self.failure:
            raise self.failure
        values = dict(_netlink.attributes(content))
        self.nonces.append(struct.unpack("=Q", values[3])[0])
        if self.looks and self.sees_page():
            self.page.looks += 1
            if self.page.kick == 1:
                self.page.kick = 0

    def query(self, _flags, command, content=b""):
        self.commands.append(command)
        if command == CMD_BYE:
            if self.sees_page():
                self.page.kick = 2
            return []
        if not self.has_map:
            raise varta.Refused(errno.EOPNOTSUPP, "")
        lanes = dict(_netlink.attributes(content)).get(A_MAP_LANES)
        self.lanes = lanes and struct.unpack("=I", lanes)[0]
        self.page = new_page()
        address = struct.pack("=Q", ctypes.addressof(self.page))
        return [bytes(4) + _netlink.attribute(2, address)]


def agent_of(kernel, **options):
    made = varta.Agent("mapped", threshold=30, **{"mapped": True, **options})
    made._connection = kernel
    return made


def is_mapped(page):
    with open("/proc/self/maps") as maps:
        return any(line.startswith(f"{ctypes.addressof(page):08x}-") for line in maps)


class Case(unittest.TestCase):
    def setUp(self):
        self.kernel = Kernel()

    def begin(self, **options):
        made = agent_of(self.kernel, **options)
        self.addCleanup(made.close)
        return made

    def may_map_again(self, made):
        made._mapped._map_at = 0


class Beats(Case):
    def test_beats_are_stored(self):
        made = self.begin()
        for payload in range(10):
            self.assertIs(made.beat(payload=payload), True)
        self.assertEqual(self.kernel.commands, [CMD_BEAT, CMD_MAP])
        self.assertIsNone(self.kernel.lanes)
        self.assertEqual(self.kernel.page.state, 9 << 32)
        self.assertLess(time.monotonic_ns() - self.kernel.page.nonce, 10**10)

    def test_the_beat_that_was_sent_is_in_a_new_page(self):
        self.begin().beat(varta.Status.CRITICAL, 5)
        self.assertEqual(self.kernel.page.nonce, self.kernel.nonces[0])
        self.assertEqual(self.kernel.page.state, 5 << 32 | 2)

    def test_a_new_status_is_sent(self):
        made = self.begin()
        made.beat()
        for status, beats in ((varta.Status.DEGRADED, 2), (varta.Status.DEGRADED, 2),
                              (varta.Status.OK, 3)):
            made.beat(status)
            self.assertEqual(self.kernel.beats(), beats)
            self.assertEqual(self.kernel.page.state or 0, status)

    def test_a_payload_out_of_range_is_not_stored(self):
        made = self.begin()
        made.beat()
        state = self.kernel.page.state
        for payload in (-1, 2**32):
            with self.assertRaises(struct.error):
                made.beat(payload=payload)
        self.assertEqual(self.kernel.page.state, state)

    def test_nonces_rise(self):
        made = self.begin()
        last = 0
        for number in range(20):
            made.beat(varta.Status(number % 3 == 0))
            nonce = max(self.kernel.page.nonce, self.kernel.nonces[-1])
            self.assertGreater(nonce, last)
            last = nonce

    def test_nonces_rise_if_the_clock_does_not(self):
        made = self.begin()
        start = time.monotonic_ns() + 10**9
        times = [start, start + 5, start + 5, start + 5, start + 1]
        with mock.patch.object(time, "monotonic_ns", lambda: times.pop(0)):
            while times:
                made.beat()
        self.assertEqual(self.kernel.nonces, [start, start + 6, start + 7, start + 8])

    def test_a_kick_has_the_next_beat_sent(self):
        made = self.begin()
        made.beat()
        self.kernel.page.kick = 1
        made.beat()
        made.beat()
        self.assertEqual(self.kernel.commands, [CMD_BEAT, CMD_MAP, CMD_BEAT])
        self.assertGreater(self.kernel.nonces[1], self.kernel.nonces[0])

    def test_a_page_that_is_gone_is_given_up(self):
        made = self.begin()
        made.beat()
        page, page.kick = self.kernel.page, 2
        made.beat()
        self.assertFalse(is_mapped(page))
        made.beat()
        self.assertEqual(self.kernel.commands, [CMD_BEAT, CMD_MAP, CMD_BEAT, CMD_BEAT])
        self.may_map_again(made)
        made.beat()
        made.beat()
        self.assertEqual(self.kernel.commands[4:], [CMD_BEAT, CMD_MAP])
        self.assertTrue(is_mapped(self.kernel.page))

    def test_a_page_that_is_not_looked_at_is_given_up(self):
        made = self.begin()
        made.beat()
        page = self.kernel.page
        self.kernel.looks = False
        made.beat(varta.Status.DEGRADED)
        self.assertFalse(is_mapped(page))

    def test_a_page_that_was_looked_at_before_is_given_up(self):
        """As after a checkpoint: no look of the kernel's follows the beat."""
        made = self.begin()
        made.beat()
        page = self.kernel.page
        page.looks += 1
        self.kernel.looks = False
        made.beat(varta.Status.DEGRADED)
        self.assertFalse(is_mapped(page))

    def test_pages_do_not_add_up(self):
        made = self.begin(lanes=2)
        pages = []
        for _ in range(20):
            self.may_map_again(made)
            made.beat()
            pages.append(self.kernel.page)
            made.bye()
        self.assertEqual(len({ctypes.addressof(page) for page in pages[:-1] if is_mapped(page)}
                             - {ctypes.addressof(pages[-1])}), 0)

    def test_without_map_all_beats_are_sent(self):
        self.kernel.has_map = False
        made = self.begin(lanes=1)
        with made.lane("lane", 1) as lane:
            for _ in range(3):
                self.assertIs(made.beat(), True)
                lane.beat()
        # It asks again after ten intervals.
        self.assertEqual(self.kernel.commands, [CMD_BEAT, CMD_MAP, CMD_BEAT, CMD_BEAT])

    def test_after_a_failure_beats_are_sent(self):
        made = self.begin()
        made.beat()
        self.kernel.page.kick = 1
        self.kernel.failure = varta.NotLoaded()
        self.assertIs(made.beat(), False)
        self.kernel.page.kick = 0
        self.assertIs(made.beat(), False)
        self.kernel.failure = None
        self.assertIs(made.beat(), True)
        self.assertEqual(self.kernel.beats(), 4)

    def test_a_beat_is_sent_after_ten_intervals(self):
        made = self.begin()
        made.beat()
        until = made._mapped._send_at
        self.assertAlmostEqual((until - time.monotonic_ns()) / 1e9, 100, delta=5)
        made._mapped._send_at = time.monotonic_ns()
        made.beat()
        self.assertEqual(self.kernel.beats(), 2)

    def test_a_terminal_beat_is_sent_and_the_next_one(self):
        made = self.begin()
        made.beat()
        made.terminal()
        made.beat()
        made.beat()
        self.assertEqual(self.kernel.beats(), 3)

    def test_a_child_does_not_touch_the_page(self):
        made = self.begin(lanes=1)
        made.beat()
        lane = made.lane("lane", 1)
        made.beat()
        nonce, deadline = self.kernel.page.nonce, self.kernel.page.lanes[0].deadline
        child = os.fork()
        if not child:
            # The page of the parent is not there: to touch it is a fault.
            made._connection = kernel = Kernel()
            lane.beat()
            lane.close()
            well = made.beat() and made.beat() and kernel.commands == [CMD_BEAT, CMD_MAP, CMD_BEAT]
            with made.lane("own", 1) as own:
                own.beat()
                well = well and kernel.page.lanes[0].tid == os.getpid()
            made.close()
            os._exit(0 if well else 1)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        self.assertEqual((self.kernel.page.nonce, self.kernel.page.lanes[0].deadline),
                         (nonce, deadline))
        made.beat()
        self.assertGreater(self.kernel.page.nonce, nonce)

    def test_a_child_of_a_thread_that_beats_a_lane_can_beat(self):
        made = self.begin(lanes=1)
        lane = made.lane("lane", 1)
        with made._mapped._lanes_lock:
            child = os.fork()
            if not child:
                # In a deadlock, the alarm ends it.
                signal.alarm(10)
                lane.beat()
                made._connection = Kernel()
                made.beat()
                os._exit(0)
        self.assertEqual(os.waitpid(child, 0)[1], 0)

    def test_without_a_mark_all_beats_are_sent(self):
        def refuse():
            raise OSError(errno.EINVAL, "no MADV_WIPEONFORK")

        before, _page.mark = _page.mark, refuse
        try:
            made = self.begin(lanes=1)
        finally:
            _page.mark = before
        with made.lane("lane", 1) as lane, lane.scope(1):
            made.beat()
            made.beat()
        self.assertEqual(self.kernel.commands, [CMD_BEAT, CMD_BEAT])


class Lanes(Case):
    def begin(self, **options):
        return super().begin(lanes=2, **options)

    def entry(self, made, number=0):
        return made._mapped._entries[number]

    def assert_after(self, entry, start, seconds):
        self.assertGreaterEqual(entry.deadline, start + seconds * 10**9)
        self.assertLessEqual(entry.deadline, time.monotonic_ns() + seconds * 10**9)

    def test_options_are_checked(self):
        for lanes in (-1, 1024):
            with self.assertRaises(ValueError):
                varta.Agent(lanes=lanes)
        with self.assertRaises(ValueError):
            varta.Agent(mapped=True).lane("lane", 1)
        made = self.begin()
        for name, threshold in (("a name of 16 byt", 1), ("lane", 0), ("lane", 2**32)):
            with self.assertRaises(ValueError):
                made.lane(name, threshold)
        with self.assertRaises(ValueError):
            made.lane("lane", 1).scope(0)

    def test_open_and_close(self):
        made = self.begin()
        made.beat()
        lanes = [made.lane(name, 0.02) for name in ("a", "b")]
        self.assertIs(made.beat(), True)
        self.assertEqual(self.kernel.lanes, 2)
        entry = self.kernel.page.lanes[1]
        self.assertEqual((entry.name, entry.threshold_ms, entry.deadline),
                         (b"b", 20, _mapped._NEVER))
        with self.assertRaises(OSError) as caught:
            made.lane("more", 1)
        self.assertEqual(caught.exception.errno, errno.ENOSPC)
        lanes[0].close()
        self.assertEqual(self.kernel.page.lanes[0].threshold_ms, 0)
        again = made.lane("again", 1)
        deadline = self.kernel.page.lanes[0].deadline
        lanes[0].beat()
        lanes[0].close()
        # In another thread, which has not seen that it is closed.
        made._mapped.set_deadline(lanes[0]._token, 0, 1)
        made._mapped.close_lane(lanes[0]._token, 0)
        self.assertEqual(self.kernel.page.lanes[0].deadline, deadline)
        again.beat()
        self.assertNotEqual(self.kernel.page.lanes[0].deadline, deadline)
        self.assertEqual(self.kernel.page.lanes[0].threshold_ms, 1000)

    def test_the_beat_after_an_opening_is_sent(self):
        made = self.begin()
        made.beat()
        self.assertEqual(self.kernel.commands, [CMD_BEAT, CMD_MAP, CMD_BEAT])
        made.beat()
        lane = made.lane("lane", 1)
        made.beat()
        made.beat()
        self.assertEqual(self.kernel.commands[3:], [CMD_BEAT])
        lane.close()

    def test_beats_and_scopes(self):
        made = self.begin()
        start = time.monotonic_ns()
        lane = made.lane("lane", 20)
        entry = self.entry(made)
        lane.beat()
        self.assert_after(entry, start, 20)
        self.assertEqual(entry.tid, threading.get_native_id())
        with lane.scope(5000):
            self.assert_after(entry, start, 5000)
        self.assertEqual(entry.deadline, _mapped._NEVER)
        with lane.scope():
            self.assert_after(entry, start, 20)
        lane.beat()
        lane.idle()
        self.assertEqual(entry.deadline, _mapped._NEVER)
        thread = threading.Thread(target=lane.beat)
        thread.start()
        thread.join()
        self.assertNotIn(entry.tid, (0, threading.get_native_id()))

    def test_lanes_move_to_a_new_page_and_back(self):
        made = self.begin()
        lane = made.lane("lane", 20)
        lane.beat()
        expected = (b"lane", 20000, self.entry(made).deadline, self.entry(made).tid)
        idle = made.lane("idle", 30)

        def values(entry):
            return (entry.name, entry.threshold_ms, entry.deadline, entry.tid)

        for _ in range(2):
            self.may_map_again(made)
            made.beat()
            self.assertEqual(values(self.kernel.page.lanes[0]), expected)
            self.assertEqual(self.kernel.page.lanes[1].deadline, _mapped._NEVER)
            made.bye()
            made.beat()
            self.assertEqual(values(self.entry(made)), expected)
        idle.beat()
        self.assertNotEqual(self.entry(made, 1).deadline, _mapped._NEVER)

    def test_lanes_of_a_closed_agent_are_idle(self):
        made = self.begin()
        lane = made.lane("lane", 20)
        made.beat()
        lane.beat()
        # The kernel can read it after it is unmapped here.
        entry = self.kernel.page.lanes[0]
        seen = []
        unmap, _page.unmap = _page.unmap, lambda page: seen.append(entry.deadline)
        try:
            made.close()
        finally:
            _page.unmap = unmap
        self.assertEqual(seen, [_mapped._NEVER])

    def test_more_lanes_than_fit_in_a_page(self):
        made = super().begin(lanes=1023)
        lanes = [made.lane(str(number), 1) for number in range(1023)]
        with self.assertRaises(OSError):
            made.lane("more", 1)
        lanes[-1].beat()
        self.assertEqual(self.entry(made, 1022).name, b"1022")
        self.assertEqual(self.entry(made, 1022).tid, threading.get_native_id())

    def test_all_pages_are_unmapped(self):
        address = _libc.mmap(None, 8 * mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_WRITE,
                             mmap.MAP_SHARED | mmap.MAP_ANONYMOUS, -1, 0)
        for lanes, pages in ((0, 1), (127, 1), (128, 2), (1023, 8)):
            self.assertEqual(_page.at(address, lanes).size, pages * mmap.PAGESIZE)
        _page.unmap(_page.at(address, 1023))
        self.assertFalse(is_mapped(_page.at(address, 0)))

    def test_a_lane_that_nothing_refers_to_is_closed(self):
        made = self.begin()
        made.lane("lane", 20).beat()
        made.beat()
        self.assertEqual(self.entry(made).threshold_ms, 0)

    def test_threads_beat_while_pages_are_replaced(self):
        made = self.begin()
        lane = made.lane("lane", 20)
        stop = threading.Event()
        ended = []

        def beat():
            while not stop.is_set():
                start = time.monotonic_ns()
                lane.beat()
            ended.append(start)

        threads = [threading.Thread(target=beat) for _ in range(3)]
        for thread in threads:
            thread.start()
        for _ in range(200):
            self.may_map_again(made)
            made.beat()
            self.kernel.page.kick = 2
        stop.set()
        for thread in threads:
            thread.join()
        self.assertGreaterEqual(self.entry(made).deadline, min(ended) + 20 * 10**9)



class Sender:
    """In place of the connection for lanes: what was sent by it."""

    def __init__(self):
        self.lanes = []
        self.failure = None
        self.is_closed = False

    def tell(self, command, content):
        (kind, nest), = _netlink.attributes(content)
        assert (command, kind) == (CMD_BEAT, A_BEAT_LANE)
        self.lanes.append(dict(_netlink.attributes(nest)))
        if self.failure:
            raise self.failure

    def close(self):
        self.is_closed = True

    def take(self):
        """Name, threshold, deadline, and whether it is only for a lane that is new."""
        taken = [(lane[A_LANE_NAME], struct.unpack("=I", lane[A_LANE_THRESHOLD_MS])[0],
                  struct.unpack("=Q", lane[A_LANE_DEADLINE])[0], A_LANE_ONLY_NEW in lane)
                 for lane in self.lanes]
        self.lanes.clear()
        return taken


class SentLanes(Case):
    def begin(self, **options):
        self.kernel.has_map = False
        made = super().begin(lanes=2, **options)
        self.sender = made._mapped._connection = Sender()
        return made

    def begin_without_a_mark(self):
        with mock.patch.object(_page, "mark", side_effect=OSError(errno.EINVAL, "refused")):
            made = self.begin()
        self.assertNotIsInstance(made._mapped, _mapped.Mapped)
        return made

    def check_lanes(self, made):
        never = _mapped._NEVER
        lane = made.lane("lane", 20)
        lane.beat()
        self.assertEqual(self.sender.take(), [])
        # From the first beat of the agent on.
        made.beat()
        deadline = made._mapped._entries[0].deadline
        self.assertEqual(self.sender.take(), [(b"lane\0", 20000, deadline, True)])
        start = time.monotonic_ns()
        lane.beat()
        self.assertEqual(self.sender.lanes[0][A_LANE_TID],
                         struct.pack("=I", threading.get_native_id()))
        self.assertEqual(self.sender.lanes[0][A_LANE_NUMBER], bytes(4))
        (name, threshold_ms, deadline, only_new), = self.sender.take()
        self.assertEqual((name, threshold_ms, only_new), (b"lane\0", 20000, False))
        self.assertGreaterEqual(deadline, start + 20 * 10**9)
        with lane.scope(5000):
            self.assertGreater(self.sender.take()[0][2], start + 5000 * 10**9)
        self.assertEqual(self.sender.take(), [(b"lane\0", 20000, never, False)])
        # What the kernel says to that is not for the program.
        self.sender.failure = varta.Refused(errno.ENOENT, "unknown-agent: none")
        lane.beat()
        self.sender.failure = varta.NotLoaded()
        self.assertIs(made.beat(), True)
        lane.beat()
        self.sender.failure = None
        self.sender.take()
        lane.close()
        self.assertEqual(self.sender.take(), [(b"lane\0", 0, never, False)])

    def test_lanes_are_sent_without_a_page(self):
        self.check_lanes(self.begin())

    def test_lanes_are_sent_without_a_mark(self):
        self.check_lanes(self.begin_without_a_mark())

    def test_lanes_are_restored_once_in_an_interval(self):
        made = self.begin()
        lane = made.lane("lane", 20)
        made.beat()
        made.beat()
        self.assertEqual(len(self.sender.take()), 1)
        made._mapped._tend_at = 0
        made.beat()
        self.assertEqual(len(self.sender.take()), 1)
        lane.close()

    def test_lanes_are_not_sent_with_a_page(self):
        made = self.begin()
        lane = made.lane("lane", 20)
        made.beat()
        self.sender.take()
        self.kernel.has_map = True
        self.may_map_again(made)
        made.beat()
        lane.beat()
        self.assertEqual(self.sender.take(), [])
        self.kernel.page.kick = 2
        made.beat()
        self.assertEqual(len(self.sender.take()), 1)
        lane.beat()
        self.assertEqual(len(self.sender.take()), 1)

    def test_lanes_of_a_closed_agent_are_idle(self):
        made = self.begin_without_a_mark()
        lane = made.lane("lane", 20)
        made.beat()
        lane.beat()
        self.sender.take()
        made.close()
        self.assertEqual(self.sender.take(), [(b"lane\0", 20000, _mapped._NEVER, False)])
        self.assertTrue(self.sender.is_closed)

    def test_a_child_sends_nothing_of_its_parent(self):
        made = self.begin_without_a_mark()
        lane = made.lane("lane", 20)
        made.beat()
        self.sender.take()
        child = os.fork()
        if not child:
            lane.beat()
            lane.close()
            os._exit(len(self.sender.lanes))
        self.assertEqual(os.waitpid(child, 0)[1], 0)

if __name__ == "__main__":
    unittest.main()
