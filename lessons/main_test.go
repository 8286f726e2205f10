package lessons

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// cannot is the exit status of a child that says: this machine cannot do it.
const cannot = 77

// children are what the test binary does when it is started again as a process
// of its own, with LESSONS_CHILD naming one and LESSONS_DIR the directory.
var children = map[string]func(dir string) error{
	"writer": childWriter,
}

var errCannot = errors.New("this machine cannot")

func TestMain(m *testing.M) {
	if name := os.Getenv("LESSONS_CHILD"); name != "" {
		err := children[name](os.Getenv("LESSONS_DIR"))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		switch {
		case errors.Is(err, errCannot):
			os.Exit(cannot)
		case err != nil:
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child prepares to start the test binary again.
func child(name, dir string, env ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), "LESSONS_CHILD="+name, "LESSONS_DIR="+dir), env...)
	return cmd
}

// skip says why a test cannot run here. Where everything must run, that is a
// failure.
func skip(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("TENTPOLE_MUST") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}

func mustContain(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("%q does not say %q", err, p)
		}
	}
}
