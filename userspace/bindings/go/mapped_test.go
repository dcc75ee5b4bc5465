// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause

package varta

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// A fakeKernel has a page that is not the kernel's.
type fakeKernel struct {
	*mappedState
	t     *testing.T
	asked int
}

const pause = 1000

func newFake(t *testing.T, lanes int) *fakeKernel {
	kernel := &fakeKernel{newMapped(lanes, pause/sendIntervals), t, 0}
	// This kernel reads nothing while a value is stored.
	kernel.mayMap = true
	t.Cleanup(kernel.close)
	return kernel
}

func (k *fakeKernel) ask() uint64 {
	k.asked++
	const protection = syscall.PROT_READ | syscall.PROT_WRITE
	// Not syscall.Mmap, which remembers what has to be unmapped by it.
	address, _, err := syscall.Syscall6(syscall.SYS_MMAP, 0, uintptr(os.Getpagesize()), protection,
		syscall.MAP_SHARED|syscall.MAP_ANON, ^uintptr(0), 0)
	if err != 0 {
		k.t.Fatal(err)
	}
	return uint64(address)
}

func isMapped(t *testing.T, address uintptr) bool {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains("\n"+string(maps), fmt.Sprintf("\n%08x-", address))
}

// send is a beat that is sent: the kernel looks at the page.
func (k *fakeKernel) send(now uint64, status Status) bool {
	k.begin()
	if k.page != nil {
		k.page.looks++
		atomic.CompareAndSwapUint32(&k.page.kick, 1, 0)
	}
	return k.sent(now, status, 7, now, k.ask)
}

func (k *fakeKernel) expect(what string, result bool, nonce, state uint64) {
	k.t.Helper()
	if !result || k.page.nonce != nonce || k.page.state != state {
		k.t.Errorf("%s: %v, nonce %d, state %x", what, result, k.page.nonce, k.page.state)
	}
}

func TestPageIsOnePage(t *testing.T) {
	if unsafe.Sizeof(page{}) != 8*4096 || unsafe.Sizeof(laneEntry{}) != 32 {
		t.Errorf("%d, %d bytes", unsafe.Sizeof(page{}), unsafe.Sizeof(laneEntry{}))
	}
	pageSize := uintptr(os.Getpagesize())
	if pageSize == 4096 {
		for lanes, pages := range map[int]uintptr{0: 1, 127: 1, 128: 2, 1023: 8} {
			if size := mappedSize(lanes); size != pages*pageSize {
				t.Errorf("%d lanes: %d bytes", lanes, size)
			}
		}
	}
}

func TestBeatsAreStored(t *testing.T) {
	k := newFake(t, 0)
	if k.store(1, StatusOk, 1) {
		t.Error("stored without a page")
	}
	k.expect("the sent one", !k.send(1, StatusOk), 1, 7<<32)
	k.expect("stored", k.store(2, StatusOk, 8), 2, 8<<32)
	k.expect("no greater nonce", !k.store(2, StatusOk, 9), 2, 8<<32)
	k.expect("a new status", !k.store(3, StatusDegraded, 9), 2, 8<<32)
	k.expect("time to send one", !k.store(1+pause, StatusOk, 9), 2, 8<<32)
	k.expect("the last nonce", k.begin() == 2, 2, 8<<32)
	k.expect("after a request", !k.store(3, StatusOk, 9), 2, 8<<32)
}

func TestKickHasTheNextBeatSent(t *testing.T) {
	k := newFake(t, 0)
	k.send(1, StatusOk)
	atomic.StoreUint32(&k.page.kick, 1)
	k.expect("kicked", !k.store(2, StatusOk, 0), 2, 0)
	k.send(3, StatusDegraded)
	k.expect("sent", k.store(4, StatusDegraded, 0), 4, 1)
	if k.asked != 1 {
		t.Errorf("asked %d times", k.asked)
	}
}

func TestPageIsGivenUp(t *testing.T) {
	for _, isGone := range []bool{true, false} {
		k := newFake(t, 0)
		k.send(1, StatusOk)
		k.send(2, StatusOk)
		address := uintptr(unsafe.Pointer(k.page))
		if isGone {
			atomic.StoreUint32(&k.page.kick, 2)
			k.send(3, StatusOk)
		} else {
			// Nothing looks.
			k.begin()
			k.sent(3, StatusOk, 0, 3, k.ask)
		}
		if k.page != nil || k.store(4, StatusOk, 0) || isMapped(t, address) || k.asked != 1 {
			t.Errorf("gone %v: it is not given up", isGone)
		}
		k.send(1+pause, StatusOk)
		k.expect("mapped anew", k.store(2+pause, StatusOk, 0) && k.asked == 2, 2+pause, 0)
	}
}

func TestWithoutMapNothingIsStored(t *testing.T) {
	m := newMapped(1, pause)
	m.sent(1, StatusOk, 0, 1, func() uint64 { return 0 })
	if m.store(2, StatusOk, 0) {
		t.Error("stored")
	}
	m.sent(2, StatusOk, 0, 2, func() uint64 { t.Error("asked too early"); return 0 })
}

func TestPageIsAskedForIfStoresAreWhole(t *testing.T) {
	asked := false
	newMapped(0, pause).sent(1, StatusOk, 0, 1, func() uint64 { asked = true; return 0 })
	if asked != storesWhole {
		t.Errorf("asked: %v, stores are whole: %v", asked, storesWhole)
	}
	k := newFake(t, 1)
	k.mayMap = false
	if k.send(1, StatusOk) || k.page != nil || k.asked != 0 || k.store(2, StatusOk, 0) {
		t.Error("mapped with stores of halves")
	}
	if k.table.sends == 0 {
		t.Error("lanes are not sent")
	}
}

// agentOf has lanes, and no beat is sent.
func agentOf(k *fakeKernel) *Agent { return &Agent{mapped: k.mappedState} }

func openLane(t *testing.T, k *fakeKernel, name string, threshold time.Duration) *Lane {
	lane, err := agentOf(k).Lane(name, threshold)
	if err != nil {
		t.Fatal(err)
	}
	return lane
}

func (l *Lane) entry() *laneEntry { return &l.table.page.lanes[l.number] }

func checkDeadline(t *testing.T, what string, lane *Lane, since uint64, after time.Duration) {
	t.Helper()
	deadline := lane.entry().deadline
	if deadline < since+uint64(after) || deadline > now()+uint64(after) {
		t.Errorf("%s: the deadline is %d after it", what, deadline-since)
	}
}

func TestOptionsOfLanes(t *testing.T) {
	k := newFake(t, 1)
	for _, name := range []string{"a name of 16 byt", "a\x00b"} {
		if _, err := agentOf(k).Lane(name, time.Second); err == nil {
			t.Errorf("%q is taken", name)
		}
	}
	for _, threshold := range []time.Duration{0, -time.Second, time.Microsecond, 1 << 62} {
		if _, err := agentOf(k).Lane("a", threshold); err == nil {
			t.Errorf("%v is taken", threshold)
		}
	}
	for _, lanes := range []int{-1, LanesMax + 1} {
		if _, err := Open(Options{Lanes: lanes}); err == nil {
			t.Errorf("%d lanes are taken", lanes)
		}
	}
	if _, err := (&Agent{}).Lane("a", time.Second); err != ErrNoLane {
		t.Error(err)
	}
}

func TestLanes(t *testing.T) {
	k := newFake(t, 2)
	k.sendAt = 1
	a := openLane(t, k, "a", 20*time.Second)
	if k.sendAt != 0 {
		t.Error("the next beat is not sent")
	}
	entry := a.entry()
	if entry.deadline != never || entry.thresholdMs != 20000 || entry.name != [16]byte{'a'} {
		t.Errorf("a new lane: %v", entry)
	}
	b := openLane(t, k, "b", 30*time.Second)
	if _, err := agentOf(k).Lane("more", time.Second); err != ErrNoLane {
		t.Error(err)
	}
	since := now()
	a.Beat()
	checkDeadline(t, "beat", a, since, 20*time.Second)
	if entry.tid == 0 {
		t.Error("a beat names no thread")
	}
	func() {
		defer b.Scope(5000 * time.Second)()
		checkDeadline(t, "scope", b, since, 5000*time.Second)
	}()
	a.Idle()
	if a.entry().deadline != never || b.entry().deadline != never {
		t.Error("the lanes are not idle")
	}
	a.Close()
	if entry.thresholdMs != 0 {
		t.Error("a closed lane has a threshold")
	}
	again := openLane(t, k, "again", time.Second)
	a.Beat()
	a.Close()
	if again.entry() != entry || entry.deadline != never || entry.thresholdMs != 1000 {
		t.Errorf("a closed lane changed another: %v", entry)
	}
}

func TestLanesMoveToNewPage(t *testing.T) {
	k := newFake(t, 2)
	lane := openLane(t, k, "lane", 20*time.Second)
	lane.Beat()
	expected := *lane.entry()
	for _, now := range []uint64{1, 2 + pause} {
		k.expect("new page", k.send(now, StatusOk) && !k.store(now+1, StatusOk, 0), now, 7<<32)
		k.expect("second beat", !k.send(now+1, StatusOk), now+1, 7<<32)
		k.expect("stored", k.store(now+2, StatusOk, 0), now+2, 0)
		if lane.table.page != k.page || *lane.entry() != expected {
			t.Errorf("in the page: %v", lane.entry())
		}
		address := uintptr(unsafe.Pointer(k.page))
		atomic.StoreUint32(&k.page.kick, 2)
		k.send(now+3, StatusOk)
		if *lane.entry() != expected || isMapped(t, address) {
			t.Errorf("after the page: %v", lane.entry())
		}
	}
}

func TestClosedAgentHasIdleLanes(t *testing.T) {
	k := newFake(t, 1)
	lane := openLane(t, k, "lane", 20*time.Second)
	k.send(1, StatusOk)
	lane.Beat()
	k.table.idleAll()
	if k.page.lanes[0].deadline != never {
		t.Error("not idle")
	}
	agentOf(k).Close()
	lane.Beat()
	if k.page != nil || lane.entry().deadline == never {
		t.Error("the lane is not in a variable")
	}
}

// A sentLane is what was sent in place of the kernel.
type sentLane struct {
	name        string
	thresholdMs uint32
	deadline    uint64
	onlyNew     bool
}

func sentBy(k *fakeKernel) (take func() []sentLane) {
	var sent []sentLane
	k.table.send = func(content []byte) {
		forEach(content, func(kind uint16, nest []byte) {
			if kind != aBeatLane {
				k.t.Errorf("attribute %d", kind)
			}
			var lane sentLane
			forEach(nest, func(kind uint16, value []byte) {
				switch kind {
				case aLaneName:
					lane.name = textOf(value)
				case aLaneThresholdMs:
					lane.thresholdMs = u32Of(value)
				case aLaneDeadline:
					lane.deadline = u64Of(value)
				case aLaneOnlyNew:
					lane.onlyNew = true
				}
			})
			sent = append(sent, lane)
		})
	}
	return func() []sentLane {
		taken := sent
		sent = nil
		return taken
	}
}

func TestLanesAreSentWithoutPage(t *testing.T) {
	k := newFake(t, 2)
	take := sentBy(k)
	expect := func(what string, expected ...sentLane) {
		t.Helper()
		if sent := take(); fmt.Sprint(sent) != fmt.Sprint(expected) {
			t.Errorf("%s: %v, not %v", what, sent, expected)
		}
	}
	refuse := func() uint64 { return 0 }
	lane := openLane(t, k, "lane", 20*time.Second)
	lane.Beat()
	expect("before the first beat of the agent")
	k.sent(1, StatusOk, 0, 1, refuse)
	expect("restored", sentLane{"lane", 20000, lane.entry().deadline, true})
	lane.Beat()
	expect("a beat", sentLane{"lane", 20000, lane.entry().deadline, false})
	lane.Scope(time.Hour)()
	if scope := take(); len(scope) != 2 || scope[1] != (sentLane{"lane", 20000, never, false}) {
		t.Errorf("a scope: %v", scope)
	}
	k.sent(2, StatusOk, 0, 2, refuse)
	expect("restored too early")
	k.sent(1+pause/sendIntervals, StatusOk, 0, 3, refuse)
	expect("restored again", sentLane{"lane", 20000, never, true})
	k.sent(1+pause, StatusOk, 0, 1+pause, k.ask)
	lane.Beat()
	expect("with a page")
	atomic.StoreUint32(&k.page.kick, 2)
	k.sent(2+pause, StatusOk, 0, 2+pause, refuse)
	expect("without it again", sentLane{"lane", 20000, lane.entry().deadline, true})
	k.close()
	expect("a closed agent", sentLane{"lane", 20000, never, false})
	k.sent(3+pause, StatusOk, 0, 3+pause, refuse)
	take()
	lane.Close()
	expect("closed", sentLane{"lane", 0, never, false})
	lane.Beat()
	expect("after that")
}

func TestGoroutinesBeatWhilePagesAreReplaced(t *testing.T) {
	k := newFake(t, 1)
	lane := openLane(t, k, "lane", 20*time.Second)
	var stop int32
	var group sync.WaitGroup
	since := make([]uint64, 3)
	for i := range since {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			for since[i] == 0 || atomic.LoadInt32(&stop) == 0 {
				since[i] = now()
				lane.Beat()
			}
		}(i)
	}
	for round := uint64(1); round < 500; round++ {
		k.send(round*2*pause, StatusOk)
		atomic.StoreUint32(&k.page.kick, 2)
		k.send(round*2*pause+1, StatusOk)
	}
	atomic.StoreInt32(&stop, 1)
	group.Wait()
	for _, each := range since {
		if deadline := lane.entry().deadline; deadline+uint64(time.Second) < each+uint64(20*time.Second) {
			t.Errorf("the deadline is old: %d", deadline)
		}
	}
}

func TestClock(t *testing.T) {
	for i := 0; i < 100; i++ {
		before, here := monotonic(), now()
		after := monotonic()
		if here < before || here > after+uint64(time.Millisecond) {
			t.Fatalf("%d is not in %d..%d", here, before, after)
		}
	}
}
