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
	"strings"
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
}

// An Agent is this process. It may be used by several goroutines.
type Agent struct {
	options    Options
	constant   []byte
	mutex      sync.Mutex
	connection connection
	nonce      uint64
}

// Open makes an agent. It may block while the kernel loads the module.
func Open(options Options) (*Agent, error) {
	if len(options.Name) >= nameSize || strings.Contains(options.Name, "\x00") {
		return nil, fmt.Errorf("varta: the name %q has a NUL or more than %d bytes", options.Name, nameSize-1)
	}
	if options.Threshold < 0 || options.Threshold.Milliseconds() > 1<<32-1 {
		return nil, fmt.Errorf("varta: the threshold %v is out of range", options.Threshold)
	}
	agent := &Agent{options: options}
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

// now is CLOCK_MONOTONIC in nanoseconds, which package time does not tell.
func now() uint64 {
	var spec syscall.Timespec
	const clockMonotonic = 1
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clockMonotonic, uintptr(unsafe.Pointer(&spec)), 0)
	return uint64(spec.Nano())
}

func (a *Agent) send(status Status, payload uint32, nonce, now uint64) (bool, error) {
	content := putU32(make([]byte, 0, 80), aBeatStatus, uint32(status))
	content = putU32(content, aBeatPayload, payload)
	content = putU64(content, aBeatNonce, nonce)
	content = putU64(content, aBeatTimestamp, now)
	return a.result(a.connection.tell(cmdBeat, append(content, a.constant...)))
}

// Beat sends a beat: true if the kernel took it, false without the module. The payload is for
// readers. An error may be ignored, as the next beat tries again; it is a *RefusedError if the
// kernel refused the beat.
func (a *Agent) Beat(status Status, payload uint32) (bool, error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	now := now()
	// Nonces rise over restarts, and over several agents of one process.
	a.nonce++
	if a.nonce < now {
		a.nonce = now
	}
	return a.send(status, payload, a.nonce, now)
}

// Terminal sends the last beat of a process that fails: its status is critical.
func (a *Agent) Terminal(payload uint32) (bool, error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return a.send(StatusCritical, payload, TerminalNonce, now())
}

// Bye ends tracking. It is refused with the reason unknown-agent if the process was not tracked.
func (a *Agent) Bye() (bool, error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return a.result(a.connection.query(syscall.NLM_F_ACK, cmdBye, nil, func([]byte) {}))
}

// Close closes the socket. The agent stays in the tracker.
func (a *Agent) Close() {
	a.mutex.Lock()
	defer a.mutex.Unlock()
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
