package fork

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// piped is a pipe, whose end to read from is closed after the test.
func piped(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r, w
}

// empty is a program that is closed after the test.
func empty(t *testing.T) *Program {
	t.Helper()
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// start runs a shell command after the calls, and returns what it wrote.
func start(t *testing.T, script string, calls ...Call) (string, error) {
	t.Helper()
	r, w := piped(t)
	p := empty(t)
	p.Mark()
	p.Add(Call{Number: unix.SYS_DUP3, Args: [6]uintptr{w.Fd(), 1, 0}, Name: "dup3"})
	p.Add(calls...)
	p.Mark()
	if err := p.Exec("/bin/sh", []string{"sh", "-c", script}, []string{"PATH=/usr/bin:/bin", "MARK=x y"}); err != nil {
		t.Fatal(err)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	pid, pidfd, err := p.Start(-1)
	w.Close()
	if err != nil {
		return "", err
	}
	defer unix.Close(pidfd)
	if took := p.Marks(); len(took) != 1 || took[0] <= 0 {
		t.Errorf("between the marks: %v", took)
	}
	b, _ := io.ReadAll(r)
	var status unix.WaitStatus
	if _, err := unix.Wait4(pid, &status, 0, nil); err != nil || status.ExitStatus() != 0 {
		t.Errorf("%s: %v, status %d", script, err, status.ExitStatus())
	}
	return strings.TrimSpace(string(b)), nil
}

func TestCallsBeforeExec(t *testing.T) {
	got, err := start(t, `grep NoNewPrivs: /proc/self/status; echo $MARK; pwd`,
		Call{Number: unix.SYS_PRCTL, Args: [6]uintptr{unix.PR_SET_NO_NEW_PRIVS, 1}, Name: "prctl"},
	)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(got, "NoNewPrivs:\t1\nx y\n") {
		t.Errorf("the child says %q", got)
	}
	if n, _ := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); n != 0 {
		t.Error("the parent took it on as well")
	}
}

// TestBorn: the child's number is told to who is not starting it.
func TestBorn(t *testing.T) {
	p := empty(t)
	if err := p.Announce(); err != nil {
		t.Fatal(err)
	}
	if err := p.Exec("/bin/true", []string{"true"}, nil); err != nil {
		t.Fatal(err)
	}
	started := make(chan int)
	go func() {
		pid, pidfd, err := p.Start(-1)
		if err != nil {
			t.Error(err)
		}
		unix.Close(pidfd)
		started <- pid
	}()
	early := p.Born()
	if pid := <-started; pid != early {
		t.Errorf("announced as %d, started as %d", early, pid)
	}
	unix.Wait4(early, nil, 0, nil)
}

// TestUnborn: nobody waits for a child that there is not.
func TestUnborn(t *testing.T) {
	p := empty(t)
	if err := p.Announce(); err != nil {
		t.Fatal(err)
	}
	p.Flags = ^uint64(0)
	started := make(chan error)
	go func() {
		_, _, err := p.Start(-1)
		started <- err
	}()
	if pid := p.Born(); pid != 0 {
		t.Errorf("child %d", pid)
	}
	if err := <-started; err == nil {
		t.Error("a child with all flags there are, and more")
	}
}

func TestRefusedCall(t *testing.T) {
	_, err := start(t, "true", Call{Number: unix.SYS_SETNS, Args: [6]uintptr{^uintptr(0)}, Name: "setns"})
	var e *Error
	if !errors.As(err, &e) || e.Name != "setns" || !errors.Is(err, unix.EBADF) || e.Index != 2 {
		t.Errorf("%#v", err)
	}
	if n, err := unix.Wait4(-1, nil, unix.WNOHANG, nil); err != unix.ECHILD {
		t.Errorf("a child is left: %d %v", n, err)
	}
}

// TestSilencedChild: a filter that forbids everything, the ways to leave as
// well, does not keep the parent waiting.
func TestSilencedChild(t *testing.T) {
	deny := []unix.SockFilter{{Code: unix.BPF_RET, K: 0x00050000 | uint32(unix.EPERM)}} // SECCOMP_RET_ERRNO
	prog := &unix.SockFprog{Len: 1, Filter: &deny[0]}
	_, err := start(t, "true",
		Call{Number: unix.SYS_PRCTL, Args: [6]uintptr{unix.PR_SET_NO_NEW_PRIVS, 1}, Name: "prctl"},
		Call{Number: unix.SYS_PRCTL, Args: [6]uintptr{unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, address(prog)}, Name: "seccomp", Keep: prog},
	)
	if !errors.Is(err, unix.EPERM) {
		t.Error(err)
	}
}

// TestOnlyExecIsLeft: a filter that leaves nothing but execve lets the program
// be executed, though nobody can tell the time any more.
func TestOnlyExecIsLeft(t *testing.T) {
	ret := func(action uint32) unix.SockFilter { return unix.SockFilter{Code: unix.BPF_RET, K: action} }
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0},
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_EXECVE, Jt: 1},
		ret(0x00050000 | uint32(unix.EPERM)), ret(0x7fff0000),
	}
	prog := &unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	p := empty(t)
	p.Mark()
	p.Add(
		Call{Number: unix.SYS_PRCTL, Args: [6]uintptr{unix.PR_SET_NO_NEW_PRIVS, 1}, Name: "prctl"},
		Call{Number: unix.SYS_PRCTL, Args: [6]uintptr{unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, address(prog)}, Name: "seccomp", Keep: prog},
	)
	p.Mark()
	if err := p.Exec("/bin/true", []string{"true"}, nil); err != nil {
		t.Fatal(err)
	}
	pid, pidfd, err := p.Start(-1)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pidfd)
	if took := p.Marks(); len(took) != 1 || took[0] != 0 {
		t.Errorf("between the marks: %v", took)
	}
	var status unix.WaitStatus
	if _, err := unix.Wait4(pid, &status, 0, nil); err != nil || status.ExitStatus() == 0 {
		t.Errorf("%v: a program that may make no calls ended with %d", err, status.ExitStatus())
	}
}

// TestSignalsAreAsAfterExec: what Go handles in this program is not handled,
// blocked or ignored in the child.
func TestSignalsAreAsAfterExec(t *testing.T) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	defer signal.Stop(c)
	want, err := exec.Command("sh", "-c", "grep -E 'Sig(Blk|Ign)' /proc/self/status").Output()
	if err != nil {
		t.Fatal(err)
	}
	got, err := start(t, "grep -E 'Sig(Blk|Ign)' /proc/self/status")
	if err != nil || got != strings.TrimSpace(string(want)) {
		t.Errorf("%v: signals of the child\n%s\nof one that os/exec started\n%s", err, got, want)
	}
}

func BenchmarkStart(b *testing.B) {
	run := func(b *testing.B, f func() (int, int)) {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for b.Loop() {
			pid, pidfd := f()
			unix.Close(pidfd)
			b.StopTimer()
			unix.Wait4(pid, nil, 0, nil)
			b.StartTimer()
		}
	}
	b.Run("fork", func(b *testing.B) {
		run(b, func() (int, int) {
			p, err := New()
			if err != nil {
				b.Fatal(err)
			}
			defer p.Close()
			p.Exec("/bin/true", []string{"true"}, nil)
			pid, fd, err := p.Start(-1)
			if err != nil {
				b.Fatal(err)
			}
			return pid, fd
		})
	})
	b.Run("syscall", func(b *testing.B) {
		run(b, func() (int, int) {
			var fd int
			pid, err := syscall.ForkExec("/bin/true", []string{"true"}, &syscall.ProcAttr{Sys: &syscall.SysProcAttr{PidFD: &fd}})
			if err != nil {
				b.Fatal(err)
			}
			return pid, fd
		})
	})
}
