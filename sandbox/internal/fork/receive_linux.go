package fork

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// Receive is the call by which a child gets one byte over a socket, and
// descriptors with it, which are closed on exec; unix(7), SCM_RIGHTS. The numbers
// will be where the second result says. The end of the conversation is refused
// with EPIPE.
func Receive(socket, descriptors int) (Call, []*int32) {
	r := &received{}
	r.vector = unix.Iovec{Base: &r.word, Len: 1}
	r.message = unix.Msghdr{Iov: &r.vector, Iovlen: 1}
	numbers := make([]*int32, descriptors)
	if descriptors > 0 {
		control := make([]byte, unix.CmsgSpace(4*descriptors))
		r.message.Control = &control[0]
		r.message.SetControllen(len(control))
		for i := range numbers {
			numbers[i] = (*int32)(unsafe.Pointer(&control[unix.CmsgLen(4*i)]))
			*numbers[i] = -1
		}
	}
	return Call{Number: unix.SYS_RECVMSG, Name: "receive descriptors", Keep: r, Least: 1,
		Args: [6]uintptr{uintptr(socket), address(&r.message), unix.MSG_CMSG_CLOEXEC}}, numbers
}

// received is what recvmsg(2) fills.
type received struct {
	message unix.Msghdr
	vector  unix.Iovec
	word    byte
}
