// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause

package varta

import (
	"encoding/binary"
	"hash/crc32"
)

const (
	frameVersion = 2
	frameCRC     = 28
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A FrameError says why a frame is refused, in the kernel's word.
type FrameError string

func (e FrameError) Error() string { return string(e) }

// A Frame is the content of a 32-byte frame of VLP v0.2.
type Frame struct {
	Status    uint8
	Pid       uint32
	Timestamp uint64
	Nonce     uint64
	Payload   uint32
}

// Encode returns the 32 bytes, whatever the kernel would say of them.
func (f Frame) Encode() []byte {
	data := make([]byte, FrameLen)
	copy(data, "VA")
	data[2] = frameVersion
	data[3] = f.Status
	binary.LittleEndian.PutUint32(data[4:], f.Pid)
	binary.LittleEndian.PutUint64(data[8:], f.Timestamp)
	binary.LittleEndian.PutUint64(data[16:], f.Nonce)
	binary.LittleEndian.PutUint32(data[24:], f.Payload)
	binary.LittleEndian.PutUint32(data[frameCRC:], crc32.Checksum(data[:frameCRC], castagnoli))
	return data
}

// DecodeFrame returns the content of a frame, or its first error as a FrameError.
func DecodeFrame(data []byte) (Frame, error) {
	if len(data) != FrameLen {
		return Frame{}, FrameError("bad-length")
	}
	f := Frame{
		Status:    data[3],
		Pid:       binary.LittleEndian.Uint32(data[4:]),
		Timestamp: binary.LittleEndian.Uint64(data[8:]),
		Nonce:     binary.LittleEndian.Uint64(data[16:]),
		Payload:   binary.LittleEndian.Uint32(data[24:]),
	}
	crc := binary.LittleEndian.Uint32(data[frameCRC:])
	switch {
	case data[0] != 'V' || data[1] != 'A':
		return Frame{}, FrameError("bad-magic")
	case data[2] != frameVersion:
		return Frame{}, FrameError("bad-version")
	case crc != crc32.Checksum(data[:frameCRC], castagnoli):
		return Frame{}, FrameError("bad-crc")
	case f.Status > uint8(StatusStall):
		return Frame{}, FrameError("bad-status")
	case f.Status == uint8(StatusStall):
		return Frame{}, FrameError("stall-on-wire")
	case f.Pid < 2:
		return Frame{}, FrameError("bad-pid")
	case f.Timestamp == 1<<64-1:
		return Frame{}, FrameError("bad-timestamp")
	case f.Nonce == TerminalNonce && f.Status != uint8(StatusCritical):
		return Frame{}, FrameError("bad-nonce")
	}
	return f, nil
}
