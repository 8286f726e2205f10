package fork

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// Transmit are the calls by which a child sends one byte over a socket, and
// descriptors with it, whose numbers are known by then; unix(7), SCM_RIGHTS.
func Transmit(socket int, descriptors []*int32) (calls []Call) {
	m := &received{}
	m.vector = unix.Iovec{Base: &m.word, Len: 1}
	m.message = unix.Msghdr{Iov: &m.vector, Iovlen: 1}
	if n := len(descriptors); n > 0 {
		control := make([]byte, unix.CmsgSpace(4*n))
		head := (*unix.Cmsghdr)(unsafe.Pointer(&control[0]))
		head.Level, head.Type = unix.SOL_SOCKET, unix.SCM_RIGHTS
		head.SetLen(unix.CmsgLen(4 * n))
		m.message.Control = &control[0]
		m.message.SetControllen(len(control))
		for i, fd := range descriptors {
			calls = append(calls, Call{step: note, Load: []Load{{From: fd}}, Into: (*int32)(unsafe.Pointer(&control[unix.CmsgLen(4*i)]))})
		}
	}
	return append(calls, Call{Number: unix.SYS_SENDMSG, Name: "send descriptors", Keep: m, Least: 1,
		Args: [6]uintptr{uintptr(socket), address(&m.message), unix.MSG_NOSIGNAL}})
}
