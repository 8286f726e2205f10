package fork

import (
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// enact makes a child's calls, and ends it when the last one is done or one was
// refused. Like all here that a child runs, it may not allocate, nor call what
// checks its stack.
//
//go:nosplit
//go:norace
//go:nocheckptr
func enact(calls *[]Call, r *report) {
	for i := 0; uint(i) < uint(len(*calls)); { // more may have come meanwhile
		if (*calls)[i].step == part {
			i = depart(*calls, i, r)
		} else {
			i = turn(*calls, i, r)
		}
	}
	leave()
}

// turn makes the call i, or has a child make some, and says which one comes next;
// none after a failure.
//
//go:nosplit
//go:norace
//go:nocheckptr
func turn(calls []Call, i int, r *report) (next int) {
	if calls[i].step == beget {
		return bear(calls, i, r)
	}
	return step(calls, i, r)
}

// step makes the call i, and says which one comes next; none after a failure.
//
//go:nosplit
//go:norace
//go:nocheckptr
func step(calls []Call, i int, r *report) (next int) {
	c := &calls[i]
	var result, errno uintptr
	switch c.step {
	case ask:
		a := c.Args
		for j := range c.Load {
			if l := &c.Load[j]; uint(l.Place) < uint(len(a)) {
				a[l.Place] = uintptr(*l.From)
			}
		}
		var e syscall.Errno
		result, _, e = syscall.RawSyscall6(c.Number, a[0], a[1], a[2], a[3], a[4], a[5])
		errno = uintptr(e)
		if errno == 0 && result < c.Least {
			errno = uintptr(unix.EPIPE)
		}
	case differ:
		if *c.word == c.other {
			errno = c.Number
		}
	case note:
		result = uintptr(*c.Load[0].From)
	case skip:
		return i + 1 + c.count
	}
	if errno != 0 {
		return refused(c, i, r, errno)
	}
	if c.Into != nil {
		*c.Into = int32(result)
	}
	r.result = int32(result)
	return i + 1
}

// refused says where a refusal leads to.
//
//go:nosplit
//go:norace
func refused(c *Call, i int, r *report, errno uintptr) (next int) {
	for j := range c.Answers {
		a := &c.Answers[j]
		if a.Errno == errno {
			if a.Note != nil {
				*a.Note = int32(errno)
			}
			return i + a.To
		}
	}
	if c.Optional {
		return i + 1
	}
	r.index, r.errno, r.failed = int32(i), int32(errno), 1
	return failed
}

// failed is no call's number.
const failed = -1

// bear has a child make some of the calls, and waits until it has ended or
// executed. A failure of its is one of its parent's, unless it is optional.
//
//go:nosplit
//go:norace
func bear(calls []Call, i int, r *report) (next int) {
	c := &calls[i]
	child, errno := offspring(calls, i, r)
	if errno != 0 {
		return refused(c, i, r, errno)
	}
	if c.Into != nil {
		*c.Into = int32(child)
	}
	if r.failed != 0 {
		if !c.Optional {
			return failed
		}
		r.failed, r.lost = 0, 1
	}
	return i + 1 + c.count
}

// offspring is two processes when it returns once, as split is.
//
//go:noinline
//go:nosplit
//go:norace
//go:nocheckptr
func offspring(calls []Call, i int, r *report) (child, errno uintptr) {
	b := calls[i].child
	if b.cgroup != nil { // it has come by now
		b.args.cgroup = uint64(*b.cgroup)
	}
	child, errno = vfork(unix.SYS_CLONE3, uintptr(unsafe.Pointer(&b.args)), unsafe.Sizeof(b.args), 0)
	if errno != 0 || child != 0 {
		return child, errno
	}
	descend(calls, i+1, i+1+calls[i].count, r)
	return 0, 0 // never
}

// descend makes the calls of a child's child, which has none of its own.
//
//go:nosplit
//go:norace
func descend(calls []Call, from, to int, r *report) {
	for i := from; i >= 0 && i < to && i < len(calls); {
		i = step(calls, i, r)
	}
	leave()
}

// leave ends a child. A filter may forbid the one and the other way to do so.
// What is left then is to touch memory that is not there.
//
//go:nosplit
//go:norace
func leave() {
	for nowhere := (*report)(nil); ; {
		syscall.RawSyscall(unix.SYS_EXIT_GROUP, 127, 0, 0)
		syscall.RawSyscall(unix.SYS_EXIT, 127, 0, 0)
		nowhere.failed = 1
	}
}

// Make makes calls in the calling thread, as a child would, and returns an
// *Error for one that was refused.
func Make(calls []Call) error {
	var r report
	for i := 0; i >= 0 && i < len(calls); {
		c := &calls[i]
		if c.step == beget {
			end := i + 1 + c.count
			if err := apart(c.child, calls[i+1:end]); err != nil && !c.Optional {
				return err
			}
			i = end
			continue
		}
		i = lentStep(calls, i, &r)
	}
	runtime.KeepAlive(calls)
	return calledBack(calls, &r)
}

// lentStep is step while others have the processor.
//
//go:nosplit
//go:norace
func lentStep(calls []Call, i int, r *report) (next int) {
	enterSyscall()
	next = step(calls, i, r)
	exitSyscall()
	return next
}

// apart runs calls in a child that shares the descriptors, and waits for its end.
func apart(b *birth, calls []Call) error {
	p, err := New()
	if err != nil {
		return err
	}
	defer p.Close()
	p.Flags = b.args.flags &^ (sharing | unix.CLONE_PIDFD | unix.CLONE_INTO_CGROUP)
	p.Add(calls...)
	cgroup := -1
	if b.cgroup != nil {
		cgroup = int(*b.cgroup)
	}
	result, err := p.Finish(cgroup)
	if into := calls[len(calls)-1].Into; err == nil && into != nil {
		*into = int32(result) // it may not have shared its memory
	}
	return err
}
