package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// programs are what the test binary is by another name.
var programs = map[string]func(){"tentpole": main}

func TestMain(m *testing.M) { testscript.Main(m, programs) }

// skip says why a test cannot run here; where everything must run it fails.
func skip(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("TENTPOLE_MUST") == "1" {
		t.Fatal("cannot be skipped here: " + why)
	}
	t.Skip(why)
}

// workRoot is a directory that root of a sandbox, who may be nobody here, can
// pass through.
func workRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tentpole-script-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { removeAll(t, dir) })
	return dir
}

// removeAll removes a directory with what a killed run has left in it: an
// overlay's work directory lets not even its owner in.
func removeAll(t testing.TB, dir string) {
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() {
			os.Chmod(path, 0o700)
		}
		return nil
	})
	if err := os.RemoveAll(dir); err != nil {
		t.Error(err)
	}
}

// build builds the program once for all tests,.
func build(t testing.TB) string {
	t.Helper()
	dir := workRoot(t)
	program := filepath.Join(dir, "tentpole")
	cmd := exec.Command("go", "build", "-o", program, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:         "testdata/script",
		WorkdirRoot: workRoot(t),
		Setup: func(e *testscript.Env) error {
			state := filepath.Join(e.WorkDir, "state")
			e.Setenv("XDG_STATE_HOME", state)
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("SUDO_UID", "")
			e.Setenv("UID", fmt.Sprint(os.Getuid()))
			e.Setenv("CANARY", fmt.Sprintf("/tmp/tentpole-canary-%d-%s.txt", os.Getpid(), filepath.Base(e.WorkDir)))
			// Below a directory that is passable as a whole.
			return os.Chmod(e.WorkDir, 0o755)
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "root":
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"status": exitStatus, "joined": joined},
	})
}

// exitStatus runs a program and compares its exit status: status N PROGRAM ARG...
func exitStatus(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: status N PROGRAM ARG...")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := 0
	if err != nil {
		text := err.Error()
		if _, scanErr := fmt.Sscanf(text, "exit status %d", &got); scanErr != nil {
			ts.Fatalf("%s: %v", strings.Join(args[1:], " "), err)
		}
	}
	if want := args[0]; fmt.Sprint(got) != want {
		ts.Fatalf("%s: exit status %d, want %s", strings.Join(args[1:], " "), got, want)
	}
}
