package sandbox

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
)

// HostProcess is a command on the host in a session and on a terminal of its
// own. Its methods may be called from any goroutine.
type HostProcess struct {
	first    firstProcess
	terminal *os.File
	gone     chan struct{}
}

// StartOnHost starts a command on the host, with the rights of this program.
// Close it: what it has started ends with it.
//
// It is a subreaper, as this program is: what loses its parent down there stays
// below it as long as it lives, and is never taken for what a sandbox has left;
// prctl(2), PR_SET_CHILD_SUBREAPER.
func StartOnHost(c HostCommand) (*HostProcess, error) {
	adoptOrphans()
	near, far, err := fork.OpenTerminal(c.Terminal.Rows, c.Terminal.Cols)
	if err != nil {
		return nil, explain("open a terminal for", c.Args[0], err)
	}
	defer unix.Close(far)
	h := &HostProcess{terminal: os.NewFile(uintptr(near), "terminal"), gone: make(chan struct{})}
	if err := h.start(c, far); err != nil {
		h.terminal.Close()
		return nil, explain("start on the host", c.Args[0], err)
	}
	go h.await()
	return h, nil
}

func (h *HostProcess) start(c HostCommand, far int) error {
	p, err := fork.New()
	if err != nil {
		return err
	}
	defer p.Close()
	p.Add(fork.Session([]int{far, far, far}, true)...)
	p.Add(fork.Chdir(c.Dir), fork.Call{Number: unix.SYS_PRCTL, Args: [6]uintptr{unix.PR_SET_CHILD_SUBREAPER, 1}, Name: "prctl PR_SET_CHILD_SUBREAPER"})
	p.Add(fork.OpenFiles()...)
	if err := p.Exec(c.Args[0], c.Args, c.Env); err != nil {
		return err
	}
	spawner.do(func() {
		var pid, pidfd int
		if pid, pidfd, err = p.Start(-1); err == nil {
			h.first = firstProcess{pid: pid, pidfd: os.NewFile(uintptr(pidfd), "host process")}
			living.Store(pid, true)
		}
	})
	return err
}

// await buries the process once it has ended, and all that it has started.
func (h *HostProcess) await() {
	h.first.wait()
	living.Delete(h.first.pid)
	spawner.do(buryOrphans)
	close(h.gone)
}

// PID is its number.
func (h *HostProcess) PID() int { return h.first.pid }

// Terminal is the near side of its terminal. Reading gives EIO when the last
// process on it is gone.
func (h *HostProcess) Terminal() *os.File { return h.terminal }

// Resize tells the terminal its new size.
func (h *HostProcess) Resize(s Size) error {
	return (&Process{terminal: h.terminal}).Resize(s)
}

// Done is closed when it is gone, and with it all that it has started.
func (h *HostProcess) Done() <-chan struct{} { return h.gone }

// hangupPatience is how long a session may take to end by itself.
const hangupPatience = 500 * time.Millisecond

// Close hangs up, as a terminal window does that is closed, and ends what does
// not go by itself. It waits until nothing is left.
func (h *HostProcess) Close() error {
	h.hangUp()
	err := h.terminal.Close()
	select {
	case <-h.gone:
	case <-time.After(hangupPatience):
		h.first.signal(unix.SIGKILL)
		<-h.gone
	}
	if errors.Is(err, os.ErrClosed) {
		return nil // closed twice
	}
	return err
}

// hangUp sends SIGHUP to the session: when the terminal is closed, the kernel
// tells only its leader and the jobs in front (tty_signal_session_leader of
// drivers/tty/tty_jobctrl.c), and not every leader passes it on.
func (h *HostProcess) hangUp() {
	select {
	case <-h.gone:
		return // its number may be another's by now
	default:
	}
	for _, pid := range below(h.first.pid) {
		fd, err := unix.PidfdOpen(pid, 0)
		if err != nil {
			continue
		}
		// Asked once the number is held: it is still one of the session.
		if session, err := unix.Getsid(pid); err == nil && session == h.first.pid {
			unix.PidfdSendSignal(fd, unix.SIGHUP, nil, 0)
		}
		unix.Close(fd)
	}
}

// below are the children of a process, their children and so on.
func below(pid int) (all []int) {
	for _, kid := range childrenOfThread(pid, pid) {
		all = append(append(all, kid), below(kid)...)
	}
	return all
}
