// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause

package varta

import (
	"encoding/binary"
	"errors"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

const (
	solNetlink     = 270
	addMembership  = 1
	broadcastError = 4
	capAck         = 10
	extAck         = 11
	flagCapped     = 0x100
	flagDumpIntr   = 0x10

	ctrl            = 16
	ctrlNewFamily   = 1
	ctrlDelFamily   = 2
	ctrlGetFamily   = 3
	ctrlFamilyID    = 1
	ctrlFamilyName  = 2
	ctrlMcastGroups = 7
	ctrlGroupName   = 1
	ctrlGroupID     = 2
	errorText       = 1

	// No datagram of the kernel is longer.
	datagramSize = 1 << 16
	// Datagrams for one answer; the kernel sends fewer.
	datagramsMax = 1 << 20
	retry        = time.Second
)

// ErrNotLoaded says that the module is not loaded.
var ErrNotLoaded = errors.New("the varta module is not loaded")

// A RefusedError is the kernel's refusal of a request. It wraps its Errno.
type RefusedError struct {
	Errno syscall.Errno
	// The kernel's words; they begin with the reason and a colon.
	Text string
}

func (e *RefusedError) Error() string {
	if e.Text == "" {
		return e.Errno.Error()
	}
	return e.Text
}

func (e *RefusedError) Unwrap() error { return e.Errno }

// Reason is the kernel's word for why it refused, as "bad-threshold", or "".
func (e *RefusedError) Reason() string {
	word, _, found := strings.Cut(e.Text, ":")
	if !found || strings.Contains(word, " ") {
		return ""
	}
	return word
}

// Netlink itself answers so for an unknown family, without a text.
func (e *RefusedError) isUnloaded() bool {
	return e.Text == "" && (e.Errno == syscall.ENOENT || e.Errno == syscall.EPROTONOSUPPORT)
}

// The host's byte order, as encoding/binary before Go 1.21 has none.
var native binary.ByteOrder = binary.LittleEndian

func init() {
	one := uint16(1)
	if *(*byte)(unsafe.Pointer(&one)) == 0 {
		native = binary.BigEndian
	}
}

func u32Of(value []byte) uint32 {
	if len(value) < 4 {
		return 0
	}
	return native.Uint32(value)
}

func u64Of(value []byte) uint64 {
	if len(value) < 8 {
		return 0
	}
	return native.Uint64(value)
}

func textOf(value []byte) string {
	text, _, _ := strings.Cut(string(value), "\x00")
	return text
}

func align(length int) int { return (length + 3) &^ 3 }

// nested is set in the kind of an attribute that contains others.
const nested = 1 << 15

// put appends an attribute, padded.
func put(to []byte, kind uint16, value []byte) []byte {
	header := make([]byte, 4)
	native.PutUint16(header, uint16(4+len(value)))
	native.PutUint16(header[2:], kind)
	to = append(append(to, header...), value...)
	return append(to, make([]byte, align(len(to))-len(to))...)
}

func putU32(to []byte, kind uint16, value uint32) []byte {
	bytes := make([]byte, 4)
	native.PutUint32(bytes, value)
	return put(to, kind, bytes)
}

func putU64(to []byte, kind uint16, value uint64) []byte {
	bytes := make([]byte, 8)
	native.PutUint64(bytes, value)
	return put(to, kind, bytes)
}

// forEach calls each for every attribute; a malformed rest is ignored.
func forEach(data []byte, each func(kind uint16, value []byte)) {
	for len(data) >= 4 {
		length := int(native.Uint16(data))
		if length < 4 || length > len(data) {
			return
		}
		each(native.Uint16(data[2:])&0x3fff, data[4:length])
		if align(length) >= len(data) {
			return
		}
		data = data[align(length):]
	}
}

type message struct {
	kind, flags uint16
	sequence    uint32
	content     []byte
}

// messagesIn returns the messages of a datagram; a malformed rest is ignored.
func messagesIn(data []byte) (messages []message) {
	for len(data) >= 16 {
		length := int(native.Uint32(data))
		if length < 16 || length > len(data) {
			break
		}
		messages = append(messages, message{native.Uint16(data[4:]), native.Uint16(data[6:]),
			native.Uint32(data[8:]), data[16:length]})
		if align(length) >= len(data) {
			break
		}
		data = data[align(length):]
	}
	return messages
}

// refusal is the kernel's, in an error or at the end of a dump; nil if it accepted.
func (m message) refusal() *RefusedError {
	number := int32(u32Of(m.content))
	if number >= 0 {
		return nil
	}
	at := 4
	if m.kind == syscall.NLMSG_ERROR {
		// An uncapped answer repeats the request.
		at = 20
		if m.flags&flagCapped == 0 && len(m.content) >= 8 {
			if repeated := int(u32Of(m.content[4:])); repeated >= 16 {
				at = 4 + align(repeated)
			}
		}
	}
	refused := &RefusedError{Errno: syscall.Errno(-number)}
	if at < len(m.content) {
		forEach(m.content[at:], func(kind uint16, value []byte) {
			if kind == errorText {
				refused.Text = textOf(value)
			}
		})
	}
	return refused
}

type family struct {
	id    uint16
	group uint32
}

// familyOf reads a message of the controller; false if it is not about this family.
func familyOf(content []byte) (found family, isOurs bool) {
	if len(content) < 4 {
		return found, false
	}
	forEach(content[4:], func(kind uint16, value []byte) {
		switch kind {
		case ctrlFamilyName:
			isOurs = textOf(value) == "varta"
		case ctrlFamilyID:
			if len(value) >= 2 {
				found.id = native.Uint16(value)
			}
		case ctrlMcastGroups:
			forEach(value, func(_ uint16, group []byte) {
				var name string
				var number uint32
				forEach(group, func(kind uint16, value []byte) {
					switch kind {
					case ctrlGroupName:
						name = textOf(value)
					case ctrlGroupID:
						number = u32Of(value)
					}
				})
				if name == "events" {
					found.group = number
				}
			})
		}
	})
	return found, isOurs
}

// A connection finds the family again after a reload. Not for two goroutines at a time.
type connection struct {
	fd       int
	inode    uint64
	family   family
	sequence uint32
	retryAt  time.Time
	buffer   []byte
}

func (c *connection) connect() error {
	if c.fd > 0 {
		return nil
	}
	fd, err := syscall.Socket(syscall.AF_NETLINK,
		syscall.SOCK_RAW|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, syscall.NETLINK_GENERIC)
	if err != nil {
		return err
	}
	if fd == 0 {
		// 0 stands for no socket.
		fd, err = syscall.Dup(fd)
		syscall.Close(0)
		if err != nil {
			return err
		}
		syscall.CloseOnExec(fd)
	}
	c.fd, c.inode = fd, inodeOf(fd)
	for _, option := range []int{extAck, capAck} {
		if err := syscall.SetsockoptInt(fd, solNetlink, option, 1); err != nil {
			c.close()
			return err
		}
	}
	if c.buffer == nil {
		c.buffer = make([]byte, datagramSize)
	}
	return nil
}

func inodeOf(fd int) uint64 {
	var stat syscall.Stat_t
	if syscall.Fstat(fd, &stat) != nil {
		return 0
	}
	return stat.Ino
}

// close does not close another file that got the number.
func (c *connection) close() {
	if c.fd > 0 && inodeOf(c.fd) == c.inode {
		syscall.Close(c.fd)
	}
	c.fd = 0
}

func (c *connection) send(kind, flags uint16, command byte, content []byte) (uint32, error) {
	if err := c.connect(); err != nil {
		return 0, err
	}
	c.sequence++
	data := make([]byte, 20, 20+len(content))
	native.PutUint32(data, uint32(20+len(content)))
	native.PutUint16(data[4:], kind)
	native.PutUint16(data[6:], flags|syscall.NLM_F_REQUEST)
	native.PutUint32(data[8:], c.sequence)
	data[16], data[17] = command, 1
	// Every other kind of socket refuses the address or MSG_FASTOPEN, so that nothing is sent
	// if the program has closed the descriptor and its number is another file's.
	const flagsOfSend = syscall.MSG_DONTWAIT | syscall.MSG_NOSIGNAL | 0x20000000
	err := syscall.Sendto(c.fd, append(data, content...), flagsOfSend,
		&syscall.SockaddrNetlink{Family: syscall.AF_NETLINK})
	switch err {
	case nil, syscall.EAGAIN, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNREFUSED:
	default:
		c.close()
	}
	return c.sequence, err
}

// receive returns a datagram of the kernel, valid until the next call; nil if there is none.
func (c *connection) receive() ([]byte, error) {
	if err := c.connect(); err != nil {
		return nil, err
	}
	for {
		length, sender, err := syscall.Recvfrom(c.fd, c.buffer, syscall.MSG_DONTWAIT)
		switch err {
		case nil:
		case syscall.EAGAIN:
			return nil, nil
		case syscall.EINTR:
			continue
		case syscall.EBADF, syscall.ENOTSOCK:
			c.close()
			return nil, err
		default:
			return nil, err
		}
		kernel, ok := sender.(*syscall.SockaddrNetlink)
		if !ok {
			c.close()
			return nil, syscall.EBADF
		}
		// Any process can send to any port.
		if kernel.Pid == 0 {
			return c.buffer[:length], nil
		}
	}
}

// find looks for the family, at most once a second. With load, the kernel loads a missing
// module; otherwise it only lists.
func (c *connection) find(load bool) error {
	if c.family.id != 0 {
		return nil
	}
	now := time.Now()
	if !load && now.Before(c.retryAt) {
		return ErrNotLoaded
	}
	c.retryAt = now.Add(retry)
	flags, content := uint16(syscall.NLM_F_DUMP), []byte(nil)
	if load {
		flags, content = syscall.NLM_F_ACK, put(nil, ctrlFamilyName, []byte("varta\x00"))
	}
	var result family
	err := c.exchange(ctrl, flags, ctrlGetFamily, content, func(answer []byte) {
		if found, isOurs := familyOf(answer); isOurs {
			result = found
		}
	})
	if err != nil && !errors.Is(err, syscall.ENOENT) {
		return err
	}
	if result.id == 0 {
		return ErrNotLoaded
	}
	c.family = result
	return nil
}

// exchange sends a request and reads its answers to the end. The kernel answers while it is sent,
// or when the answer before was read, so nothing needs to be waited for.
func (c *connection) exchange(kind, flags uint16, command byte, content []byte,
	each func([]byte)) error {
	sequence, err := c.send(kind, flags, command, content)
	if err != nil {
		return err
	}
	interrupted := false
	for i := 0; i < datagramsMax; i++ {
		datagram, err := c.receive()
		if err != nil {
			return err
		}
		if datagram == nil {
			return syscall.ETIMEDOUT
		}
		for _, m := range messagesIn(datagram) {
			if m.sequence != sequence {
				continue
			}
			interrupted = interrupted || m.flags&flagDumpIntr != 0
			switch {
			case m.kind == syscall.NLMSG_ERROR || m.kind == syscall.NLMSG_DONE:
				if refused := m.refusal(); refused != nil {
					return refused
				}
				if interrupted {
					return syscall.EINTR
				}
				return nil
			case m.kind >= ctrl:
				each(m.content)
			}
		}
	}
	return syscall.EOVERFLOW
}

// retried tries once more if the module was loaded again, under another id.
func (c *connection) retried(once func() error) error {
	for attempt := 0; attempt < 2; attempt++ {
		if err := c.find(false); err != nil {
			return err
		}
		err := once()
		var refused *RefusedError
		if !errors.As(err, &refused) || !refused.isUnloaded() {
			return err
		}
		c.family = family{}
		if attempt == 0 {
			c.retryAt = time.Time{}
		}
	}
	return ErrNotLoaded
}

// query sends a request to the family, and calls each for its answers.
func (c *connection) query(flags uint16, command byte, content []byte, each func([]byte)) error {
	return c.retried(func() error {
		return c.exchange(c.family.id, flags, command, content, each)
	})
}

// tell sends a request that the kernel answers only if it refuses it.
func (c *connection) tell(command byte, content []byte) error {
	return c.retried(func() error {
		if _, err := c.send(c.family.id, 0, command, content); err != nil {
			return err
		}
		var refused *RefusedError
		for {
			datagram, err := c.receive()
			if err == syscall.ENOBUFS {
				continue
			}
			if err != nil {
				return err
			}
			if datagram == nil {
				break
			}
			for _, m := range messagesIn(datagram) {
				if m.kind == syscall.NLMSG_ERROR {
					if found := m.refusal(); found != nil {
						refused = found
					}
				}
			}
		}
		if refused != nil {
			return refused
		}
		return nil
	})
}
