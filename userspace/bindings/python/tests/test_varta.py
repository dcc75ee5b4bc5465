# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
"""Tests that need no module: python3 -m unittest discover -s tests, from the folder above."""

import doctest
import errno
import json
import os
import pathlib
import signal
import struct
import unittest

import varta
from varta import _mapped, _netlink, agent, events, frame
from varta._uapi import AGENT, A_AGENTS_AGENT, CMD_LOSS_NTF

TREE = pathlib.Path(__file__).resolve().parents[4]
VECTORS = json.loads((TREE / "tests/vectors/vlp.json").read_text())


def load_tests(loader, tests, pattern):
    for module in (varta, _mapped, _netlink, agent, events, frame):
        tests.addTests(doctest.DocTestSuite(module))
    return tests


def number_of(name):
    return next(number for number, field in AGENT.items() if field[0] == name)


class Vectors(unittest.TestCase):
    def test_checksums(self):
        for vector in VECTORS["crc32c"]:
            with self.subTest(vector["name"]):
                self.assertEqual(varta.crc32c(bytes.fromhex(vector["bytes"])), vector["crc"])

    def test_decode(self):
        for vector in VECTORS["frames"]:
            with self.subTest(vector["name"]):
                data = bytes.fromhex(vector["bytes"])
                if vector["error"]:
                    with self.assertRaises(varta.FrameError) as caught:
                        varta.Frame.decode(data)
                    self.assertEqual(caught.exception.reason, vector["error"])
                else:
                    fields = {name: int(value) for name, value in vector["fields"].items()}
                    self.assertEqual(varta.Frame.decode(data), varta.Frame(**fields))

    def test_encode(self):
        encoded = 0
        for vector in VECTORS["frames"]:
            if vector["fields"]:
                with self.subTest(vector["name"]):
                    fields = {name: int(value) for name, value in vector["fields"].items()}
                    self.assertEqual(varta.Frame(**fields).encode().hex(), vector["bytes"])
                    encoded += 1
        self.assertGreater(encoded, 0)


class Messages(unittest.TestCase):
    def test_attributes_are_padded(self):
        data = _netlink.attribute(9, b"abc\0d") + _netlink.attribute(2, b"1234")
        self.assertEqual(len(data) % 4, 0)
        self.assertEqual(list(_netlink.attributes(data)), [(9, b"abc\0d"), (2, b"1234")])

    def test_malformed_attributes_end_the_list(self):
        good = _netlink.attribute(2, b"1234")
        for bad in (b"\0\0\2\0", b"\3\0\2\0", b"\11\0\2\0abcd", b"\4"):
            self.assertEqual(list(_netlink.attributes(good + bad)), [(2, b"1234")])

    def test_malformed_messages_end_the_list(self):
        good = _netlink.request(20, 1, 7, 1, b"")
        for bad in (struct.pack("=IHHII", 15, 20, 0, 7, 0), struct.pack("=IHHII", 17, 20, 0, 7, 0)):
            self.assertEqual(len(list(_netlink.messages(good + bad))), 1)

    def refusal(self, flags, between):
        text = _netlink.attribute(1, b"bad-pid: the pid must be at least 1\0")
        content = struct.pack("=i", -errno.EINVAL) + struct.pack("=IHHII", 20 + 8, 20, 1, 7, 0)
        return _netlink._verdict(_netlink.NLMSG_ERROR, flags, content + between + text)

    def test_refusals_have_text_and_reason(self):
        # Capped, and with the rest of the request.
        for flags, between in ((0x100, b""), (0, bytes(12))):
            refusal = self.refusal(flags, between)
            self.assertEqual(refusal.errno, errno.EINVAL)
            self.assertEqual(refusal.reason, "bad-pid")
            self.assertIn("at least 1", str(refusal))

    def test_a_loss_is_an_overrun_and_a_notice_no_agent(self):
        subscription = events.Events.__new__(events.Events)
        subscription._kinds = None
        subscription._connection = connection = _netlink.Connection()
        connection.family = 20
        notice = _netlink.attribute(1, _netlink.attribute(2, b"1234"))
        connection.receive = lambda: b"".join(
            _netlink.request(family, 0, 0, command, notice)
            for family, command in ((20, 17), (20, CMD_LOSS_NTF), (21, CMD_LOSS_NTF), (20, 99)))
        self.assertEqual(subscription.read(), [varta.Event(varta.Notice.OVERRUN)])

    def test_unknown_values_of_a_newer_kernel_are_numbers(self):
        inner = (_netlink.attribute(number_of("status"), struct.pack("=I", 77)) +
                 _netlink.attribute(1000, b"new!") +
                 _netlink.attribute(number_of("stalled"), b"") +
                 _netlink.attribute(number_of("name"), b"worker\0"))
        content = bytes(4) + _netlink.attribute(A_AGENTS_AGENT, inner)
        info, = events._agents_in(content)
        self.assertEqual((info.status, info.stalled, info.name, info.pid),
                         (77, True, "worker", None))


class Agents(unittest.TestCase):
    def test_a_threshold_out_of_range_is_an_error(self):
        for threshold in (0, -1, 2**32):
            with self.assertRaises(ValueError):
                varta.Agent(threshold=threshold)

    def test_a_child_has_a_socket_of_its_own(self):
        connection = _netlink.Connection()
        inode = os.fstat(connection.fileno()).st_ino
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            os.write(writer, str(os.fstat(connection.fileno()).st_ino).encode())
            os._exit(0)
        os.waitpid(child, 0)
        of_child = int(os.read(reader, 100))
        os.close(reader)
        os.close(writer)
        self.assertNotIn(of_child, (0, inode))
        self.assertEqual(os.fstat(connection.fileno()).st_ino, inode)
        connection.close()

    def test_a_child_can_beat_while_a_thread_of_its_parent_does(self):
        made = varta.Agent("parent")
        with made._lock:
            child = os.fork()
            if not child:
                # In a deadlock, the alarm ends it.
                signal.alarm(10)
                made.beat()
                os._exit(0)
        self.assertEqual(os.waitpid(child, 0)[1], 0)

    def test_bye_is_said_unless_an_exception_ends_the_block(self):
        for error, expected in ((None, 1), (ValueError, 0)):
            made = varta.Agent("leaving")
            said = []
            made.bye = lambda: said.append(1)
            try:
                with made:
                    if error:
                        raise error
            except ValueError:
                pass
            self.assertEqual(len(said), expected)

    def test_a_closed_descriptor_that_became_another_file_is_not_closed(self):
        connection = _netlink.Connection()
        number = connection.fileno()
        with open("/dev/null", "rb") as other:
            os.dup2(other.fileno(), number)
            connection.close()
            self.assertNotEqual(connection.fileno(), number)
            os.fstat(number)
            os.close(number)
        connection.close()

    def test_helpers_log_a_failure_once(self):
        class Broken:
            interval = 1.0

            def beat(self, status):
                raise OSError(errno.EPERM, "no")

        beater = agent._Beater(Broken(), None)
        with self.assertLogs("varta", "WARNING") as logged:
            beater.beat()
            beater.beat()
        self.assertEqual(len(logged.output), 1)


if __name__ == "__main__":
    unittest.main()
