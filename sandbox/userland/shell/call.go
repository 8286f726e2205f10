//go:build linux

package shell

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"
	"mvdan.cc/sh/v3/interp"
)

// ours is put before the names of our own builtins, to keep the interpreter
// from running its own.
const ours = ".builtin."

// call sees every simple command before it runs and may put another in its
// place.
func (s *session) call(ctx context.Context, args []string) ([]string, error) {
	hc := interp.HandlerCtx(ctx)
	switch args[0] {
	case jobBegin:
		return s.beginJob(hc, args[1], args[2]), nil
	case jobEnd:
		return s.endJob(hc), nil
	case jobDone:
		return s.doneJob(hc, args[1]), nil
	}
	if j := s.jobOf(hc); j != nil && s.jobs.wasKilled(j) {
		return []string{"exit", fmt.Sprint(128 + j.killed)}, nil
	}
	if brokenPipe(hc.Stdout) {
		return []string{"exit", fmt.Sprint(128 + int(unix.SIGPIPE))}, nil
	}
	if commands := s.traps.take(); commands != "" {
		return []string{"eval", commands + "\n" + quoted(args)}, nil
	}
	return s.substitute(hc, args), nil
}

// substitute replaces the names of builtins that are ours.
func (s *session) substitute(hc interp.HandlerContext, args []string) []string {
	if (args[0] == "command" || args[0] == "builtin") && len(args) > 1 && builtins[args[1]] != nil {
		args = args[1:]
	}
	if s.runner.Funcs[args[0]] != nil {
		return args
	}
	switch args[0] {
	case "cd":
		if why := cannotEnter(hc, args[1:]); why != "" {
			return []string{ours + "cd", why}
		}
		return args
	case "trap":
		return s.traps.builtin(args)
	}
	if builtins[args[0]] != nil {
		return append([]string{ours + args[0]}, args[1:]...)
	}
	return args
}

func quoted(args []string) string {
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = quote(a)
	}
	return strings.Join(words, " ")
}

// brokenPipe tells whether a builtin would write to a pipe that nobody reads.
// In other shells SIGPIPE ends it; here the interpreter would go on for ever.
// A control file of the kernel's has that error too, and means that nobody has read
// what is in it; kernfs_generic_poll in fs/kernfs/file.c.
func brokenPipe(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	if st, err := f.Stat(); err != nil || st.Mode().IsRegular() {
		return false
	}
	conn, err := f.SyscallConn()
	if err != nil {
		return false
	}
	broken := false
	conn.Control(func(fd uintptr) {
		fds := []unix.PollFd{{Fd: int32(fd)}}
		n, err := unix.Poll(fds, 0)
		broken = err == nil && n > 0 && fds[0].Revents&unix.POLLERR != 0
	})
	return broken
}

// cannotEnter words what is wrong with the argument of cd, as other shells do.
func cannotEnter(hc interp.HandlerContext, args []string) string {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) != 1 || args[0] == "-" || args[0] == "" {
		return ""
	}
	path := args[0]
	if !strings.HasPrefix(path, "/") {
		path = hc.Dir + "/" + path
	}
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() {
		err = unix.ENOTDIR
	}
	if err == nil {
		err = unix.Access(path, unix.X_OK)
	}
	if err == nil {
		return ""
	}
	return "can't cd to " + args[0] + ": " + reason(err)
}

// beginJob makes the job of a background statement.
func (s *session) beginJob(hc interp.HandlerContext, kind, text string) []string {
	t := s.jobs
	j := &job{text: text, statement: true}
	if kind == compound {
		if err := t.lead(j); err != nil {
			fmt.Fprintf(hc.Stderr, "sh: fork: %s\n", reason(err))
		}
	}
	t.mu.Lock()
	t.add(j)
	t.mu.Unlock()
	return []string{"eval", fmt.Sprintf("%s=%d", jobVariable, j.number)}
}

// endJob waits until the job has a process, or has ended without one.
func (s *session) endJob(hc interp.HandlerContext) []string {
	j := s.jobOf(hc)
	if j == nil {
		return []string{"true"}
	}
	t := s.jobs
	t.mu.Lock()
	for j.pid == 0 && !j.finished {
		t.changed.Wait()
	}
	pid := j.pid
	t.mu.Unlock()
	if s.terminal != nil {
		fmt.Fprintf(os.Stderr, "[%d] %d\n", j.number, pid)
	}
	return []string{"eval", fmt.Sprintf("unset %s; %s=%d", jobVariable, lastVariable, pid)}
}

// doneJob notes how the statement ended.
func (s *session) doneJob(hc interp.HandlerContext, status string) []string {
	if j := s.jobOf(hc); j != nil {
		s.jobs.finish(j, status)
	}
	return []string{"true"}
}

func (t *jobs) finish(j *job, status string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Sscan(status, &j.status)
	if j.leading != nil {
		j.leading.Close()
	}
	j.finished = true
	t.changed.Broadcast()
}

func (t *jobs) wasKilled(j *job) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return j.killed != 0
}
