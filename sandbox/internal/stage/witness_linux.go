package stage

import (
	"bytes"
	"errors"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
	"github.com/tentpole-labs/tentpole/sandbox/internal/landlock"
	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
)

// witness is a child that enters what commands are in and the init is not,
// looks around, and ends. It is a process and no thread of the init's: before
// Linux 6.3 a thread that has unshared the time namespace cannot start others
// (EINVAL). It costs half a millisecond, nearly all of it the fork.
type witness struct {
	calls   []fork.Call
	page    []byte // what it reads into its copy of, and sends
	pipe    [2]int
	ruleset int // -1 when there is none to count with
	before  int // the calls before those that count
	end     error
}

func newWitness() (*witness, error) {
	w := &witness{page: make([]byte, 4096), ruleset: -1}
	return w, unix.Pipe2(w.pipe[:], unix.O_CLOEXEC|unix.O_NONBLOCK)
}

func (w *witness) close() {
	closeAll(w.pipe[:])
	if w.ruleset >= 0 {
		unix.Close(w.ruleset)
	}
}

// read has it read an open /proc/PID/cgroup inside a cgroup namespace: the
// kernel writes the paths anew for whoever reads. It sends the whole page, for
// it cannot count: noughts come after the text.
func (w *witness) read(enter []fork.Call, file int) {
	args := func(fd int) [6]uintptr { return [6]uintptr{uintptr(fd), pointer(&w.page[0]), uintptr(len(w.page))} }
	w.calls = append(w.calls, enter...)
	w.calls = append(w.calls,
		fork.Call{Number: unix.SYS_READ, Args: args(file), Keep: w.page, Name: "read"},
		fork.Call{Number: unix.SYS_WRITE, Args: args(w.pipe[1]), Keep: w.page, Name: "write"})
}

// count has it enter a domain, and then more until the kernel refuses.
func (w *witness) count(enter []fork.Call) {
	ruleset, err := landlock.Ruleset()
	if err != nil {
		w.end = err
		return
	}
	w.ruleset = ruleset
	w.calls = append(w.calls, enter...)
	w.before = len(w.calls)
	w.calls = append(w.calls, landlock.Calls(ruleset)...)
}

// look starts it, and waits for its end.
func (w *witness) look() {
	p, err := fork.New()
	if err != nil {
		w.end = errors.Join(w.end, err)
		return
	}
	defer p.Close()
	p.Add(w.calls...)
	pid, pidfd, err := p.Start(-1)
	if err != nil { // the refusal that was to come, and the child is gone
		w.end = errors.Join(w.end, err)
		return
	}
	unix.Close(pidfd)
	for {
		if _, err := unix.Wait4(pid, nil, 0, nil); err != unix.EINTR {
			return
		}
	}
}

// text is what it read, "" when it could not.
func (w *witness) text() string {
	n, err := unix.Read(w.pipe[0], w.page)
	if err != nil {
		return ""
	}
	return string(bytes.TrimRight(w.page[:n], "\x00"))
}

// domains is how many a command begins in. What it enters later is its own
// secret.
func (w *witness) domains() int {
	if w.ruleset < 0 && errors.Is(w.end, errors.ErrUnsupported) { // nobody can be in one
		return 0
	}
	n, err := landlock.Counted(w.end, w.before)
	if err != nil {
		return proto.Uncounted
	}
	return n
}
