package probe

import (
	"encoding/json"
	"errors"
	"os"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// This program is taken over when it is started under the name: package main
// is never reached.
func init() {
	if len(os.Args) > 1 && os.Args[0] == name {
		os.Exit(serve(os.Args[1], os.Args[2:]))
	}
}

// pipe is the descriptor that reports go to.
const pipe = 3

// serve tries acts and reports on each as it is done.
func serve(upper string, ids []string) int {
	unix.CloseOnExec(pipe)
	out := json.NewEncoder(os.NewFile(pipe, "reports"))
	for _, id := range ids {
		if out.Encode(perform(id, upper)) != nil {
			return 1 // nobody listens any more
		}
	}
	return 0
}

// act is one thing tried.
type act struct {
	// own are the namespaces that the thread gets of its own first.
	own int
	// do tries. What it says besides the error is a detail of the answer.
	do func(upper string) (detail string, err error)
}

// perform tries an act on a thread that ends with it: what the thread has
// become, and the namespaces that only it is in, end as well.
func perform(id, upper string) message {
	done := make(chan message)
	go func() {
		runtime.LockOSThread() // never unlocked
		begin := time.Now()
		detail, err := acts[id].perform(upper)
		m := message{ID: id, Detail: detail, Nanoseconds: time.Since(begin).Nanoseconds()}
		m.explain(err)
		done <- m
	}()
	return <-done
}

func (a act) perform(upper string) (string, error) {
	if a.do == nil {
		return "", refused("find the act", unix.ENOSYS)
	}
	if err := unshare(a.own); err != nil {
		return "", err
	}
	return a.do(upper)
}

// unshare gives the thread namespaces of its own, and looks whether it has
// got them.
func unshare(flags int) error {
	if flags == 0 {
		return nil
	}
	if err := unix.Unshare(flags); err != nil {
		return refused("unshare("+flagNames(flags)+")", err)
	}
	for _, n := range namespaces {
		if flags&n.flag != 0 && n.file != "" && !differs(n.file) {
			return withoutEffect("unshare(" + n.name + ")")
		}
	}
	if flags&unix.CLONE_NEWNS != 0 {
		return refused("mount --make-rprivate /", unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""))
	}
	return nil
}

func (m *message) explain(err error) {
	if err == nil {
		return
	}
	m.Did, m.Text = "try "+m.ID, err.Error()
	var refusal *Error
	if errors.As(err, &refusal) {
		m.Did, m.Text, m.Idle = refusal.Did, refusal.Err.Error(), refusal.Idle
	}
	var number syscall.Errno
	if errors.As(err, &number) {
		m.Errno = int(number)
	}
}
