package oci

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// TestMain plays the owner that is killed, where it is asked to.
func TestMain(m *testing.M) {
	if name := os.Getenv(ownerOf); name != "" {
		os.Exit(beKilled(name))
	}
	os.Exit(m.Run())
}

// skip says why a test cannot run here; where everything must run it fails.
func skip(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("TENTPOLE_MUST") == "1" && !strings.HasPrefix(why, "needs root: ") {
		t.Fatal("cannot be skipped here: " + why)
	}
	t.Skip(why)
}

// state is a state directory of the test's own. After the test nothing of it is
// left: no sandbox, no scratch directory, no cgroup.
func state(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tentpole-oci-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_STATE_HOME", dir)
	t.Setenv("SUDO_UID", "")
	t.Cleanup(func() {
		if left := leftIn(dir); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// leftIn lists what there still is of the sandboxes of a state directory: files,
// and the cgroups that are called after them.
func leftIn(dir string) []string {
	left, _ := filepath.Glob(filepath.Join(dir, "tentpole", "sandboxes", "*@*"))
	for _, tree := range left {
		left = append(left, groupsOf(filepath.Base(tree))...)
	}
	return left
}

// groupsOf lists the cgroups that are called after a directory, wherever they are.
func groupsOf(tree string) (found []string) {
	filepath.WalkDir("/sys/fs/cgroup", func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == "tentpole-"+tree {
			found = append(found, p)
		}
		return nil
	})
	return found
}

// have skips the test where the runtime is not to be had.
func have(t *testing.T, name string) {
	t.Helper()
	r, err := find(name)
	if err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 && (r.admin || r.hides && hybrid()) {
		skip(t, "needs root: "+r.program+" starts no containers of an ordinary user's on this machine")
	}
	if err := Probe(t.Context(), name); errors.Is(err, sandbox.ErrNotSupported) {
		skip(t, err.Error())
	} else if err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, name string, spec sandbox.Spec) *container {
	t.Helper()
	state(t)
	have(t, name)
	s, err := Open(t.Context(), name, spec)
	if err != nil {
		t.Fatal(err)
	}
	c := s.(*container)
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if left := groupsOf(filepath.Base(c.bundle.dir)); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
	return c
}

// inContainers are the outcomes on a runtime that shares the host's kernel.
var inContainers = map[string]experiment.Outcome{
	"file": experiment.OneWay, "processes": experiment.OneWay, "hostname": experiment.Contained, "kernel": experiment.Open, "port": experiment.Contained,
	"memory-limit": experiment.Limited, "capabilities": experiment.Limited, "syscalls": experiment.Limited, "escape": experiment.Contained,
}

// inGVisor are those on a kernel in user space, without cgroups.
var inGVisor = map[string]experiment.Outcome{
	"file": experiment.Contained, "processes": experiment.Contained, "hostname": experiment.Contained, "kernel": experiment.Contained, "port": experiment.Contained,
	"memory-limit": experiment.Open, "capabilities": experiment.Limited, "syscalls": experiment.Contained, "escape": experiment.Contained,
}

func TestExperiments(t *testing.T) {
	for _, on := range []struct {
		name string
		want map[string]experiment.Outcome
	}{{"oci:runc", inContainers}, {"oci:crun", inContainers}, {"oci:runsc", inGVisor}} {
		t.Run(on.name, func(t *testing.T) {
			c := open(t, on.name, sandbox.Spec{})
			for id, want := range on.want {
				if id == "memory-limit" && !c.bundle.plan.Layers.Has(sandbox.Memory) && want == experiment.Limited {
					want = experiment.Open // nobody may limit it: a user without a cgroup of their own
				}
				begin := time.Now()
				r, err := experiment.Run(t.Context(), id, c, experiment.Options{Path: canaryPath(t)})
				if err != nil || r.Outcome != want {
					t.Errorf("%s: %s (%s), %v; want %s", id, r.Outcome, r.Reason, err, want)
				}
				if r.Subject.Kind != on.name || r.Schema != experiment.Schema {
					t.Errorf("%s: it ran on %+v", id, r.Subject)
				}
				t.Logf("%s: %s: %s (%v)", id, r.Outcome, r.Reason, time.Since(begin).Round(time.Millisecond))
			}
		})
	}
}

func canaryPath(t *testing.T) string {
	return fmt.Sprintf("/tmp/tentpole-canary-%d-%s.txt", os.Getpid(), strings.NewReplacer("/", "-", ":", "-").Replace(t.Name()))
}

// TestGVisorOnDisk: without its overlay gVisor writes to the root's directory,
// where the host finds the file.
func TestGVisorOnDisk(t *testing.T) {
	c := open(t, "oci:runsc", sandbox.Spec{Upper: sandbox.UpperDisk})
	r, err := experiment.Run(t.Context(), "file", c, experiment.Options{Path: canaryPath(t)})
	if err != nil || r.Outcome != experiment.OneWay || len(r.Places) != 1 || r.Places[0].Path != c.Caught(canaryPath(t)) {
		t.Errorf("%s (%s), %v, %+v", r.Outcome, r.Reason, err, r.Places)
	}
}

// TestCannot: what a runtime has no words for is not done by half.
func TestCannot(t *testing.T) {
	state(t)
	have(t, "oci:runc")
	for word, spec := range map[string]sandbox.Spec{
		"cable": {Network: network.KindBridge}, "publish": {Publish: []network.Port{{Inside: 80}}}, "tiny root": {Root: sandbox.RootOverlay},
	} {
		s, err := Open(t.Context(), "oci:runc", spec)
		if !errors.Is(err, sandbox.ErrNotSupported) || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v, %v", word, s, err)
		}
	}
}

// TestCommands: what is not there is told as on a sandbox, what has ended at once
// is no error, and a user is a number.
func TestCommands(t *testing.T) {
	for _, name := range []string{"oci:runc", "oci:crun", "oci:runsc"} {
		t.Run(name, func(t *testing.T) {
			c := open(t, name, sandbox.Spec{})
			resting, err := c.AtRest()
			if err != nil || len(resting) == 0 || slices.Contains(resting, c.host.InitPID()) || (name != "oci:runsc") != (len(resting) == 1) {
				t.Errorf("at rest: %v, %v", resting, err)
			}
			for _, args := range [][]string{{"there-is-no-such"}, {"/there/is/no/such"}} {
				if p, err := c.Start(t.Context(), experiment.Command{Args: args}); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%v: %v, %v", args, p, err)
				}
			}
			for line, code := range map[string]int{"exit 3": 3, "kill -9 $$": 128 + 9, `[ "$(id -u)" = 0 ]`: 0} {
				status := run(t, c, experiment.Command{Args: []string{"sh", "-c", line}})
				if status.Code != code || (status.Signal != 0) != (code > 128) {
					t.Errorf("%s: %+v", line, status)
				}
			}
			if !c.bundle.plan.Rootless { // an ordinary user may have no second id to map
				if status := run(t, c, experiment.Command{Args: []string{"sh", "-c", `[ "$(id -u)" = 1000 ]`}, User: "1000:1000"}); status.Code != 0 {
					t.Errorf("it runs as another user: %+v", status)
				}
			}
			if _, err := c.Start(t.Context(), experiment.Command{Args: []string{"id"}, User: "guest"}); !errors.Is(err, sandbox.ErrNotSupported) {
				t.Errorf("a user by name: %v", err)
			}
		})
	}
}

func run(t *testing.T, c *container, cmd experiment.Command) sandbox.Status {
	t.Helper()
	p, err := c.Start(t.Context(), cmd)
	if err != nil {
		t.Error(err)
		return sandbox.Status{}
	}
	status, err := p.Wait(t.Context())
	if err != nil {
		t.Error(err)
	}
	return status
}

// TestSameRunsc: the command that people are told is the one by which the tests
// get theirs.
func TestSameRunsc(t *testing.T) {
	made, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(installRunsc)
	if what := fields[len(fields)-1]; !strings.Contains(string(made), "GVISOR := "+what+"\n") {
		t.Errorf("the Makefile installs another runsc than %s", what)
	}
}

// TestKilledOwner: an owner that is killed in the middle leaves no process, and
// after the next start nothing at all.
func TestKilledOwner(t *testing.T) {
	for _, name := range []string{"oci:runc", "oci:crun", "oci:runsc"} {
		t.Run(name, func(t *testing.T) {
			dir := state(t)
			have(t, name)
			owner := exec.Command("/proc/self/exe")
			owner.Env = append(os.Environ(), ownerOf+"="+name)
			owner.Stderr = os.Stderr
			out, err := owner.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := owner.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatalf("the owner says %q, %v", line, err)
			}
			if of(dir) == nil {
				t.Fatal("nothing runs of it")
			}
			owner.Process.Kill()
			owner.Wait()
			waitFor(t, "its processes end", func() bool { return of(dir) == nil })
			if leftIn(dir) == nil {
				t.Error("a killed owner left not even a directory: the test tests nothing")
			}
			// What every start does once.
			if swept, err := sandbox.Sweep(filepath.Join(dir, "tentpole")); err != nil || len(swept.Left) > 0 {
				t.Errorf("the janitor left %+v, %v", swept.Left, err)
			}
			tree := strings.TrimSpace(line)
			if left := append(leftIn(dir), groupsOf(tree)...); len(left) > 0 {
				t.Errorf("after the next start there still is %v", left)
			}
			if table, err := os.ReadFile("/proc/self/mountinfo"); err != nil || strings.Contains(string(table), dir) {
				t.Errorf("its mounts are there, %v", err)
			}
		})
	}
}

// ownerOf names the runtime that the owner who is to be killed starts.
const ownerOf = "TENTPOLE_TEST_OWNER"

// beKilled opens a container with a command in it, says what its directory is
// called, and waits.
func beKilled(name string) int {
	s, err := Open(context.Background(), name, sandbox.Spec{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if _, err := experiment.Begin(context.Background(), s, "stay", nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(filepath.Base(s.(*container).bundle.dir))
	select {}
}

// of lists the processes that speak of a directory, but for this one and what
// holds it as an environment only.
func of(dir string) (found []string) {
	all, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range all {
		text, _ := os.ReadFile(file)
		if args := strings.Split(string(text), "\x00"); slices.ContainsFunc(args, func(a string) bool { return strings.Contains(a, dir) }) {
			found = append(found, strings.Join(args, " "))
		}
	}
	return found
}

func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not come about that " + what)
		}
	}
}
