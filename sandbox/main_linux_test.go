package sandbox

import (
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/nftables"

	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// TestMain compares the machine before and after: what a test leaves behind
// is a failure of the whole package.
func TestMain(m *testing.M) {
	switch role := os.Getenv("TENTPOLE_TEST_ROLE"); role {
	case "":
	case "serve":
		os.Exit(serve())
	case "bridge":
		os.Exit(bridgeHost())
	case "sweep":
		os.Exit(sweepInside())
	default:
		os.Exit(play(role))
	}
	owners.Store(fmt.Sprint(os.Getpid()), true)
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

// inOwnNetwork runs the test once more, in a network namespace of its own in
// which it plays the host, and tells whether this is that run. Links and rules
// of the real host are nothing to try things out on.
func inOwnNetwork(t *testing.T) bool {
	t.Helper()
	const mark = "TENTPOLE_TEST_NETWORK"
	if os.Getenv(mark) != "" {
		return true
	}
	if m := machine(t); !m.Privileged() {
		t.Skip("needs root: links and rules of the host are root's to make")
	}
	c := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v")
	c.Env = append(os.Environ(), mark+"=1")
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	runtime.LockOSThread() // to which the death signal belongs
	defer runtime.UnlockOSThread()
	out, err := c.CombinedOutput()
	t.Logf("in a network of its own:\n%s", out)
	if err != nil {
		t.Error(err)
	}
	return false
}

// traces is what a machine would show of a sandbox that did not go.
type traces map[string][]string

func lookAround() traces {
	return traces{
		"mount": lines("/proc/self/mountinfo"), "link": linkNames(), "table": tableNames(),
		"cgroup": cgroupNames(), "state": stateNames(), "process": tentpoleProcesses(),
	}
}

func linkNames() (names []string) {
	list, _ := net.Interfaces()
	for _, i := range list {
		names = append(names, i.Name)
	}
	return names
}

// tableNames lists the tables of nftables; an ordinary user sees none, and
// makes none.
func tableNames() (names []string) {
	c, err := nftables.New()
	if err != nil {
		return nil
	}
	tables, _ := c.ListTables()
	for _, t := range tables {
		names = append(names, t.Name)
	}
	return names
}

// cgroupNames lists the cgroups of ours in all hierarchies, wherever they are.
func cgroupNames() (names []string) {
	filepath.WalkDir("/sys/fs/cgroup", func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.HasPrefix(d.Name(), "tentpole-") && ours(d.Name()) {
			names = append(names, p)
		}
		return nil
	})
	return names
}

// stateNames lists what is ours in the user's own state directory, which no
// test uses, and beside the others.
func stateNames() (names []string) {
	state, _ := StateDir()
	trees, _ := filepath.Glob(state + "/sandboxes/*")
	names = slices.DeleteFunc(trees, func(p string) bool { return !ours(filepath.Base(p)) })
	temporary, _ := filepath.Glob(os.TempDir() + "/" + testMark + "-*")
	return append(names, temporary...)
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
		if strings.Contains(line, testMark) || strings.HasSuffix(line, " "+longSleep) || strings.HasPrefix(line, "tentpole-init ") && ours(line) {
			out = append(out, filepath.Base(dir)+" "+line)
		}
	}
	return out
}

// owners are the processes of this test that have sandboxes: it and those it
// starts. What others do on the machine meanwhile is none of its business.
var owners sync.Map

var tagged = regexp.MustCompile(`[@-](\d+)\.\d+\.[0-9a-z]{7,8}`)

// ours tells whether a name has an owner of this test in it.
func ours(name string) bool {
	found := tagged.FindStringSubmatch(name)
	if found == nil {
		return false
	}
	_, known := owners.Load(found[1])
	return known
}

// testMark stands in the arguments of every command that the tests start, but
// for those that hide; they sleep for so many seconds.
var (
	testMark  = fmt.Sprintf("tentpole-test-%dx", os.Getpid())
	longSleep = fmt.Sprint(100_000_000 + os.Getpid())
)

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
	for what, list := range now {
		for _, a := range added(t[what], list) {
			fmt.Fprintf(&b, "%s: %s\n", what, a)
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
	return m.in(stateDir(t))
}

// in is the machine with another state directory.
func (m Machine) in(state string) Machine {
	m.State = state
	m.lookAtNetwork = func() (network.Machine, error) { return bridge(state).Look(context.Background()) }
	return m
}

// stateDir makes a state directory that root of a sandbox can pass through.
func stateDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", testMark+"-state-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := removePath(dir); err != nil {
			t.Error(err)
		}
	})
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

// removePath removes a directory of the test's own.
func removePath(name string) error {
	dir, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		return err
	}
	defer dir.Close()
	return removeTree(dir, filepath.Base(name))
}
