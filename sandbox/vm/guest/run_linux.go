package guest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/hashicorp/yamux"
	"golang.org/x/sys/unix"
)

// environment is what commands find set.
var environment = []string{"PATH=/bin", "HOME=/root", "TERM=linux", "LANG=C.UTF-8"}

// children are the processes that the init has started. It reaps these and, as
// the first process, whoever is left without a parent.
type children struct {
	mu   *sync.Mutex // held while one is born, so that none ends unknown
	ends map[int]chan syscall.WaitStatus
	born *sync.Cond
}

func newChildren() children {
	mu := &sync.Mutex{}
	return children{mu: mu, ends: map[int]chan syscall.WaitStatus{}, born: sync.NewCond(mu)}
}

// reap waits for whoever ends. Without any process it waits for the next one.
func (c children) reap() {
	for {
		var info unix.Siginfo
		// WNOWAIT leaves it a zombie, so that its number stays its own until here.
		err := unix.Waitid(unix.P_ALL, 0, &info, unix.WEXITED|unix.WNOWAIT, nil)
		c.mu.Lock()
		if errors.Is(err, unix.ECHILD) && len(c.ends) == 0 {
			c.born.Wait()
		}
		var status syscall.WaitStatus
		if pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil); err == nil && pid > 0 {
			if end := c.ends[pid]; end != nil {
				delete(c.ends, pid)
				end <- status
			}
		}
		c.mu.Unlock()
	}
}

// start starts a process whose end comes to the channel.
func (c children) start(file string, args []string, attr *syscall.ProcAttr) (int, <-chan syscall.WaitStatus, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	pid, err := syscall.ForkExec(file, args, attr)
	if err != nil {
		return 0, nil, err
	}
	end := make(chan syscall.WaitStatus, 1)
	c.ends[pid] = end
	c.born.Signal()
	return pid, end, nil
}

// signal reaches a child as long as it has not been reaped.
func (c children) signal(pid int, s syscall.Signal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ends[pid] != nil {
		syscall.Kill(pid, s)
	}
}

// run runs a command to its end.
func (s *server) run(r Run, lines *Lines, stdio [3]*yamux.Stream) error {
	defer func() {
		for _, stream := range stdio {
			stream.Close()
		}
	}()
	file, err := s.find(r)
	if err != nil {
		return err
	}
	attr, err := attributes(r.User)
	if err != nil {
		return err
	}
	p, err := openPipes()
	if err != nil {
		return err
	}
	defer p.closeOurs()
	attr.Files = p.descriptors(r.Together)
	pid, end, err := s.children.start(file, r.Args, attr)
	p.closeTheirs()
	if err != nil {
		return err
	}
	if err := lines.Say(Answer{PID: pid}); err != nil {
		return err
	}
	go s.obey(pid, lines, p)
	said := p.carry(stdio)
	status := <-end
	err = lines.Say(Answer{Ended: &Ended{Code: code(status), Signal: signalOf(status)}})
	said.Wait() // whoever it has started may go on talking
	return err
}

// obey passes on what the host orders, until it wants no more: then the command
// is ended, for nobody could any longer.
func (s *server) obey(pid int, lines *Lines, p *pipes) {
	for {
		var o Order
		if err := lines.Hear(&o); err != nil {
			s.children.signal(pid, syscall.SIGKILL)
			return
		}
		if o.Signal > 0 {
			s.children.signal(pid, syscall.Signal(o.Signal))
		}
		if o.Closed == 1 || o.Closed == 2 {
			p.ours[o.Closed].Close()
		}
	}
}

// find is the file to execute.
func (s *server) find(r Run) (string, error) {
	if len(r.Args) == 0 {
		return "", syscall.EINVAL
	}
	if r.Program != "" {
		f, err := s.program(r.Program)
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("/proc/self/fd/%d", f.Fd()), nil
	}
	if strings.Contains(r.Args[0], "/") {
		return path.Clean(r.Args[0]), nil
	}
	file := path.Join("/bin", r.Args[0])
	if _, err := os.Stat(file); err != nil {
		return "", &exec.Error{Name: r.Args[0], Err: syscall.ENOENT}
	}
	return file, nil
}

// attributes are those of a new process: a session of its own, and a user.
func attributes(who string) (*syscall.ProcAttr, error) {
	a := &syscall.ProcAttr{Dir: "/", Env: environment, Sys: &syscall.SysProcAttr{Setsid: true}}
	if who == "" {
		return a, nil
	}
	name, groupName, hasGroup := strings.Cut(who, ":")
	uid, gid, err := lookUp(name)
	if err == nil && hasGroup {
		gid, err = lookUpGroup(groupName)
	}
	a.Sys.Credential = &syscall.Credential{Uid: uid, Gid: gid}
	return a, err
}

// lookUp finds a user by name or number in the machine's own /etc/passwd. A
// number need not be there.
func lookUp(name string) (uid, gid uint32, err error) {
	u, err := user.Lookup(name)
	if err != nil {
		if n, bad := strconv.ParseUint(name, 10, 32); bad == nil {
			return uint32(n), uint32(n), nil
		}
		return 0, 0, err
	}
	n, err := strconv.ParseUint(u.Uid, 10, 32)
	g, bad := strconv.ParseUint(u.Gid, 10, 32)
	return uint32(n), uint32(g), errors.Join(err, bad)
}

func lookUpGroup(name string) (uint32, error) {
	if n, err := strconv.ParseUint(name, 10, 32); err == nil {
		return uint32(n), nil
	}
	g, err := user.LookupGroup(name)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(g.Gid, 10, 32)
	return uint32(n), err
}

// pipes are a command's standard files, both sides of each.
type pipes struct{ ours, theirs [3]*os.File }

func openPipes() (*pipes, error) {
	p := &pipes{}
	for i := range p.ours {
		r, w, err := os.Pipe()
		if err != nil {
			p.closeOurs()
			p.closeTheirs()
			return nil, err
		}
		p.ours[i], p.theirs[i] = r, w
		if i == 0 {
			p.ours[i], p.theirs[i] = w, r
		}
	}
	return p, nil
}

// descriptors are what the command gets. What it says together comes in order.
func (p *pipes) descriptors(together bool) (all []uintptr) {
	for _, f := range p.theirs {
		all = append(all, f.Fd())
	}
	if together {
		all[2] = all[1]
	}
	return all
}

func (p *pipes) closeOurs()   { closeAll(p.ours) }
func (p *pipes) closeTheirs() { closeAll(p.theirs) }

func closeAll(files [3]*os.File) {
	for _, f := range files {
		if f != nil {
			f.Close()
		}
	}
}

// carry passes on what is said; the caller waits until the command and all that
// it has started say no more.
func (p *pipes) carry(stdio [3]*yamux.Stream) *sync.WaitGroup {
	go func() {
		io.Copy(p.ours[0], stdio[0])
		p.ours[0].Close()
	}()
	var said sync.WaitGroup
	for i := 1; i < 3; i++ {
		said.Go(func() {
			io.Copy(stdio[i], p.ours[i])
			stdio[i].Close()
		})
	}
	return &said
}

// code is the exit status as shells have it.
func code(s syscall.WaitStatus) int {
	if s.Signaled() {
		return 128 + int(s.Signal())
	}
	return s.ExitStatus()
}

func signalOf(s syscall.WaitStatus) int {
	if s.Signaled() {
		return int(s.Signal())
	}
	return 0
}
