package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/class/tent"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
)

// inTent is where a tent has tentpole. Started there without arguments, as a
// server does, the test's tentpole is a shell.
const inTent = "/opt/bin/tentpole"

func init() { programs["tentpole"] = tentpoleOrShell }

func tentpoleOrShell() {
	if self, _ := os.Executable(); self != inTent || len(os.Args) > 1 {
		main()
		return
	}
	err := syscall.Exec("/bin/sh", []string{"sh"}, os.Environ())
	fmt.Fprintln(os.Stderr, "exec /bin/sh:", err)
	os.Exit(exitFailed)
}

// learnerShell is what runs on a learner's terminal, and what it has written.
type learnerShell struct {
	*sandbox.Process
	mu    sync.Mutex
	wrote bytes.Buffer
}

func (s *learnerShell) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wrote.Write(b)
}

// ask types a command and returns what it writes.
func (s *learnerShell) ask(t *testing.T, command string) string {
	t.Helper()
	// The words that are waited for are not in the line that is typed.
	fmt.Fprintf(s.Terminal(), "echo be''gin; %s; echo en''d\n", command)
	for limit := time.Now().Add(3 * time.Minute); time.Now().Before(limit); time.Sleep(20 * time.Millisecond) {
		s.mu.Lock()
		_, rest, _ := strings.Cut(s.wrote.String(), "begin\r\n")
		out, _, ended := strings.Cut(rest, "end\r\n")
		if ended {
			s.wrote.Reset()
		}
		s.mu.Unlock()
		if ended {
			return out
		}
	}
	t.Fatalf("%s did not end: %q", command, s.wrote.String())
	return ""
}

// TestLessonsOfLimitsInATent: on cgroup v2 they hold inside, by the lessons' own
// tests; on v1 doctor and the lessons say why not, and what a learner can do.
func TestLessonsOfLimitsInATent(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: each tent has user ids of its own")
	}
	t.Setenv("XDG_STATE_HOME", workRoot(t))
	self, err := tent.Install()
	if err != nil {
		t.Fatal(err)
	}
	camp, err := tent.Open(t.Context(), tent.Pitch{Hostname: "camp", Program: self, Limits: tent.DefaultLimits}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer camp.Close()
	p, err := camp.Start(t.Context(), "dumb", sandbox.Size{Rows: 24, Cols: 1000})
	if err != nil {
		t.Fatal(err)
	}
	s := &learnerShell{Process: p}
	go io.Copy(s, p.Terminal())

	doctor, lesson := "yes memory limit memory", " ok, as user"
	if cgroup.Look().Mode != cgroup.V2 {
		doctor, lesson = "on cgroup v2 only", "machine of your own"
	}
	if out := s.ask(t, "tentpole doctor"); !strings.Contains(strings.Join(strings.Fields(out), " "), doctor) || strings.Contains(out, "sudo") {
		t.Errorf("doctor does not say %q, or speaks of sudo:\n%s", doctor, out)
	}
	for _, step := range []string{"memory --step limit", "cpu --step limited", "fork-bomb --step limit"} {
		if out := s.ask(t, "tentpole lesson test "+step); !strings.Contains(out, lesson) {
			t.Errorf("%s:\n%s", step, out)
		}
	}
}
