// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause

package varta

import (
	"os"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// never is a deadline that does not come: the lane is idle. 0 is for a lane without one.
const never = 1<<64 - 1

// A laneEntry is a lane in a page: see the command map in the specification of the netlink family.
type laneEntry struct {
	deadline    uint64
	thresholdMs uint32
	tid         uint32
	name        [nameSize]byte
}

// A page is what the kernel reads. Either it has mapped it, so that it is no memory of Go's, or it
// is a variable for lanes before that.
type page struct {
	nonce       uint64
	state       uint64
	kick, looks uint32
	_           uint64
	lanes       [LanesMax]laneEntry
}

// mappedSize is how many bytes the kernel has mapped: for more lanes, pages follow the first one.
func mappedSize(lanes int) uintptr {
	size := unsafe.Offsetof(page{}.lanes) + uintptr(lanes)*unsafe.Sizeof(laneEntry{})
	pageSize := uintptr(os.Getpagesize())
	return (size + pageSize - 1) / pageSize * pageSize
}

// pageAt is the page at an address that the kernel has answered. Nothing else knows of it, and
// Go's collector ignores pointers to memory that is not its own.
func pageAt(address uint64, lanes int) *page {
	at := uintptr(address)
	// For kernels that are too old to do it: a child made by C code does not have it.
	syscall.Syscall(syscall.SYS_MADVISE, at, mappedSize(lanes), syscall.MADV_DONTFORK)
	// Not unsafe.Pointer(at), of which vet warns, as it cannot know that this is no variable.
	return *(**page)(unsafe.Pointer(&at))
}

// unmap is for a page of the kernel. No pointer to it may remain, as Go may use the address.
func (p *page) unmap(lanes int) {
	syscall.Syscall(syscall.SYS_MUNMAP, uintptr(unsafe.Pointer(p)), mappedSize(lanes), 0)
}

// storeState is before storeNonce: the kernel must not read the new nonce and the old state.
// All operations of sync/atomic are in one order.
func (p *page) storeState(state uint64) { atomic.StoreUint64(&p.state, state) }

// storeNonce tells whether the kernel reads the beat: it sees either the nonce, or this the kick.
func (p *page) storeNonce(nonce uint64) bool {
	atomic.StoreUint64(&p.nonce, nonce)
	return atomic.LoadUint32(&p.kick) == 0
}

func (e *laneEntry) setDeadline(deadline uint64, tid uint32) {
	atomic.StoreUint32(&e.tid, tid)
	atomic.StoreUint64(&e.deadline, deadline)
}

func (e *laneEntry) open(name string, thresholdMs uint32) {
	e.setDeadline(never, 0)
	e.name = [nameSize]byte{}
	copy(e.name[:], name)
	// The kernel looks at the lane from here on.
	atomic.StoreUint32(&e.thresholdMs, thresholdMs)
}

func (e *laneEntry) close() {
	atomic.StoreUint64(&e.deadline, never)
	atomic.StoreUint32(&e.thresholdMs, 0)
}

func (e *laneEntry) copyFrom(from *laneEntry) {
	e.name = from.name
	e.setDeadline(atomic.LoadUint64(&from.deadline), atomic.LoadUint32(&from.tid))
	atomic.StoreUint32(&e.thresholdMs, atomic.LoadUint32(&from.thresholdMs))
}
