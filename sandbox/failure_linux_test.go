package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// starts are those of which every operation is made to fail: between them they
// have every kind that there is.
func starts(t *testing.T, m Machine) map[string]Spec {
	t.Helper()
	everything := all()
	everything.Root, everything.Hostname, everything.ReadOnly = RootOverlay, "tent", true
	everything.Volumes = []Volume{{Source: "/etc", Target: "/mnt", ReadOnly: true}}
	everything.Tmpfs = []Tmpfs{{Target: "/opt"}}
	inMemory := Spec{Layers: Set(PID), Root: RootOverlay, Upper: UpperMemory}
	return map[string]Spec{
		"everything": everything,
		"in memory":  inMemory,
		"directory":  {Partial: true, Layers: everything.Layers, Root: RootDirectory, Source: emptyRoot(t)},
		"tiny":       {Layers: Set(PID, Net), Root: RootTiny},
		"masks":      {Layers: Set(PID, Masks), Tmpfs: []Tmpfs{{Target: "/mnt"}}},
		"limits":     {Partial: true, Layers: Set(Memory, CPU, PIDs, Cgroup)},
		"nothing":    {},
	}
}

// emptyRoot is a directory with nothing but the places to mount at.
func emptyRoot(t *testing.T) string {
	t.Helper()
	root := stateDir(t)
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"proc", "sys", "dev"} {
		if err := os.Mkdir(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// TestEveryOperationFails makes each operation of a start fail, one after the
// other, in each way there is: the error names it, and nothing is left.
func TestEveryOperationFails(t *testing.T) {
	m := machine(t)
	for name, spec := range starts(t, m) {
		t.Run(name, func(t *testing.T) { failEveryStep(t, m, spec) })
	}
}

// TestEveryOperationFailsOnTheBridge does it where links and rules are made, and
// beside another sandbox on the bridge, which keeps its own.
func TestEveryOperationFailsOnTheBridge(t *testing.T) {
	if !inOwnNetwork(t) {
		return
	}
	m := machine(t)
	alone := Spec{Layers: Set(Net, PID), Network: network.KindBridge}
	failEveryStep(t, m, alone)
	open(t, m, Spec{Layers: Set(Net), Network: network.KindBridge})
	failEveryStep(t, m, alone)
}

// TestEveryOperationFailsJoining does it in the namespaces of another, which
// stays as it is.
func TestEveryOperationFailsJoining(t *testing.T) {
	m := machine(t)
	if !m.Privileged() {
		t.Skip("needs root: entering a namespace of another user namespace")
	}
	first := open(t, m, Spec{Name: "first", Layers: Set(Net, UTS), Hostname: "first"})
	failEveryStep(t, m, Spec{Layers: Set(Mount), Join: []Join{{Name: "first", Namespaces: Set(Net, UTS)}}})
	if out, _ := output(t, first, "hostname"); out != "first\n" {
		t.Errorf("the first one's name is %q", out)
	}
}

func failEveryStep(t *testing.T, m Machine, spec Spec) {
	t.Helper()
	p, err := NewPlan(spec, m)
	skipUnsupported(t, err)
	before, trees := lookAround(), list(filepath.Join(m.State, sandboxesDir))
	n := 0
	for _, how := range []string{proto.FailError, proto.FailPanic, proto.FailKill} {
		for i, step := range p.Steps {
			if _, command := step.Operation.(op.Execute); command {
				continue
			}
			n++
			if step.Parent && how != proto.FailError {
				failOwner(t, m, spec, failure{i, how})
			} else {
				failStep(t, m, spec, failure{i, how})
			}
		}
	}
	if after := list(filepath.Join(m.State, sandboxesDir)); len(after) > max(len(trees), 1) { // with the lock
		t.Errorf("trees are left: %v", after)
	}
	t.Logf("%d failures of %d operations", n, len(p.Steps)-1)
	if left := settle(before); left != "" {
		t.Errorf("left behind:\n%s", left)
	}
}

// failStep starts with one step failing; what only commands do fails with the
// first command.
func failStep(t *testing.T, m Machine, spec Spec, f failure) {
	t.Helper()
	p, err := NewPlan(spec, m)
	if err != nil {
		t.Fatal(err)
	}
	step := p.Steps[f.step].Operation
	hold := Command{Args: []string{proto.ToolName, "hold"}, tool: true} // for which no file is needed inside
	s, _, err := Run(context.Background(), p, Options{fail: &f}, hold)
	if err == nil {
		s.Close()
		t.Errorf("%s by %s: the start did not fail", step, f.how)
		return
	}
	var typed *Error
	if !errors.As(err, &typed) || f.how == proto.FailError && !errors.Is(err, syscall.ECANCELED) {
		t.Errorf("%s by %s: %v", step, f.how, err)
	}
	// The names of directories are others each time.
	if name := strings.SplitN(step.String(), "/", 2)[0]; !strings.Contains(err.Error(), name) {
		t.Errorf("%s by %s: the error does not name it: %v", step, f.how, err)
	}
}

// failOwner has a whole tentpole panic or be killed at a step of its own.
func failOwner(t *testing.T, m Machine, spec Spec, f failure) {
	t.Helper()
	before := tentpoleProcesses()
	v := startVictim(t, m.State, spec, "once", fmt.Sprintf("TENTPOLE_TEST_FAIL=%d %s", f.step, f.how), "TENTPOLE_TEST_STATE="+m.State)
	v.say(t, "begin")
	if line, err := v.out.ReadString('\n'); err == nil {
		t.Errorf("step %d by %s: the victim says %q", f.step, f.how, line)
	}
	if err := v.cmd.Wait(); err == nil {
		t.Errorf("step %d by %s: the victim ended well", f.step, f.how)
	}
	if left := goneWithin(before, gonePatience); left != nil {
		t.Errorf("step %d by %s: left: %v", f.step, f.how, left)
	}
	if swept, err := Sweep(m.State); err != nil || len(swept.Left) > 0 {
		t.Errorf("step %d by %s: swept %+v: %v", f.step, f.how, swept, err)
	}
}

// TestNothingAccumulates starts and closes sandboxes one after the other:
// descriptors, goroutines and threads do not grow, and nothing is left on the
// machine. TENTPOLE_STARTS asks for more of them.
func TestNothingAccumulates(t *testing.T) {
	m := machine(t)
	n := 30
	if v := os.Getenv("TENTPOLE_STARTS"); v != "" {
		fmt.Sscan(v, &n)
	}
	for _, kind := range []struct {
		name string
		spec Spec
	}{{"plain", Spec{}}, {"pid", Spec{Layers: Set(Mount, PID)}}, {"container", all()}} {
		t.Run(kind.name, func(t *testing.T) {
			for range 5 { // what is kept for good is made by the first
				startAndClose(t, m, kind.spec)
			}
			ignore := goleak.IgnoreCurrent()
			files, threads, machine := openFiles(t), len(list("/proc/self/task")), lookAround()
			begin := time.Now()
			for range n {
				startAndClose(t, m, kind.spec)
			}
			took := time.Since(begin) / time.Duration(n)
			if after := openFiles(t); len(after) > len(files) {
				t.Errorf("descriptors before:\n%s\nafter:\n%s", strings.Join(files, "\n"), strings.Join(after, "\n"))
			}
			// The runtime makes a thread when others wait in the kernel, and keeps it.
			after := len(list("/proc/self/task"))
			if after > threads+3 {
				t.Errorf("%d threads before, %d after", threads, after)
			}
			goleak.VerifyNone(t, ignore)
			if left := settle(machine); left != "" {
				t.Errorf("left behind:\n%s", left)
			}
			t.Logf("%d starts of %v each; %d descriptors, %d threads before and %d after", n, took, len(files), threads, after)
		})
	}
}

// startAndClose has a sandbox run one command on a terminal.
func startAndClose(t *testing.T, m Machine, spec Spec) {
	t.Helper()
	p, err := NewPlan(spec, m)
	if err != nil {
		t.Fatal(err)
	}
	s, run, err := Run(context.Background(), p, Options{}, Command{Args: []string{"true"}, Terminal: &Size{24, 80}})
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
	m.Cgroups = cgroup.Place{} // as for an ordinary user
	p, err := NewPlan(Spec{Layers: Set(Mount)}, m)
	if err != nil {
		t.Fatal(err)
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
	if left := goneWithin(nil, time.Second); left != nil {
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

// TestUser runs commands as somebody else than root inside.
func TestUser(t *testing.T) {
	m := machine(t)
	s := open(t, m, Spec{Layers: Set(User)})
	_, err := s.Start(context.Background(), Command{Args: []string{"true"}, User: "no-such-user"})
	if !errors.Is(err, syscall.ENOENT) || !strings.Contains(err.Error(), "find the user no-such-user") {
		t.Errorf("an unknown user: %v", err)
	}
	p, err := s.Start(context.Background(), Command{Args: []string{"sleep", "3600"}, User: "1234:4321"})
	if !m.Privileged() {
		if !errors.Is(err, syscall.EPERM) {
			t.Errorf("a user that is not in the map: %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	f, err := s.Facts(context.Background(), p.PID())
	if err != nil {
		t.Fatal(err)
	}
	if want := uint32(s.Plan().Owner()); f.UIDs.Effective != want+1234 || f.GIDs.Effective != want+4321 || len(f.Capabilities.Effective) != 0 {
		t.Errorf("it runs as %d:%d with %v", f.UIDs.Effective, f.GIDs.Effective, f.Capabilities.Effective)
	}
}
