//go:build linux

package applet

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/userland/internal/manual"
)

// TestMain makes the test binary the tiny root's program: started under the
// name of a command, it is that command. At the end no process may be left.
func TestMain(m *testing.M) {
	if Has(os.Args[0]) {
		os.Exit(Main(os.Args))
	}
	unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	status := m.Run()
	var ws unix.WaitStatus
	if pid, err := unix.Wait4(-1, &ws, unix.WNOHANG, nil); err != unix.ECHILD {
		fmt.Fprintf(os.Stderr, "the tests left a process behind: %d, %v\n", pid, err)
		status = max(status, 1)
	}
	os.Exit(status)
}

// deadline is when a test that waits gives up.
const deadline = 20 * time.Second

// result is what a command left.
type result struct {
	out, err string
	status   int
}

// command is a command of ours, in a directory.
func command(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return &exec.Cmd{Path: self, Args: args, Dir: dir, Env: []string{"PATH=" + binLinks(t), "HOME=/", "LC_ALL=C", "TZ=UTC"}}
}

func finish(t *testing.T, cmd *exec.Cmd, input string) result {
	t.Helper()
	var out, complaints bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &out, &complaints
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{out.String(), complaints.String(), cmd.ProcessState.ExitCode()}
}

func run(t *testing.T, dir, input string, args ...string) result {
	t.Helper()
	return finish(t, command(t, dir, args...), input)
}

// binLinks is a directory with a link for each command, as /bin is.
func binLinks(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "bin")
	self, err := os.Executable()
	if err == nil {
		err = os.Mkdir(dir, 0o755)
	}
	for _, c := range manual.Commands() {
		if err == nil {
			err = os.Symlink(self, filepath.Join(dir, c.Name))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// needsRoot skips what an ordinary user may not do.
func needsRoot(t *testing.T, why string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: " + why)
	}
}

func TestManual(t *testing.T) {
	last := ""
	for _, m := range manual.Commands() {
		if m.Name <= last {
			t.Errorf("%s stands behind %s: the table is searched by name", m.Name, last)
		}
		last = m.Name
		if table[m.Name] == nil {
			t.Errorf("%s is in the manual, and nothing runs under that name", m.Name)
		}
		if m.What == "" {
			t.Errorf("%s: nothing says what it does", m.Name)
		}
		if found, ok := manual.Find(m.Name); !ok || found != m {
			t.Errorf("Find(%q) = %v, %v", m.Name, found, ok)
		}
	}
	for name := range table {
		if _, ok := manual.Find(name); !ok {
			t.Errorf("%s runs, and is not in the manual", name)
		}
	}
}
