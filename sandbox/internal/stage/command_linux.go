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

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
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
	master, err := -1, error(nil)
	if r.Terminal != nil {
		var slave int
		if master, slave, err = fork.OpenTerminal(r.Terminal.Rows, r.Terminal.Cols); err == nil {
			fds = append([]int{slave, slave, slave}, fds...)
			defer unix.Close(slave)
		}
	}
	var started proto.Started
	var pidfd int
	if err == nil {
		started, pidfd, err = in.start(r, fds)
	}
	if err != nil {
		closeMaster(master)
		in.conn.Send(proto.KindRefused, refusal(r.ID, err))
		return
	}
	out := []int{pidfd}
	if master >= 0 {
		out = append(out, master)
	}
	started.Microseconds = time.Since(begin).Microseconds()
	in.conn.Send(proto.KindStarted, &started, out...)
	closeAll(out)
	in.mu.Unlock() // taken by start: the exit is reported after the start
	select {
	case in.born <- struct{}{}:
	default:
	}
}

// executable is the path of what the command executes.
func (in *initProcess) executable(r proto.Run, files []int, env []string) (string, error) {
	switch {
	case r.Tool:
		return fmt.Sprintf("/proc/self/fd/%d", in.program), nil
	case r.Program:
		return fmt.Sprintf("/proc/self/fd/%d", files[len(files)-1]), nil
	}
	return lookUp(r.Args[0], env, r.Dir)
}

func refusal(id int, err error) *proto.Refused {
	refused := &proto.Refused{ID: id, Text: err.Error(), Operation: -1}
	var errno syscall.Errno
	if errors.As(err, &errno) {
		refused.Errno = int(errno)
	}
	var b *burdenError
	var call *fork.Error
	var missing *unknownError
	switch {
	case errors.As(err, &b):
		refused.Operation, refused.Op = b.operation, b.name
	case errors.As(err, &call):
		refused.Op = call.Name
	case errors.As(err, &missing):
		refused.Op = "find the " + missing.what + " " + missing.word + " of the inside"
	}
	return refused
}

// start forks with in.mu held and, when it succeeds, leaves it held. The files
// are standard input, output and error, and the program if the command brings
// its own.
func (in *initProcess) start(r proto.Run, files []int) (started proto.Started, pidfd int, err error) {
	wanted := 3
	if r.Program {
		wanted++
	}
	if len(files) != wanted || len(r.Args) == 0 {
		return started, -1, fmt.Errorf("command %q with %d descriptors: %w", r.Args, len(files), unix.EINVAL)
	}
	env := r.Env
	if env == nil {
		env = in.cfg.Environment
	}
	path, err := in.executable(r, files, env)
	if err != nil {
		return started, -1, err
	}
	files = files[:3]
	p, err := fork.New()
	if err != nil {
		return started, -1, err
	}
	defer p.Close()
	own := p.Add(stand(r, files)...)
	in.burden.load(p)
	if r.User != "" {
		who, err := lookUpAccount(r.User)
		if err != nil {
			return started, -1, err
		}
		p.Add(who.calls()...)
	}
	if err := p.Exec(path, r.Args, env); err != nil {
		return started, -1, err
	}
	in.mu.Lock()
	if in.ending {
		in.mu.Unlock()
		return started, -1, unix.ESHUTDOWN
	}
	pid, pidfd, err := p.Start(in.burden.cgroup())
	if err != nil {
		in.mu.Unlock()
		return started, -1, in.burden.blame(err, own, r.Args[0])
	}
	in.commands[pid] = r.ID
	started = proto.Started{ID: r.ID, PID: pid, Operations: in.burden.operations()}
	for _, took := range p.Marks() {
		started.Took = append(started.Took, took.Microseconds())
	}
	return started, pidfd, nil
}

// stand are the calls by which a command becomes a process of its own: a
// session, its files, its terminal, its directory, the limit on open files.
func stand(r proto.Run, files []int) []fork.Call {
	calls := fork.Session(files, r.Terminal != nil)
	if r.Dir != "" {
		calls = append(calls, fork.Chdir(r.Dir))
	}
	return append(append(calls, fork.Hearing()...), fork.OpenFiles()...)
}

func closeMaster(fd int) {
	if fd >= 0 {
		unix.Close(fd)
	}
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
