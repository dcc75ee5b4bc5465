// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause

package varta

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"syscall"
	"testing"
)

type vectors struct {
	Crc32c []struct {
		Name, Bytes string
		Crc         uint32
	}
	Frames []struct {
		Name, Bytes string
		Error       *string
		Fields      *struct {
			Status           uint8
			Pid, Payload     uint32
			Timestamp, Nonce string
		}
	}
}

func readVectors(t *testing.T) (v vectors) {
	text, err := os.ReadFile("../../../tests/vectors/vlp.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Crc32c) == 0 || len(v.Frames) == 0 {
		t.Fatal("no vectors")
	}
	return v
}

func unhex(t *testing.T, text string) []byte {
	data, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func number(t *testing.T, text string) uint64 {
	value, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestVectors(t *testing.T) {
	for _, vector := range readVectors(t).Frames {
		t.Run(vector.Name, func(t *testing.T) {
			data := unhex(t, vector.Bytes)
			decoded, err := DecodeFrame(data)
			var expected Frame
			if f := vector.Fields; f != nil {
				expected = Frame{f.Status, f.Pid, number(t, f.Timestamp), number(t, f.Nonce), f.Payload}
				if !bytes.Equal(expected.Encode(), data) {
					t.Errorf("encoded as %x", expected.Encode())
				}
			}
			if vector.Error != nil {
				if err != FrameError(*vector.Error) {
					t.Errorf("expected %s, got %v", *vector.Error, err)
				}
			} else if err != nil || decoded != expected {
				t.Errorf("expected %v, got %v, %v", expected, decoded, err)
			}
		})
	}
}

func TestMalformedAttributesEndTheList(t *testing.T) {
	good := put(put(nil, 2, []byte("1234")), 9, []byte("abcde"))
	for _, bad := range []string{"\x00\x00\x02\x00", "\x03\x00\x02\x00", "\x09\x00\x02\x00abcd", "\x04", ""} {
		count := 0
		forEach(append(good[:len(good):len(good)], bad...), func(kind uint16, value []byte) {
			count++
			if kind == 9 && string(value) != "abcde" {
				t.Errorf("value %q", value)
			}
		})
		if count != 2 {
			t.Errorf("%d attributes before %q", count, bad)
		}
	}
}

func TestRefusalsHaveAReason(t *testing.T) {
	const text = "bad-pid: the pid must be at least 1"
	for _, capped := range []bool{true, false} {
		content := make([]byte, 20)
		native.PutUint32(content, 0xffffffff-uint32(syscall.EINVAL)+1)
		native.PutUint32(content[4:], 28)
		flags := uint16(flagCapped)
		if !capped {
			flags, content = 0, append(content, make([]byte, 12)...)
		}
		content = put(content, errorText, []byte(text+"\x00"))
		err := error(message{syscall.NLMSG_ERROR, flags, 1, content}.refusal())
		var refused *RefusedError
		if !errors.As(err, &refused) || refused.Reason() != "bad-pid" || err.Error() != text ||
			!errors.Is(err, syscall.EINVAL) {
			t.Errorf("capped %v: %v", capped, err)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, options := range []Options{{Name: "a name of 16 byt"}, {Name: "a\x00b"}, {Threshold: -1}} {
		if _, err := Open(options); err == nil {
			t.Errorf("%+v is accepted", options)
		}
	}
}

func TestAnotherFileIsNotClosed(t *testing.T) {
	var c connection
	if err := c.connect(); err != nil {
		t.Fatal(err)
	}
	null, err := os.Open("/dev/null")
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	fd := c.fd
	if err := syscall.Dup3(int(null.Fd()), fd, syscall.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	c.close()
	if inodeOf(fd) != inodeOf(int(null.Fd())) {
		t.Error("the file was closed")
	}
	syscall.Close(fd)
}

func ExampleAgent_Beat() {
	agent, err := Open(Options{Name: "worker"})
	if err != nil {
		return
	}
	for job := uint32(0); job < 3; job++ {
		_, _ = agent.Beat(StatusOk, job)
	}
	// Output:
}
