package fork

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// errand is what a child beside the child does.
type errand struct {
	calls    *[]Call
	from, to int
	r        *report
}

// The stack of a child beside the child, and what of it is above the errand: room
// for the function that it is given to.
const stackSize, stackHead = 64 << 10, 64

// Beside has a child of the child make the calls that are added until the result is
// called, while the child goes on with those behind them; pid is where its number
// will be, as the child knows it. Both use the program's memory until they execute
// or end, and Start waits for both. There can be one; it needs Besides.
func (p *Program) Beside() (pid *int32, end func(), err error) {
	if p.stack, err = unix.Mmap(-1, 0, stackSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_STACK); err != nil {
		return nil, nil, fmt.Errorf("mmap a stack: %w", err)
	}
	at := len(p.calls)
	p.errand = &errand{calls: &p.calls, from: at + 1, r: p.report(1)}
	const top = stackSize - stackHead
	*(**errand)(unsafe.Pointer(&p.stack[top])) = p.errand
	b := &birth{args: cloneArgs{flags: unix.CLONE_VM, exitSignal: uint64(unix.SIGCHLD), stack: uint64(address(&p.stack[0])), stackSize: top}}
	pid = new(int32)
	p.Add(Call{step: part, child: b, Name: "clone", Into: pid})
	return pid, func() { p.errand.to = len(p.calls); p.calls[at].count = len(p.calls) - at - 1 }, nil
}

// Executed has the child make what the result waits for, in the child beside it:
// that the child has executed, or ended.
func (p *Program) Executed() (wait []Call) {
	ends, word := &[2]int32{}, new(byte)
	p.Add(Call{Number: unix.SYS_PIPE2, Args: [6]uintptr{address(ends), unix.O_CLOEXEC}, Keep: ends, Name: "pipe"})
	return []Call{
		{Number: unix.SYS_CLOSE, Load: []Load{{From: &ends[1]}}, Name: "close"},
		{Number: unix.SYS_READ, Load: []Load{{From: &ends[0]}}, Args: [6]uintptr{0, address(word), 1}, Keep: word, Name: "wait for the exec"},
	}
}

// depart has a child make some of the calls, and does not wait for it.
//
//go:nosplit
//go:norace
func depart(calls []Call, i int, r *report) (next int) {
	c := &calls[i]
	child, errno := beside(&c.child.args, unsafe.Sizeof(c.child.args))
	if errno != 0 {
		return refused(c, i, r, errno)
	}
	if c.Into != nil {
		*c.Into = int32(child)
	}
	return i + 1 + c.count
}

// alone is where a child beside the child begins. It never returns.
//
//lint:ignore U1000 beside starts it
//go:nosplit
//go:norace
//go:nocheckptr
func alone(e *errand) {
	for i := e.from; i >= e.from && i < e.to; {
		i = turn(*e.calls, i, e.r)
	}
	leave()
}
