// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause

// Package varta sends beats to the varta kernel module, which detects stalled processes.
//
// It needs the standard library only: no cgo, no libvarta, and no daemon. Nothing happens without
// the module, unless an agent is opened with Required.
package varta

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

// Options of an agent. All may be left out.
type Options struct {
	// Name of at most 15 bytes; by default the command name of the process.
	Name string
	// Threshold is the silence after which the agent is stalled; by default the module's
	// setting. The kernel refuses beats with one that its settings do not allow.
	Threshold time.Duration
	// Required: calls fail with ErrNotLoaded without the module.
	Required bool
	// Mapped: most beats are stored in a page that the kernel reads when the silence reaches the
	// threshold, without a system call. One agent of a process at a time can have the page. All
	// beats are sent if the module is too old for it, and on processors that store 64 bits in
	// two parts: mips, mipsle and arm with GOARM less than 7, or built by Go before 1.21.
	Mapped bool
	// Lanes is how many lanes can be open at a time, up to LanesMax; see Agent.Lane. Beats are
	// mapped. Without a page, beats of lanes are sent.
	Lanes int
}

// An Agent is this process. It may be used by several goroutines.
type Agent struct {
	options    Options
	constant   []byte
	mutex      sync.Mutex
	connection connection
	nonce      uint64
	mapped     *mappedState
}

// Open makes an agent. It may block while the kernel loads the module.
func Open(options Options) (*Agent, error) {
	if err := checkName(options.Name); err != nil {
		return nil, err
	}
	if options.Lanes < 0 || options.Lanes > LanesMax {
		return nil, fmt.Errorf("varta: %d lanes are out of range (0..%d)", options.Lanes, LanesMax)
	}
	if options.Threshold < 0 || options.Threshold.Milliseconds() > 1<<32-1 {
		return nil, fmt.Errorf("varta: the threshold %v is out of range", options.Threshold)
	}
	agent := &Agent{options: options}
	if options.Mapped || options.Lanes > 0 {
		agent.mapped = newMapped(options.Lanes, agent.Interval())
	}
	// In every beat, as the tracker may lose the agent.
	if options.Name != "" {
		agent.constant = put(agent.constant, aBeatName, append([]byte(options.Name), 0))
	}
	if options.Threshold > 0 {
		agent.constant = putU32(agent.constant, aBeatThresholdMs, uint32(options.Threshold.Milliseconds()))
	}
	err := agent.connection.find(true)
	if err != nil && (options.Required || !errors.Is(err, ErrNotLoaded)) {
		agent.connection.close()
		return nil, err
	}
	return agent, nil
}

// Interval is the time between beats of Run: a third of the threshold, or a second.
func (a *Agent) Interval() time.Duration {
	if a.options.Threshold > 0 {
		return a.options.Threshold / 3
	}
	return time.Second
}

func (a *Agent) result(err error) (bool, error) {
	if errors.Is(err, ErrNotLoaded) && !a.options.Required {
		return false, nil
	}
	return err == nil, err
}

// monotonic is CLOCK_MONOTONIC in nanoseconds, by a system call.
func monotonic() uint64 {
	var spec syscall.Timespec
	const clockMonotonic = 1
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clockMonotonic, uintptr(unsafe.Pointer(&spec)), 0)
	return uint64(spec.Nano())
}

// clock has one time of two clocks, as package time does not tell that of its monotonic clock.
var clock = func() (c struct {
	time  time.Time
	nanos uint64
}) {
	// The thread may have been preempted between them.
	for shortest, i := time.Duration(1<<63-1), 0; i < 5; i++ {
		start := time.Now()
		nanos := monotonic()
		if took := time.Since(start); took < shortest {
			shortest, c.time, c.nanos = took, start, nanos
		}
	}
	return c
}()

// now is CLOCK_MONOTONIC in nanoseconds, without a system call. It differs by the shortest time
// that two readings took.
func now() uint64 { return clock.nanos + uint64(time.Since(clock.time)) }

// begin is called before a beat or another request is sent.
func (a *Agent) begin() {
	if a.mapped != nil {
		if last := a.mapped.begin(); a.nonce < last {
			a.nonce = last
		}
	}
}

func (a *Agent) send(status Status, payload uint32, nonce, now uint64) (bool, error) {
	content := putU32(make([]byte, 0, 80), aBeatStatus, uint32(status))
	content = putU32(content, aBeatPayload, payload)
	content = putU64(content, aBeatNonce, nonce)
	content = putU64(content, aBeatTimestamp, now)
	return a.result(a.connection.tell(cmdBeat, append(content, a.constant...)))
}

// Beat sends a beat, or stores it in the page: true if so, false without the module. What is sent
// has been taken by the kernel. What is stored counts when the kernel looks; a page that is not read
// any more, as after a reload, is noticed by the next beat, which is sent. The payload is for readers.
// An error may be ignored, as the next beat tries again; it is a *RefusedError if the kernel refused
// the beat.
func (a *Agent) Beat(status Status, payload uint32) (bool, error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	now := now()
	if a.mapped == nil {
		return a.sendNext(status, payload, now)
	}
	if a.mapped.store(now, status, payload) {
		return true, nil
	}
	taken, err := a.sendNext(status, payload, now)
	// Another beat has the kernel look at the lanes in a new page.
	if taken && a.mapped.sent(now, status, payload, a.nonce, a.askForPage) {
		if taken, err = a.sendNext(status, payload, now); taken {
			a.mapped.sent(now, status, payload, a.nonce, a.askForPage)
		}
	}
	return taken, err
}

func (a *Agent) sendNext(status Status, payload uint32, now uint64) (bool, error) {
	a.begin()
	// Nonces rise over restarts, and over several agents of one process.
	a.nonce++
	if a.nonce < now {
		a.nonce = now
	}
	return a.send(status, payload, a.nonce, now)
}

// askForPage returns the address of a page, or 0. What the kernel says to that is no refusal of a
// beat.
func (a *Agent) askForPage() (address uint64) {
	var content []byte
	if a.options.Lanes > 0 {
		content = putU32(content, aMapLanes, uint32(a.options.Lanes))
	}
	err := a.connection.query(syscall.NLM_F_ACK, cmdMap, content, func(answer []byte) {
		if len(answer) < 4 {
			return
		}
		forEach(answer[4:], func(kind uint16, value []byte) {
			if kind == aMapAddress {
				address = u64Of(value)
			}
		})
	})
	if err != nil {
		return 0
	}
	return address
}

// Terminal sends the last beat of a process that fails: its status is critical.
func (a *Agent) Terminal(payload uint32) (bool, error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.begin()
	return a.send(StatusCritical, payload, TerminalNonce, now())
}

// Bye ends tracking. It is refused with the reason unknown-agent if the process was not tracked.
func (a *Agent) Bye() (bool, error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.begin()
	return a.result(a.connection.query(syscall.NLM_F_ACK, cmdBye, nil, func([]byte) {}))
}

// Close closes the socket. The agent stays in the tracker; its lanes are idle.
func (a *Agent) Close() {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.begin()
	if a.mapped != nil {
		a.mapped.close()
	}
	a.connection.close()
}

// Run beats until the context ends, while alive returns true; without alive, always. Errors of
// beats are ignored, as the next beat tries again.
func (a *Agent) Run(ctx context.Context, alive func() bool) {
	ticker := time.NewTicker(a.Interval())
	defer ticker.Stop()
	for {
		if alive == nil || alive() {
			_, _ = a.Beat(StatusOk, 0)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
