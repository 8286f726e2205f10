package features

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/features/internal/probe"
)

// fakeEngine raises what it is told to.
type fakeEngine struct {
	state   string
	refuses map[string]error // by layer, or by root
	asked   atomic.Int32
}

func (e *fakeEngine) Raise(_ context.Context, layers []string, root string) error {
	e.asked.Add(1)
	for _, word := range append(layers, root) {
		if err := e.refuses[word]; err != nil {
			return err
		}
	}
	return nil
}

func (e *fakeEngine) StateDir() (string, error) { return e.state, nil }

// Own names an owner that is alive, or the janitor of a neighbour would end
// what carries the name; proc_pid_stat(5).
func (e *fakeEngine) Own(name string) string {
	stat, _ := os.ReadFile("/proc/self/stat")
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	after := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	return fmt.Sprintf("%s@%d.%s.%.8s", name, os.Getpid(), after[19], boot)
}

// engine is one that raises everything.
func engine(t testing.TB) *fakeEngine {
	t.Helper()
	return &fakeEngine{state: t.TempDir(), refuses: map[string]error{}}
}

func by(answers []Answer) map[string]Answer {
	found := map[string]Answer{}
	for _, a := range answers {
		found[a.ID] = a
	}
	return found
}

// small tells whether an answer is that of a small virtual machine, which lives
// in memory and may lack modules, and a file system that shifts owners.
func small(a Answer) bool {
	var root unix.Statfs_t
	unix.Statfs("/", &root)
	return (root.Type == unix.TMPFS_MAGIC || root.Type == unix.RAMFS_MAGIC) &&
		slices.Contains([]string{"id-map", "overlay-id-map", "veth", "bridge", "nat", "landlock"}, a.ID) && !errors.Is(a.Err, syscall.EPERM)
}

func isAdmin() bool { return callerOf(os.DirFS("/"), os.Geteuid()).admin }

// What every machine of this project's tests can do, as root and not.
func TestThisMachine(t *testing.T) {
	e := engine(t)
	answers := Check(context.Background(), e)
	found := by(answers)
	want := []string{"process", "state", "pidfd", "mount", "uts", "ipc", "pid", "proc", "net", "cgroup", "time", "user", "capabilities",
		"no-new-privs", "seccomp", "landlock", "masks", "detached", "overlay-volatile", "upper", "root", "tiny", "ping", "container"}
	if isAdmin() {
		want = append(want, "born", "kill", "freezer", "overlay", "id-map", "overlay-id-map", "veth", "bridge", "nat")
	} else {
		want = append(want, "overlay-user")
	}
	for _, id := range want {
		if a, asked := found[id]; !asked || !a.OK && !small(a) {
			t.Errorf("%s: %+v", id, a)
		}
	}
	for _, a := range answers {
		if a.Unknown {
			t.Errorf("%s has no answer: %v", a.ID, a.Err)
		}
		if !a.OK && (!errors.Is(a.Err, ErrNotSupported) || a.Remedy == "" || a.Error == "") {
			t.Errorf("%s is refused without a word: %+v", a.ID, a)
		}
	}
	if landlock := found["landlock"]; landlock.OK && !regexp.MustCompile("^version [0-9]+: files").MatchString(landlock.Detail) {
		t.Errorf("Landlock is %q", landlock.Detail)
	}
	if left, _ := os.ReadDir(path.Join(e.state, "sandboxes")); len(left) > 0 {
		t.Errorf("left in the state directory: %v", left)
	}
}

// Root of the machine is asked other questions than a user.
func TestWhoIsAsked(t *testing.T) {
	found := by(Check(context.Background(), engine(t)))
	for _, f := range table {
		if _, asked := found[f.ID]; asked != f.concerns(caller{admin: isAdmin()}) {
			t.Errorf("%s is asked: %v", f.ID, asked)
		}
	}
	if isAdmin() {
		return
	}
	for _, id := range []string{"veth", "bridge", "nat"} {
		if a := found[id]; a.OK || !errors.Is(a.Err, syscall.EPERM) || !strings.Contains(a.Remedy, "sudo") {
			t.Errorf("%s of an ordinary user: %+v", id, a)
		}
	}
}

func TestEveryFeatureHasAnAct(t *testing.T) {
	for _, f := range table {
		_, host := hostActs[f.ID]
		process := slices.Contains(probe.Acts(), f.ID)
		if host != (f.where == onHost) || process != (f.where <= inUser) {
			t.Errorf("%s: on the host %v, in a process %v, but its place is %d", f.ID, host, process, f.where)
		}
	}
	for _, id := range probe.Acts() {
		feature(t, id)
	}
}

// What a sandbox cannot be started with is missing, and nothing else is.
func TestEngineRefuses(t *testing.T) {
	refused := &RefusedError{Did: "mkdir", Err: syscall.EPERM, Remedy: "ask"}
	for _, c := range []struct {
		word    string
		missing []string // besides container
	}{
		{"host", []string{"process", "memory", "cpu", "pids", "io"}},
		{"tiny", []string{"tiny"}},
		{"overlay", []string{"root"}},
		{"cpu", []string{"cpu"}},
		{"io", []string{"io"}},
	} {
		e := engine(t)
		e.refuses[c.word] = refused
		for _, a := range Check(context.Background(), e, "process", "memory", "cpu", "pids", "io", "root", "tiny") {
			if a.OK == slices.Contains(c.missing, a.ID) {
				t.Errorf("%s is refused: %+v", c.word, a)
			}
			if !a.OK && !errors.Is(a.Err, refused) {
				t.Errorf("%s is refused, and the error is %v", c.word, a.Err)
			}
		}
	}
}

// The last trial leaves out what is known to be missing.
func TestTogether(t *testing.T) {
	e := engine(t)
	e.refuses["cpu"] = &NotSupportedError{Feature: "cpu"}
	found := by(Check(context.Background(), e, "cpu", together))
	if found["cpu"].OK || !found[together].OK {
		t.Errorf("%+v", found)
	}
	e.refuses["uts"] = &RefusedError{Err: syscall.EPERM}
	if a := by(Check(context.Background(), e, together))[together]; a.OK {
		t.Error("a container without what nobody has found to be missing")
	}
}

func TestLimitsAreTriedTogether(t *testing.T) {
	e := engine(t)
	if found := by(Check(context.Background(), e, "memory", "cpu", "pids", "io")); len(found) != 4 || e.asked.Load() != 1 {
		t.Errorf("%d sandboxes for %d limits", e.asked.Load(), len(found))
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	e := engine(t)
	cancel()
	if answers := Check(ctx, e); len(answers) != 0 {
		t.Errorf("%d answers in no time", len(answers))
	}
	ctx, cancel = context.WithCancel(context.Background())
	answers := Check(ctx, &stopping{e, cancel})
	if len(answers) != 0 {
		t.Errorf("answers after the end: %+v", answers)
	}
}

// stopping ends the context while it raises the first sandbox.
type stopping struct {
	*fakeEngine
	cancel func()
}

func (s *stopping) Raise(context.Context, []string, string) error {
	s.cancel()
	return context.Canceled
}

// A state directory that cannot be written costs what it holds.
func TestStateDirectory(t *testing.T) {
	e := engine(t)
	e.state = path.Join(e.state, "file")
	if err := os.WriteFile(e.state, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for id, a := range by(Check(context.Background(), e, "state", "upper")) {
		if a.OK || a.Unknown {
			t.Errorf("%s in a file: %+v", id, a)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	e := engine(b)
	for b.Loop() {
		Check(context.Background(), e)
	}
}
