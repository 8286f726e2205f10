package stage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
)

// run starts a command and reports it. The caller's thread is the process's
// first: the command inherits what that thread has unshared.
func (in *initProcess) run(m proto.Message, fds []int) {
	defer closeAll(fds)
	var r proto.Run
	if err := m.Decode(&r); err != nil {
		return
	}
	begin := time.Now()
	pid, pidfd, master, err := in.start(r, fds)
	if err != nil {
		refused := proto.Refused{ID: r.ID, Text: err.Error()}
		var errno syscall.Errno
		if errors.As(err, &errno) {
			refused.Errno = int(errno)
		}
		in.conn.Send(proto.KindRefused, &refused)
		return
	}
	out := []int{pidfd}
	if master >= 0 {
		out = append(out, master)
	}
	in.conn.Send(proto.KindStarted, &proto.Started{ID: r.ID, PID: pid, Microseconds: time.Since(begin).Microseconds()}, out...)
	closeAll(out)
	in.mu.Unlock() // taken by start: the exit is reported after the start
	select {
	case in.born <- struct{}{}:
	default:
	}
}

// start forks with in.mu held and, when it succeeds, leaves it held.
func (in *initProcess) start(r proto.Run, fds []int) (pid, pidfd, master int, err error) {
	master = -1
	attr := &syscall.ProcAttr{Dir: r.Dir, Env: r.Env, Sys: &syscall.SysProcAttr{Setsid: true, PidFD: &pidfd}}
	if attr.Env == nil {
		attr.Env = in.cfg.Environment
	}
	if r.Terminal != nil {
		var slave int
		if master, slave, err = openTerminal(*r.Terminal); err != nil {
			return 0, 0, -1, err
		}
		defer unix.Close(slave)
		fds = []int{slave, slave, slave}
		attr.Sys.Setctty, attr.Sys.Ctty = true, 0
	}
	if len(fds) != 3 || len(r.Args) == 0 {
		return 0, 0, -1, fmt.Errorf("command %q with %d descriptors: %w", r.Args, len(fds), unix.EINVAL)
	}
	for _, fd := range fds {
		attr.Files = append(attr.Files, uintptr(fd))
	}
	path := fmt.Sprintf("/proc/self/fd/%d", in.program)
	if !r.Tool {
		if path, err = lookUp(r.Args[0], attr.Env, r.Dir); err != nil {
			closeMaster(master)
			return 0, 0, -1, err
		}
	}
	in.mu.Lock()
	if in.ending {
		in.mu.Unlock()
		closeMaster(master)
		return 0, 0, -1, unix.ESHUTDOWN
	}
	pid, err = syscall.ForkExec(path, r.Args, attr)
	if err != nil {
		in.mu.Unlock()
		closeMaster(master)
		return 0, 0, -1, &fs.PathError{Op: "exec", Path: r.Args[0], Err: err}
	}
	in.commands[pid] = r.ID
	return pid, pidfd, master, nil
}

func closeMaster(fd int) {
	if fd >= 0 {
		unix.Close(fd)
	}
}

// openTerminal makes a pseudo terminal in the sandbox's own devpts, or the
// host's where that is shared; pty(7), ioctl_tty(2).
func openTerminal(size proto.Size) (master, slave int, err error) {
	master, err = unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, -1, &fs.PathError{Op: "open", Path: "/dev/ptmx", Err: err}
	}
	if err := unix.IoctlSetPointerInt(master, unix.TIOCSPTLCK, 0); err != nil {
		unix.Close(master)
		return -1, -1, fmt.Errorf("unlock terminal: %w", err)
	}
	peer, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(master), unix.TIOCGPTPEER, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC)
	if errno != 0 {
		unix.Close(master)
		return -1, -1, fmt.Errorf("open terminal: %w", errno)
	}
	slave = int(peer)
	if size.Rows > 0 && size.Cols > 0 {
		// A terminal without a size still works; the first resize sets it.
		_ = unix.IoctlSetWinsize(slave, unix.TIOCSWINSZ, &unix.Winsize{Row: size.Rows, Col: size.Cols})
	}
	return master, slave, nil
}

// lookUp finds a program as a shell does: a name with a slash is a path,
// any other is looked for in PATH. The errors are ENOENT (not found, 127) and
// EACCES (found but not executable, 126).
func lookUp(name string, env []string, dir string) (string, error) {
	if strings.Contains(name, "/") {
		if strings.HasPrefix(name, "/") || dir == "" {
			return name, executable(name)
		}
		return name, executable(dir + "/" + name)
	}
	refused := error(&fs.PathError{Op: "look up", Path: name, Err: unix.ENOENT})
	for _, d := range strings.Split(pathOf(env), ":") {
		if !strings.HasPrefix(d, "/") {
			d = dir + "/" + d // as seen from where the command starts
		}
		err := executable(d + "/" + name)
		if err == nil {
			return d + "/" + name, nil
		}
		// A directory that cannot be searched is no program that was found.
		if _, statErr := os.Stat(d + "/" + name); statErr == nil && errors.Is(err, unix.EACCES) {
			refused = err
		}
	}
	return "", refused
}

func pathOf(env []string) string {
	for i := len(env) - 1; i >= 0; i-- {
		if v, ok := strings.CutPrefix(env[i], "PATH="); ok {
			return v
		}
	}
	return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
}

func executable(path string) error {
	st, err := os.Stat(path)
	if err != nil {
		return err
	}
	if st.IsDir() {
		return &fs.PathError{Op: "exec", Path: path, Err: unix.EACCES}
	}
	if err := unix.Faccessat(unix.AT_FDCWD, path, unix.X_OK, unix.AT_EACCESS); err != nil {
		return &fs.PathError{Op: "exec", Path: path, Err: err}
	}
	return nil
}

// reap waits for whatever ends: commands, whose end is reported, and orphans.
func (in *initProcess) reap() {
	for {
		// Look without taking, so that taking happens under the lock.
		err := unix.Waitid(unix.P_ALL, 0, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil { // no children: nothing can end before something starts
			<-in.born
			continue
		}
		in.mu.Lock()
		in.collect()
		in.mu.Unlock()
	}
}

// collect takes all that have ended. in.mu is held.
func (in *initProcess) collect() {
	for {
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, unix.WNOHANG, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
		id, ours := in.commands[pid]
		if !ours {
			continue
		}
		delete(in.commands, pid)
		exited := proto.Exited{ID: id, Status: status.ExitStatus()}
		if status.Signaled() {
			exited.Signal = int(status.Signal())
			exited.Status = 128 + exited.Signal
		}
		in.conn.Send(proto.KindExited, &exited)
	}
}

func closeAll(fds []int) {
	for _, fd := range fds {
		unix.Close(fd)
	}
}
