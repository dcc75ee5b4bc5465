// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause

package varta

import (
	"errors"
	"os"
	"sync"
	"syscall"
)

// A Notice says what happened to a subscription.
type Notice string

const (
	// Overrun: events were lost; Agents tells what is stalled now.
	Overrun Notice = "overrun"
	// Unloaded: the module was unloaded.
	Unloaded Notice = "unloaded"
	// Loaded: the module was loaded again; its tracker is empty.
	Loaded Notice = "loaded"
)

// An Event is a Notice, or something that happened to an agent.
type Event struct {
	Notice Notice
	Kind   EventKind
	Agent  AgentInfo
}

func agentsIn(content []byte) (agents []AgentInfo) {
	if len(content) < 4 {
		return nil
	}
	forEach(content[4:], func(kind uint16, value []byte) {
		if kind == aAgentsAgent {
			agent := newAgentInfo()
			forEach(value, agent.set)
			agents = append(agents, agent)
		}
	})
	return agents
}

// Agents returns the agents that this process may see, or only those that are stalled.
func Agents(onlyStalled bool) ([]AgentInfo, error) {
	var c connection
	defer c.close()
	var content []byte
	if onlyStalled {
		content = put(nil, aAgentsStalled, nil)
	}
	for attempt := 0; attempt < 10; attempt++ {
		var agents []AgentInfo
		err := c.query(syscall.NLM_F_DUMP, cmdAgentGet, content, func(answer []byte) {
			agents = append(agents, agentsIn(answer)...)
		})
		// The tracker changed during the dump.
		if err != syscall.EINTR {
			return agents, err
		}
	}
	return nil, syscall.EAGAIN
}

// GetAgent returns one agent; it is refused with the reason unknown-agent if there is none.
func GetAgent(pid uint32) (AgentInfo, error) {
	var c connection
	defer c.close()
	var agents []AgentInfo
	err := c.query(syscall.NLM_F_ACK, cmdAgentGet, putU32(nil, aAgentsPid, pid), func(answer []byte) {
		agents = append(agents, agentsIn(answer)...)
	})
	if err == nil && len(agents) == 0 {
		err = syscall.EBADMSG
	}
	if err != nil {
		return AgentInfo{}, err
	}
	return agents[0], nil
}

// Events is a subscription, which needs CAP_NET_ADMIN. It belongs to one goroutine.
type Events struct {
	mutex      sync.Mutex
	connection connection
	file       *os.File
	pending    []Event
}

// Subscribe returns a subscription; ErrNotLoaded without the module.
func Subscribe() (*Events, error) {
	events := &Events{}
	if err := events.open(); err != nil {
		events.Close()
		return nil, err
	}
	return events, nil
}

func (e *Events) open() error {
	c := &e.connection
	if err := c.connect(); err != nil {
		return err
	}
	// Multicasts skip a socket without a port.
	if err := syscall.Bind(c.fd, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
		return err
	}
	const buffer = 1 << 20
	if syscall.SetsockoptInt(c.fd, syscall.SOL_SOCKET, syscall.SO_RCVBUFFORCE, buffer) != nil {
		_ = syscall.SetsockoptInt(c.fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, buffer)
	}
	// First the controller's group, so that no load of the module is missed.
	if err := syscall.SetsockoptInt(c.fd, solNetlink, addMembership, ctrl); err != nil {
		return err
	}
	// Before Linux 6.8, only the lost events of these sockets are counted.
	if err := syscall.SetsockoptInt(c.fd, solNetlink, broadcastError, 1); err != nil {
		return err
	}
	if err := c.find(true); err != nil {
		return err
	}
	if err := e.join(); err != nil {
		return err
	}
	// For the runtime's poller; Close interrupts it.
	fd, err := syscall.Dup(c.fd)
	if err != nil {
		return err
	}
	syscall.CloseOnExec(fd)
	e.file = os.NewFile(uintptr(fd), "varta")
	return nil
}

func (e *Events) join() error {
	return syscall.SetsockoptInt(e.connection.fd, solNetlink, addMembership, int(e.connection.family.group))
}

// Close ends the subscription, also while Next waits in another goroutine.
func (e *Events) Close() {
	if e.file != nil {
		// Interrupts Next.
		_ = e.file.Close()
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.connection.close()
}

// Next waits for an event. It fails after Close.
func (e *Events) Next() (Event, error) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	for len(e.pending) == 0 {
		raw, err := e.file.SyscallConn()
		if err != nil {
			return Event{}, err
		}
		var failure error
		err = raw.Read(func(uintptr) bool {
			failure = e.receive()
			return failure != nil || len(e.pending) > 0
		})
		if err == nil {
			err = failure
		}
		if err != nil {
			return Event{}, err
		}
	}
	event := e.pending[0]
	e.pending = e.pending[1:]
	return event, nil
}

// receive reads what has arrived, up to the first events.
func (e *Events) receive() error {
	for len(e.pending) == 0 {
		datagram, err := e.connection.receive()
		if err == syscall.ENOBUFS {
			// What was lost may have been a reload.
			var other connection
			err = other.find(false)
			other.close()
			if err != nil && !errors.Is(err, ErrNotLoaded) {
				return err
			}
			e.pending = append(e.pending, Event{Notice: Overrun})
			return e.setFamily(other.family)
		}
		if err != nil || datagram == nil {
			return err
		}
		for _, m := range messagesIn(datagram) {
			if err := e.read(m); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *Events) read(m message) error {
	if len(m.content) < 4 {
		return nil
	}
	command, current := m.content[0], e.connection.family.id
	if m.kind == ctrl {
		found, isOurs := familyOf(m.content)
		switch {
		case isOurs && command == ctrlDelFamily && found.id == current:
			return e.setFamily(family{})
		case isOurs && command == ctrlNewFamily:
			return e.setFamily(found)
		}
		return nil
	}
	if m.kind != current {
		return nil
	}
	if command == cmdLossNtf {
		e.pending = append(e.pending, Event{Notice: Overrun})
	}
	kind, isEvent := eventOf[command]
	if !isEvent {
		return nil
	}
	for _, agent := range agentsIn(m.content) {
		e.pending = append(e.pending, Event{Kind: kind, Agent: agent})
	}
	return nil
}

func (e *Events) setFamily(found family) error {
	before := e.connection.family
	if before.id == found.id {
		return nil
	}
	e.connection.family = found
	if before.id != 0 {
		e.pending = append(e.pending, Event{Notice: Unloaded})
	}
	if found.id != 0 {
		e.pending = append(e.pending, Event{Notice: Loaded})
		return e.join()
	}
	return nil
}
