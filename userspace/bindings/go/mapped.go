// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause

package varta

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// sendIntervals is after how many intervals a beat is sent, for an agent that the tracker lost.
const sendIntervals = 10

// ErrNoLane says that as many lanes are open as the agent can have.
var ErrNoLane = errors.New("all lanes of the agent are open")

// A mappedState is about the page of this process, or none. The rules are those of varta-client.h.
// The agent's mutex protects it, but for lanes.
type mappedState struct {
	page     *page
	table    *laneTable
	interval uint64
	looks    uint32
	nonce    uint64
	// When the next beat has to be sent: 0 for now.
	sendAt uint64
	// When to ask for a page again.
	mapAt uint64
	// Not where the kernel could read halves of two times, the later of which seems to be up to
	// 4.3 s ahead.
	mayMap bool
}

func newMapped(lanes int, interval time.Duration) *mappedState {
	m := &mappedState{interval: uint64(interval) * sendIntervals, mayMap: storesWhole}
	if lanes > 0 {
		m.table = &laneTable{page: new(page), owners: make([]*Lane, lanes),
			interval: uint64(interval)}
		m.table.send = func(content []byte) { _ = m.table.connection.tell(cmdBeat, content) }
	}
	return m
}

func (m *mappedState) lanes() int {
	if m.table == nil {
		return 0
	}
	return len(m.table.owners)
}

func stateOf(status Status, payload uint32) uint64 {
	return uint64(status) | uint64(payload)<<32
}

// store beats in the page: false if the beat has to be sent.
func (m *mappedState) store(now uint64, status Status, payload uint32) bool {
	if m.page == nil || now <= m.nonce || now >= m.sendAt {
		return false
	}
	state, last := stateOf(status, payload), atomic.LoadUint64(&m.page.state)
	if uint32(last) != uint32(state) {
		return false
	}
	if last != state {
		m.page.storeState(state)
	}
	m.nonce = now
	return m.page.storeNonce(now)
}

// begin is called before a beat or another request is sent. Its nonce must be greater than this.
func (m *mappedState) begin() uint64 {
	m.sendAt = 0
	if m.page != nil {
		m.looks = atomic.LoadUint32(&m.page.looks)
	}
	return m.nonce
}

// sent is called after a beat that was sent and taken; ask asks the kernel for a page, and returns
// its address or 0. True: another beat has the kernel look at the lanes in a new page.
func (m *mappedState) sent(now uint64, status Status, payload uint32, nonce uint64,
	ask func() uint64) bool {
	isNew := false
	if m.page != nil {
		// The kernel has looked at the page when the beat arrived, unless it does not know the
		// page: after CRIU, for example.
		looks := atomic.LoadUint32(&m.page.looks)
		if atomic.LoadUint32(&m.page.kick) > 1 || looks == m.looks {
			m.giveUp()
		}
	}
	if m.page == nil && m.mayMap && now >= m.mapAt {
		m.mapAt = now + m.interval
		if address := ask(); address != 0 {
			m.page, isNew = pageAt(address, m.lanes()), true
			if m.table != nil {
				m.table.moveTo(m.page)
				// The kernel refuses lanes that are sent from here on.
				m.table.stopSending()
			}
		}
	}
	if m.page == nil {
		if m.table != nil {
			m.table.tend(now)
		}
		return false
	}
	m.page.storeState(stateOf(status, payload))
	m.page.storeNonce(nonce)
	m.nonce = nonce
	if isNew && m.table != nil {
		return true
	}
	m.sendAt = now + m.interval
	return false
}

func (m *mappedState) giveUp() {
	old := m.page
	m.page, m.sendAt = nil, 0
	if old == nil {
		return
	}
	if m.table != nil {
		m.table.moveTo(new(page))
	}
	old.unmap(m.lanes())
}

// close gives up the page. Its lanes are idle, as the kernel can read it still.
func (m *mappedState) close() {
	if m.table != nil {
		m.table.idleAll()
		m.table.end()
	}
	m.giveUp()
	m.mapAt = 0
}

// A laneTable has the lanes of an agent: in a variable, or in the page that the kernel reads.
type laneTable struct {
	// Held alone while lanes are opened or closed, or another page replaces this one.
	lock   sync.RWMutex
	page   *page
	owners []*Lane
	// Not 0 while beats of lanes are sent, as there is no page.
	sends uint32
	// Keeps what is sent in order, and protects the connection. Taken before lock.
	sendLock   sync.Mutex
	connection connection
	// Sends the content of a beat. What the kernel says to that is no refusal of one of the agent.
	send func(content []byte)
	// Of a beat of the agent to the next, and when to send what the kernel may have lost.
	interval, tendAt uint64
}

// tell sends what a lane is.
func (t *laneTable) tell(number int, entry *laneEntry, onlyNew bool) {
	content := put(nil, aLaneName, append([]byte(textOf(entry.name[:])), 0))
	content = putU32(content, aLaneNumber, uint32(number))
	content = putU32(content, aLaneThresholdMs, entry.thresholdMs)
	content = putU64(content, aLaneDeadline, entry.deadline)
	content = putU32(content, aLaneTid, entry.tid)
	if onlyNew {
		content = put(content, aLaneOnlyNew, nil)
	}
	t.send(put(nil, aBeatLane|nested, content))
}

func (t *laneTable) copyOf(number int) (entry laneEntry) {
	t.lock.RLock()
	defer t.lock.RUnlock()
	entry.copyFrom(&t.page.lanes[number])
	return entry
}

// sendLane sends a lane, if it is open.
func (t *laneTable) sendLane(number int, onlyNew bool) {
	t.sendLock.Lock()
	defer t.sendLock.Unlock()
	if entry := t.copyOf(number); entry.thresholdMs != 0 {
		t.tell(number, &entry, onlyNew)
	}
}

// tend sends once in an interval what the kernel may have lost. From the first time on, beats of
// lanes are sent.
func (t *laneTable) tend(now uint64) {
	if now < t.tendAt {
		return
	}
	t.tendAt = now + t.interval
	atomic.StoreUint32(&t.sends, 1)
	for i := range t.owners {
		t.sendLane(i, true)
	}
}

func (t *laneTable) stopSending() {
	atomic.StoreUint32(&t.sends, 0)
	t.tendAt = 0
}

// end sends that the lanes are idle, and closes the socket.
func (t *laneTable) end() {
	if atomic.LoadUint32(&t.sends) != 0 {
		for i := range t.owners {
			t.sendLane(i, false)
		}
	}
	t.stopSending()
	t.sendLock.Lock()
	defer t.sendLock.Unlock()
	t.connection.close()
}

func (t *laneTable) moveTo(to *page) {
	t.lock.Lock()
	defer t.lock.Unlock()
	for i := range t.owners {
		to.lanes[i].copyFrom(&t.page.lanes[i])
	}
	t.page = to
}

func (t *laneTable) idleAll() {
	t.lock.Lock()
	defer t.lock.Unlock()
	for i := range t.owners {
		atomic.StoreUint64(&t.page.lanes[i].deadline, never)
	}
}

func (t *laneTable) open(name string, thresholdMs uint32) (*Lane, error) {
	t.lock.Lock()
	defer t.lock.Unlock()
	for i, owner := range t.owners {
		if owner == nil {
			lane := &Lane{t, i, time.Duration(thresholdMs) * time.Millisecond}
			t.owners[i] = lane
			t.page.lanes[i].open(name, thresholdMs)
			return lane, nil
		}
	}
	return nil, ErrNoLane
}

// A Lane is a named watch within the process, with a threshold of its own. It is idle before its
// first beat. Any goroutine may use it; after Close, its methods do nothing.
type Lane struct {
	table     *laneTable
	number    int
	threshold time.Duration
}

// Lane opens a lane, for a loop or a goroutine. The name has at most 15 bytes; the lane is overdue
// when its last beat is threshold ago, 10 ms at least. The kernel sees the lane from the next beat of
// the agent on.
//
// The agent must have been opened with Lanes. ErrNoLane: all of them are open.
func (a *Agent) Lane(name string, threshold time.Duration) (*Lane, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	milliseconds := threshold.Milliseconds()
	if milliseconds < 1 || milliseconds > 1<<32-1 {
		return nil, fmt.Errorf("varta: the threshold %v is out of range", threshold)
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.mapped == nil || a.mapped.table == nil {
		return nil, ErrNoLane
	}
	// The next beat is sent, so that the kernel looks.
	a.mapped.sendAt = 0
	return a.mapped.table.open(name, uint32(milliseconds))
}

// store tells whether the lane is open.
func (l *Lane) store(deadline uint64) bool {
	l.table.lock.RLock()
	defer l.table.lock.RUnlock()
	if l.table.owners[l.number] != l {
		return false
	}
	// A goroutine may go on in another thread.
	tid, _, _ := syscall.RawSyscall(syscall.SYS_GETTID, 0, 0, 0)
	l.table.page.lanes[l.number].setDeadline(deadline, uint32(tid))
	return true
}

func (l *Lane) set(deadline uint64) {
	if l.store(deadline) && atomic.LoadUint32(&l.table.sends) != 0 {
		l.table.sendLane(l.number, false)
	}
}

// Beat beats: the lane is watched from here on. The thread of the lane is that on which the
// goroutine runs now.
func (l *Lane) Beat() { l.set(now() + uint64(l.threshold)) }

// Idle ends the watch until the next beat or scope.
func (l *Lane) Idle() { l.set(never) }

// Scope begins work that has to end within the limit, by a call of the result: the lane is idle
// then. If the limit is less than the threshold, the lane may be found late by the difference.
//
//	defer lane.Scope(time.Second)()
func (l *Lane) Scope(limit time.Duration) (end func()) {
	l.set(now() + uint64(limit))
	return l.Idle
}

// Close closes the lane. One that is overdue recovers.
func (l *Lane) Close() {
	l.table.sendLock.Lock()
	defer l.table.sendLock.Unlock()
	if entry, closed := l.close(); closed && atomic.LoadUint32(&l.table.sends) != 0 {
		l.table.tell(l.number, &entry, false)
	}
}

// close tells what the lane is then, and whether it was open.
func (l *Lane) close() (entry laneEntry, closed bool) {
	l.table.lock.Lock()
	defer l.table.lock.Unlock()
	if l.table.owners[l.number] != l {
		return entry, false
	}
	l.table.page.lanes[l.number].close()
	l.table.owners[l.number] = nil
	entry.copyFrom(&l.table.page.lanes[l.number])
	return entry, true
}

func checkName(name string) error {
	if len(name) >= nameSize || strings.Contains(name, "\x00") {
		return fmt.Errorf("varta: the name %q has a NUL or more than %d bytes", name, nameSize-1)
	}
	return nil
}
