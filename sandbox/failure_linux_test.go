package sandbox

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// TestEveryOperationFails makes each operation of a start fail, one after the
// other: the error names it, and nothing is left.
func TestEveryOperationFails(t *testing.T) {
	m := machine(t)
	spec := Spec{Layers: Set(Mount, Root, UTS, IPC, PID, Net, User, Time, Cgroup), Hostname: "tent"}
	p, err := NewPlan(spec, m)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, s := range p.Steps {
		if _, command := s.Operation.(op.Execute); !s.Parent && !command {
			n++
		}
	}
	before := lookAround()
	for i := range n {
		p, err := NewPlan(spec, m)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Start(context.Background(), p, Options{failAt: i + 1})
		if err == nil {
			s.Close()
			t.Fatalf("operation %d of %d failed and the start did not", i, n)
		}
		var typed *Error
		if !errors.As(err, &typed) || !errors.Is(err, syscall.ECANCELED) {
			t.Errorf("operation %d: %v", i, err)
		}
	}
	entries, _ := os.ReadDir(filepath.Join(m.State, "sandboxes"))
	for _, e := range entries {
		if e.Name() != ".lock" {
			t.Errorf("left: %s", e.Name())
		}
	}
	if left := settle(before); left != "" {
		t.Errorf("left behind:\n%s", left)
	}
}

// TestNothingAccumulates starts and closes sandboxes one after the other:
// descriptors, goroutines and threads do not grow.
func TestNothingAccumulates(t *testing.T) {
	m := machine(t)
	once := func() {
		p, err := NewPlan(Spec{Layers: Set(Mount, PID)}, m)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Start(context.Background(), p, Options{})
		if err != nil {
			t.Fatal(err)
		}
		run, err := s.Start(context.Background(), Command{Args: []string{"true"}, Terminal: &Size{24, 80}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := run.Wait(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	once() // what is kept for good is made by the first
	ignore := goleak.IgnoreCurrent()
	before := openFiles(t)
	for range 30 {
		once()
	}
	if after := openFiles(t); len(after) > len(before) {
		t.Errorf("descriptors before:\n%s\nafter:\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
	goleak.VerifyNone(t, ignore)
}

func openFiles(t *testing.T) []string {
	t.Helper()
	links, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, l := range links {
		if target, err := os.Readlink(l); err == nil {
			out = append(out, target)
		}
	}
	return out
}

// TestCancelledStart gives up at once: nothing stays.
func TestCancelledStart(t *testing.T) {
	m := machine(t)
	before := lookAround()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	p, err := NewPlan(Spec{Layers: Set(Mount, Root, PID)}, m)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := Start(ctx, p, Options{}); !errors.Is(err, context.Canceled) {
		if err == nil {
			s.Close()
		}
		t.Errorf("error %v", err)
	}
	if left := settle(before); left != "" {
		t.Errorf("left behind:\n%s", left)
	}
}

// TestInitIsOutOfReach: from inside, the init's binary cannot be opened for
// writing, and its memory not at all by an ordinary process.
func TestInitIsOutOfReach(t *testing.T) {
	s := open(t, machine(t), Spec{Layers: Set(Mount, Root, PID), Root: RootOverlay})
	out, code := output(t, s, "sh", "-c", `if (: >>/proc/1/exe) 2>/dev/null; then echo writable; else echo refused; fi`)
	if code != 0 || out != "refused\n" {
		t.Errorf("the init's binary: %q (%d)", out, code)
	}
}

// output runs a command inside and returns what it printed.
func output(t *testing.T, s *Sandbox, args ...string) (string, int) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p, err := s.Start(context.Background(), Command{Args: args, Stdout: w, Stderr: w})
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	buf := make([]byte, 4096)
	for {
		n, err := r.Read(buf)
		b.Write(buf[:n])
		if err != nil {
			break
		}
	}
	status, err := p.Wait(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), status.Code
}

// TestSameNameTwice: a second sandbox of a name that is taken is refused, and
// the first one keeps what is its own.
func TestSameNameTwice(t *testing.T) {
	m := machine(t)
	spec := Spec{Layers: Set(Mount, Root), Root: RootOverlay, Name: "twice"}
	first := open(t, m, spec)
	p, err := NewPlan(spec, m)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := Start(context.Background(), p, Options{}); err == nil {
		s.Close()
		t.Error("two sandboxes of one name")
	}
	if out, code := output(t, first, "sh", "-c", "echo still here >/opt/file && cat /opt/file"); code != 0 {
		t.Errorf("the first one broke: %q (%d)", out, code)
	}
}

// TestFileGoesWithTheSandbox: nobody removed it, the host's root is shared.
func TestFileGoesWithTheSandbox(t *testing.T) {
	m := machine(t)
	p, err := NewPlan(Spec{}, m)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Start(context.Background(), p, Options{})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(os.TempDir(), testMark+"-file")
	if _, err := s.Create(context.Background(), file, "two\nlines"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if exists(file) {
		os.Remove(file)
		t.Error("the file outlived its sandbox")
	}
}

// TestHiddenFromItsInit: a command that mounts over /proc and changes session
// goes with the sandbox all the same.
func TestHiddenFromItsInit(t *testing.T) {
	m := machine(t)
	p, err := NewPlan(Spec{Layers: Set(Mount)}, m)
	if err != nil {
		t.Fatal(err)
	}
	p.cgroup = "" // as for an ordinary user
	p.Steps = slices.DeleteFunc(p.Steps, func(s Step) bool { _, is := s.Operation.(op.MakeCgroup); return is })
	for i, step := range p.Steps {
		if c, ok := step.Operation.(op.Clone); ok {
			c.Cgroup = ""
			p.Steps[i].Operation = c
		}
	}
	s, err := Start(context.Background(), p, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if out, code := output(t, s, "sh", "-c", `(env -i setsid sh -c 'sleep 1002; :' "`+testMark+`" >/dev/null 2>&1 &); mount -t tmpfs x /proc`); code != 0 {
		t.Fatalf("%q (%d)", out, code)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if left := goneWithin(testMark, nil, time.Second); left != nil {
		t.Errorf("left: %v", left)
	}
}

// TestManyQuestions asks more at once than fits a socket.
func TestManyQuestions(t *testing.T) {
	s := open(t, machine(t), Spec{})
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	failed := make(chan error, 2000)
	for range cap(failed) {
		go func() { _, err := s.ask(ctx); failed <- err }()
	}
	for range cap(failed) {
		if err := <-failed; err != nil {
			t.Fatal(err)
		}
	}
}

// TestUmask: whatever the person's umask, root of the sandbox can reach its
// root directory, and nobody else what was written inside.
func TestUmask(t *testing.T) {
	m := machine(t)
	m.State = filepath.Join(m.State, "deeper", "tentpole")
	if err := os.MkdirAll(filepath.Dir(m.State), 0o711); err != nil {
		t.Fatal(err)
	}
	defer syscall.Umask(syscall.Umask(0o077))
	s := open(t, m, Spec{Layers: Set(Mount, Root, User), Root: RootOverlay})
	if out, code := output(t, s, "sh", "-c", "echo x >/opt/file"); code != 0 {
		t.Errorf("%q (%d)", out, code)
	}
	st, err := os.Stat(s.plan.tree)
	if err != nil || st.Mode().Perm()&0o007 != 0 {
		t.Errorf("the sandbox's directory is open to others: %v %v", st.Mode(), err)
	}
}

// TestSmallProgram: where the small program is embedded, it is what inits run,
// and tentpole's own binary cannot be reached from inside.
func TestSmallProgram(t *testing.T) {
	s := open(t, machine(t), Spec{Layers: Set(Mount, PID)})
	exe, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(s.InitPID()), "exe"))
	if err != nil {
		t.Fatal(err)
	}
	if small := strings.HasPrefix(exe, "/memfd:tentpole"); len(embedded) > 0 && !small {
		t.Errorf("the init runs %s", exe)
	}
}
