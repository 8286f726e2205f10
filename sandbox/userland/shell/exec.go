//go:build linux

package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"

	"github.com/tentpole-labs/tentpole/sandbox/userland/internal/manual"
)

// exec runs a command that is neither a function nor one of the interpreter's
// builtins: ours, or a program.
func (s *session) exec(ctx context.Context, args []string) error {
	hc := interp.HandlerCtx(ctx)
	if name, ok := strings.CutPrefix(args[0], ours); ok {
		return exitStatus(builtins[name](s, ctx, hc, args[1:]))
	}
	if args[0] == becoming {
		return exitStatus(become(hc, args[1:]))
	}
	return exitStatus(s.program(ctx, hc, args))
}

func exitStatus(n int) error {
	if n == 0 {
		return nil
	}
	return interp.ExitStatus(n)
}

// program starts a program and waits until it has ended or is stopped.
func (s *session) program(ctx context.Context, hc interp.HandlerContext, args []string) int {
	path, status, err := find(hc, args[0])
	if err != nil {
		fmt.Fprintf(hc.Stderr, "sh: %v\n", err)
		return status
	}
	j := s.jobOf(hc)
	front := j == nil
	if front {
		j = s.jobs.foreground()
	}
	m, err := s.jobs.start(j, func() *exec.Cmd { return s.command(hc, path, args, front) }, front)
	if errors.Is(err, unix.ENOEXEC) { // a script that does not say so
		self, _ := os.Executable()
		m, err = s.jobs.start(j, func() *exec.Cmd {
			return s.command(hc, self, append([]string{"sh", path}, args[1:]...), front)
		}, front)
	}
	if err != nil {
		fmt.Fprintf(hc.Stderr, "sh: %s: %s\n", args[0], reason(err))
		return 126
	}
	if front {
		return s.attend(hc, j, m, strings.Join(args, " "))
	}
	return s.jobs.wait(m)
}

// command is a command as it is started. exec.Cmd serves once, so each try
// makes another.
func (s *session) command(hc interp.HandlerContext, path string, args []string, front bool) *exec.Cmd {
	env := environment(hc.Env)
	if isOurs(hc, path) {
		env = append(env, runtimeSettings...)
	}
	cmd := &exec.Cmd{Path: path, Args: args, Env: env, Dir: hc.Dir, Stdout: hc.Stdout, Stderr: hc.Stderr}
	switch f, ok := hc.Stdin.(*os.File); {
	case !ok || f == nil:
	case f != s.input:
		cmd.Stdin = f
	case front || s.terminal != nil: // in a script, what is in the background reads nothing
		cmd.Stdin = os.Stdin
	}
	return cmd
}

// runtimeSettings make commands of ours need fewer tasks, and say in three lines
// and not in sixty when they get none. Applets take them out of their environment
// again.
var runtimeSettings = []string{"GOMAXPROCS=1", "GOTRACEBACK=none"}

// ForgetSettings takes out of the environment what the shell has put there for
// Go's runtime. What a person has set otherwise stays.
func ForgetSettings() {
	for _, setting := range runtimeSettings {
		name, value, _ := strings.Cut(setting, "=")
		if os.Getenv(name) != value {
			return
		}
	}
	for _, setting := range runtimeSettings {
		name, _, _ := strings.Cut(setting, "=")
		os.Unsetenv(name)
	}
}

// isOurs tells whether a path leads to the program of the tiny root.
func isOurs(hc interp.HandlerContext, path string) bool {
	if !strings.HasPrefix(path, "/") {
		path = hc.Dir + "/" + path
	}
	target, err := os.Readlink(path)
	return err == nil && filepath.Base(target) == manual.Program
}

// find looks a command up in PATH. The path is relative to the shell's directory
// when the name was; 126 and 127 are the exit statuses when it is not there or
// cannot be run.
func find(hc interp.HandlerContext, name string) (path string, status int, err error) {
	if !strings.Contains(name, "/") {
		if path, err = interp.LookPathDir(hc.Dir, hc.Env, name); err != nil {
			return "", 127, fmt.Errorf("%s: not found", name)
		}
		return path, 0, nil
	}
	file := name
	if !strings.HasPrefix(file, "/") {
		file = hc.Dir + "/" + file
	}
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "", 127, fmt.Errorf("%s: not found", name)
	case err != nil:
		return "", 126, fmt.Errorf("%s: %s", name, reason(err))
	case info.IsDir() || info.Mode()&0o111 == 0:
		return "", 126, fmt.Errorf("%s: Permission denied", name)
	}
	return name, 0, nil // a script's $0 is what was typed
}

// environment are the exported variables; a later value of a name wins.
func environment(env expand.Environ) []string {
	values := map[string]string{}
	for name, v := range env.Each {
		delete(values, name)
		if v.IsSet() && v.Exported && v.Kind == expand.String {
			values[name] = v.Str
		}
	}
	out := make([]string, 0, len(values))
	for name, value := range values {
		out = append(out, name+"="+value)
	}
	return out
}

// jobOf is the background job that a command belongs to, or nil.
func (s *session) jobOf(hc interp.HandlerContext) *job {
	n, err := strconv.Atoi(hc.Env.Get(jobVariable).Str)
	if err != nil {
		return nil
	}
	s.jobs.mu.Lock()
	defer s.jobs.mu.Unlock()
	return s.jobs.numbered(n)
}

// foreground is the job of commands that are waited for. The commands of a
// pipeline are started side by side and share it.
func (t *jobs) foreground() *job {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.front == nil || t.front.over() || t.front.number != 0 {
		t.front = &job{}
	}
	return t.front
}

// attend waits for a foreground command. A stopped one becomes a listed job.
func (s *session) attend(hc interp.HandlerContext, j *job, m *member, text string) int {
	t := s.jobs
	t.mu.Lock()
	for !m.ended && !m.stopped {
		t.changed.Wait()
	}
	stopped, sig, status := !m.ended, m.signal, m.status
	last := j.over() || j.stopped()
	if stopped {
		if j.text != "" {
			text = j.text + " | " + text
		}
		j.text = text
		t.add(j)
	}
	t.mu.Unlock()
	if t.terminal.controls() && last {
		t.terminal.take(stopped || sig != 0)
	}
	switch {
	case stopped:
		fmt.Fprintf(hc.Stderr, "\n[%d]+  Stopped                %s\n", j.number, text)
		return 128 + int(unix.SIGTSTP)
	case sig == unix.SIGINT && s.terminal != nil:
		fmt.Fprintln(hc.Stderr)
		s.interrupt()
	case sig != 0 && sig != unix.SIGINT && sig != unix.SIGPIPE:
		fmt.Fprintln(hc.Stderr, capital(sig.String()))
	}
	return status
}

// wait waits for a process in the background, which may be stopped and go on.
func (t *jobs) wait(m *member) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	for !m.ended {
		t.changed.Wait()
	}
	return m.status
}

// become replaces the shell by a program: `exec`, and a script that is one
// command. The shell's streams become the program's.
func become(hc interp.HandlerContext, args []string) int {
	path, status, err := find(hc, args[0])
	if err == nil {
		err = inherit(hc)
	}
	if err == nil {
		os.Chdir(hc.Dir)
		err = syscall.Exec(path, args, environment(hc.Env))
		status = 126
		if errors.Is(err, unix.ENOEXEC) {
			if self, e := os.Executable(); e == nil {
				err = syscall.Exec(self, append([]string{"sh", path}, args[1:]...), environment(hc.Env))
			}
		}
		err = fmt.Errorf("%s: %s", args[0], reason(err))
	}
	fmt.Fprintf(hc.Stderr, "sh: %v\n", err)
	return status
}

// inherit puts the streams of a command at descriptors 0 to 2.
func inherit(hc interp.HandlerContext) error {
	for fd, stream := range []any{hc.Stdin, hc.Stdout, hc.Stderr} {
		f, ok := stream.(*os.File)
		switch {
		case stream == io.Discard || !ok || f == nil:
			null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
			if err != nil {
				return err
			}
			f = null
		case int(f.Fd()) == fd:
			continue
		}
		if err := unix.Dup3(int(f.Fd()), fd, 0); err != nil {
			return err
		}
	}
	return nil
}
