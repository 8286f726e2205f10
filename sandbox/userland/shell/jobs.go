//go:build linux

package shell

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// jobs are the process groups of a shell: the listed ones, and the one in the
// foreground.
type jobs struct {
	terminal *terminal // nil where nobody sits
	mu       sync.Mutex
	changed  *sync.Cond
	list     []*job
	front    *job
	running  []*member // all that have not ended
}

// job is a pipeline in the foreground, or a statement in the background. All
// fields are guarded by the lock of jobs.
type job struct {
	number    int // 0 until it is listed
	text      string
	group     int // the process group; 0 without a terminal, or before the first command
	pid       int // what $! is
	members   []*member
	statement bool      // a background statement
	finished  bool      // … that has ended
	status    int       // … with this
	leading   io.Closer // closing it ends the leader
	killed    int       // the signal that ended the leader: the statement goes no further
}

// member is one process of a job.
type member struct {
	cmd            *exec.Cmd
	stopped, ended bool
	status         int
	signal         syscall.Signal // that ended it
}

func newJobs(t *terminal) *jobs {
	j := &jobs{terminal: t}
	j.changed = sync.NewCond(&j.mu)
	j.follow()
	return j
}

// over tells whether nothing more will come of a job.
func (j *job) over() bool {
	if j.statement {
		return j.finished
	}
	for _, m := range j.members {
		if !m.ended {
			return false
		}
	}
	return true
}

// stopped tells whether what is left of a job is stopped.
func (j *job) stopped() bool {
	alive := 0
	for _, m := range j.members {
		if m.ended {
			continue
		}
		if !m.stopped {
			return false
		}
		alive++
	}
	return alive > 0
}

// add lists a job under the lowest number that is free above the others.
func (t *jobs) add(j *job) {
	if j.number != 0 {
		return
	}
	j.number = 1
	for _, other := range t.list {
		j.number = max(j.number, other.number+1)
	}
	t.list = append(t.list, j)
}

func (t *jobs) remove(j *job) {
	for i, other := range t.list {
		if other == j {
			t.list = append(t.list[:i:i], t.list[i+1:]...)
		}
	}
}

// numbered returns the job of that number, or nil.
func (t *jobs) numbered(n int) *job {
	for _, j := range t.list {
		if j.number == n {
			return j
		}
	}
	return nil
}

// named returns the job that %1, %%, %+, %- or %text mean, or that has the
// process of that number.
func (t *jobs) named(word string) (*job, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	spec, isSpec := strings.CutPrefix(word, "%")
	n, err := strconv.Atoi(spec)
	back := 0
	if spec == "-" {
		back = 1
	}
	for i := len(t.list) - 1; i >= 0; i-- {
		j := t.list[i]
		switch {
		case !isSpec && (err != nil || j.pid != n):
		case isSpec && err == nil && j.number != n:
		case isSpec && strings.Contains("%+-", spec) && len(t.list)-1-i != back:
		case isSpec && err != nil && !strings.Contains("%+-", spec) && !strings.HasPrefix(j.text, spec):
		default:
			return j, nil
		}
	}
	return nil, fmt.Errorf("%s: no such job", word)
}

// start starts a command as a member of a job. With a terminal, its process
// group comes with the first member; front puts it into the foreground.
func (t *jobs) start(j *job, newCommand func() *exec.Cmd, front bool) (*member, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	group := 0
	if j.alive() {
		group = j.group
	}
	cmd, err := t.startIn(group, newCommand, front)
	if err != nil && group != 0 { // its last process ended just now
		group = 0
		cmd, err = t.startIn(0, newCommand, front)
	}
	if err != nil {
		return nil, err
	}
	m := &member{cmd: cmd}
	if group == 0 && t.terminal.controls() {
		j.group = cmd.Process.Pid
	}
	if j.pid == 0 {
		j.pid = cmd.Process.Pid
	}
	j.members = append(j.members, m)
	t.running = append(t.running, m)
	t.changed.Broadcast()
	return m, nil
}

// alive tells whether a job has processes.
func (j *job) alive() bool {
	for _, m := range j.members {
		if !m.ended {
			return true
		}
	}
	return false
}

func (t *jobs) startIn(group int, newCommand func() *exec.Cmd, front bool) (*exec.Cmd, error) {
	cmd := newCommand()
	if t.terminal.controls() {
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: group}
		if front && group == 0 {
			cmd.SysProcAttr.Foreground = true
			cmd.SysProcAttr.Ctty = t.terminal.fd
		}
	}
	return cmd, cmd.Start()
}

// follow looks after the processes whenever SIGCHLD says that something has
// happened to one. No thread waits in the kernel for each of them: a shell must
// not need a new thread where the number of tasks is limited, as Go ends a
// process that cannot have one.
func (t *jobs) follow() {
	children := make(chan os.Signal, 1)
	signal.Notify(children, unix.SIGCHLD)
	go func() {
		for range children {
			t.mu.Lock()
			t.running = slices.DeleteFunc(t.running, t.look)
			t.changed.Broadcast()
			t.mu.Unlock()
		}
	}()
}

// look asks for what has happened to a process, and tells whether it has ended;
// waitid(2).
func (t *jobs) look(m *member) (ended bool) {
	const changes = unix.WSTOPPED | unix.WCONTINUED | unix.WNOHANG
	pid := m.cmd.Process.Pid
	for {
		var info unix.Siginfo
		err := unix.Waitid(unix.P_PID, pid, &info, unix.WEXITED|changes|unix.WNOWAIT, nil)
		switch {
		case err == unix.EINTR:
		case err == nil && info.Signo == 0:
			return false
		case err == nil && (info.Code == cldStopped || info.Code == cldContinued):
			m.stopped = info.Code == cldStopped
			unix.Waitid(unix.P_PID, pid, nil, changes, nil) // seen
		default:
			go t.end(m)
			return true
		}
	}
}

// end waits for a process that has ended, and for what it has printed.
func (t *jobs) end(m *member) {
	err := m.cmd.Wait()
	t.mu.Lock()
	defer t.mu.Unlock()
	m.ended = true
	m.status, m.signal = ending(err)
	t.changed.Broadcast()
}

// Codes of SIGCHLD; sigaction(2).
const (
	cldStopped   = 5
	cldContinued = 6
)

// ending is the exit status of what Wait returned, and the signal behind it.
func ending(err error) (int, syscall.Signal) {
	exit, ok := err.(*exec.ExitError)
	if !ok {
		return 0, 0 // only our copying of its output can have failed
	}
	ws := exit.Sys().(syscall.WaitStatus)
	if ws.Signaled() {
		return 128 + int(ws.Signal()), ws.Signal()
	}
	return ws.ExitStatus(), 0
}

// report says which jobs have ended, and forgets them.
func (t *jobs) report(w io.Writer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, j := range append([]*job(nil), t.list...) {
		if j.over() {
			fmt.Fprintf(w, "[%d]+  %-22s %s\n", j.number, j.state(), j.text)
			t.remove(j)
		}
	}
}

// state is what `jobs` says of a job.
func (j *job) state() string {
	switch {
	case !j.over() && j.stopped():
		return "Stopped"
	case !j.over():
		return "Running"
	}
	switch status := j.result(); {
	case status == 0:
		return "Done"
	case status > 128:
		return capital(syscall.Signal(status - 128).String())
	default:
		return fmt.Sprintf("Exit %d", status)
	}
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// result is the exit status of a job that is over: a pipeline has that of its
// last command.
func (j *job) result() int {
	if j.statement || len(j.members) == 0 {
		return j.status
	}
	return j.members[len(j.members)-1].status
}

func (t *jobs) print(w io.Writer, pids bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, j := range t.list {
		mark := ' '
		switch len(t.list) - i {
		case 1:
			mark = '+'
		case 2:
			mark = '-'
		}
		pid := ""
		if pids {
			pid = fmt.Sprintf("%d ", j.pid)
		}
		fmt.Fprintf(w, "[%d]%c  %s%-22s %s\n", j.number, mark, pid, j.state(), j.text)
	}
}

// signal sends a signal to all of a job.
func (t *jobs) signal(j *job, sig syscall.Signal) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	err := error(unix.ESRCH)
	if j.group != 0 && j.alive() { // else the number may be somebody else's by now
		return unix.Kill(-j.group, sig)
	}
	for _, m := range j.members {
		if !m.ended {
			err = m.cmd.Process.Signal(sig)
		}
	}
	return err
}

// hangUp wakes what is stopped and tells it that the shell goes, so that
// nothing stays stopped for ever.
func (t *jobs) hangUp() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, j := range t.list {
		if j.stopped() && j.group != 0 {
			unix.Kill(-j.group, unix.SIGHUP)
			unix.Kill(-j.group, unix.SIGCONT)
		}
		if j.leading != nil {
			j.leading.Close()
		}
	}
}

// leaderOption makes the shell a process that leads a job. What the job is
// follows, for ps.
const leaderOption = "--job"

// lead starts the process of a compound job. It does nothing; when it is killed,
// so is the job.
func (t *jobs) lead(j *job) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	m, err := t.start(j, func() *exec.Cmd {
		return &exec.Cmd{Path: self, Args: []string{"sh", leaderOption, j.text}, Stdin: r}
	}, false)
	r.Close()
	if err != nil {
		w.Close()
		return err
	}
	j.leading = w
	go func() {
		t.mu.Lock()
		for !m.ended {
			t.changed.Wait()
		}
		killed := m.signal != 0
		if killed {
			j.killed = int(m.signal)
		}
		t.mu.Unlock()
		if killed {
			t.signal(j, m.signal)
		}
	}()
	return nil
}

// leader waits until the shell closes our input.
func leader() int {
	io.Copy(io.Discard, os.Stdin)
	return 0
}
