# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
"""The page in which a process beats. All that uses ctypes is here."""

from __future__ import annotations

import ctypes
import mmap

from ._uapi import LANES_MAX, NAME_SIZE

if ctypes.sizeof(ctypes.c_void_p) != 8:
    raise ImportError("a nonce cannot be stored at once")

_MADV_WIPEONFORK = 18
_MADV_DONTFORK = 10

_libc = ctypes.CDLL(None, use_errno=True)
_libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
_libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]


class Entry(ctypes.Structure):
    """A lane. What the kernel must not see half is a pointer: ctypes stores that as one word,
    other types by memcpy(). A pointer of 0 is read as None."""

    deadline: int | None
    threshold_ms: int
    tid: int
    name: bytes
    _fields_ = [("deadline", ctypes.c_void_p), ("threshold_ms", ctypes.c_uint32),
                ("tid", ctypes.c_uint32), ("name", ctypes.c_char * NAME_SIZE)]


class Page(ctypes.Structure):
    """See the command map in the specification of the netlink family."""

    nonce: int | None
    state: int | None
    kick: int
    looks: int
    lanes: ctypes.Array[Entry]
    #: Bytes that are mapped.
    size: int = mmap.PAGESIZE
    _fields_ = [("nonce", ctypes.c_void_p), ("state", ctypes.c_void_p), ("kick", ctypes.c_uint32),
                ("looks", ctypes.c_uint32), ("unused", ctypes.c_uint64),
                ("lanes", Entry * LANES_MAX)]


def at(address: int, lanes: int) -> Page:
    """The page that the kernel has mapped, with those that follow it for so many lanes. A child of
    fork() does not have them."""
    page = Page.from_address(address)
    size = ctypes.sizeof(Page) - (LANES_MAX - lanes) * ctypes.sizeof(Entry)
    page.size = -(-size // mmap.PAGESIZE) * mmap.PAGESIZE
    # For kernels that are too old to do it.
    _libc.madvise(address, page.size, _MADV_DONTFORK)
    return page


def unmap(page: Page) -> None:
    """The page is not used afterwards."""
    _libc.munmap(ctypes.addressof(page), page.size)


def mark() -> mmap.mmap:
    """Memory that begins with 1, and in a child of fork() with 0."""
    made = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    made.madvise(_MADV_WIPEONFORK)
    made[0] = 1
    return made
