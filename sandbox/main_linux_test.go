package sandbox

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMain compares the machine before and after: what a test leaves behind
// is a failure of the whole package.
func TestMain(m *testing.M) {
	if role := os.Getenv("TENTPOLE_TEST_ROLE"); role != "" {
		os.Exit(play(role))
	}
	before := lookAround()
	code := m.Run()
	if code == 0 {
		if left := settle(before); left != "" {
			fmt.Fprintln(os.Stderr, "left behind by the tests:\n"+left)
			code = 1
		}
	}
	os.Exit(code)
}

// traces is what a machine would show of a sandbox that did not go.
type traces struct{ mounts, links, cgroups, processes []string }

func lookAround() traces {
	var t traces
	t.mounts = lines("/proc/self/mountinfo")
	if list, err := net.Interfaces(); err == nil {
		for _, i := range list {
			t.links = append(t.links, i.Name)
		}
	}
	t.cgroups, _ = filepath.Glob("/sys/fs/cgroup/unified/tentpole-*")
	more, _ := filepath.Glob("/sys/fs/cgroup/tentpole-*")
	t.cgroups = slices.DeleteFunc(append(t.cgroups, more...), func(dir string) bool { return neighbours(filepath.Base(dir)) })
	t.processes = tentpoleProcesses()
	return t
}

func lines(file string) []string {
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	var out []string
	for s := bufio.NewScanner(f); s.Scan(); {
		out = append(out, s.Text())
	}
	return out
}

// tentpoleProcesses lists the inits, helpers and marked commands that run.
func tentpoleProcesses() []string {
	var out []string
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		args, err := os.ReadFile(dir + "/cmdline")
		if err != nil || len(args) == 0 {
			continue
		}
		line := strings.ReplaceAll(strings.TrimRight(string(args), "\x00"), "\x00", " ")
		if strings.Contains(line, testMark) || strings.HasPrefix(line, "tentpole-init ") && !neighbours(line) {
			out = append(out, filepath.Base(dir)+" "+line)
		}
	}
	return out
}

// neighbours tells whether an init or a cgroup belongs to somebody else who is
// alive and none of this test's doing: its name has its owner in it.
func neighbours(name string) bool {
	_, o, ok := parseOwned(name)
	return ok && o.alive() && o.pid != os.Getpid()
}

// testMark stands in the arguments of every command that the tests start.
var testMark = fmt.Sprintf("tentpole-test-%d", os.Getpid())

// added lists what is in after and not in before.
func added(before, after []string) []string {
	var out []string
	for _, a := range after {
		if !slices.Contains(before, a) {
			out = append(out, a)
		}
	}
	return out
}

// compare says what is there now that was not there before.
func (t traces) compare(now traces) string {
	var b strings.Builder
	for _, part := range []struct {
		what   string
		before []string
		after  []string
	}{{"mount", t.mounts, now.mounts}, {"link", t.links, now.links}, {"cgroup", t.cgroups, now.cgroups}, {"process", t.processes, now.processes}} {
		for _, a := range added(part.before, part.after) {
			fmt.Fprintf(&b, "%s: %s\n", part.what, a)
		}
	}
	return b.String()
}

// settle waits until the machine looks as before, at most a moment: what is
// still on its way out is not left behind.
func settle(before traces) string {
	for deadline := time.Now().Add(3 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		left := before.compare(lookAround())
		if left == "" || time.Now().After(deadline) {
			return left
		}
	}
}

// machine is this one, with a state directory of the test's own.
func machine(t testing.TB) Machine {
	t.Helper()
	m, err := Look()
	if err != nil {
		t.Fatal(err)
	}
	m.State = stateDir(t)
	return m
}

// stateDir makes a state directory that root of a sandbox can pass through.
func stateDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tentpole-state-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { removeTree(dir) })
	return dir
}

func open(t testing.TB, m Machine, spec Spec) *Sandbox {
	t.Helper()
	p, err := NewPlan(spec, m)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Start(context.Background(), p, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
