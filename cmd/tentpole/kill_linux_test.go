package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestKilledCommands kills `run` and a lesson with SIGKILL, during the start
// and at rest, and looks for what is left.
func TestKilledCommands(t *testing.T) {
	program, state := build(t), workRoot(t)
	mark := fmt.Sprintf("tentpole-kill-test-%d", os.Getpid())
	stubborn := `trap '' HUP TERM; (setsid sh -c 'trap "" HUP TERM; (sleep 1000; :) & sleep 1000; :' "$0" &) & while :; do sleep 1000; done`
	for i := range 60 {
		var cmd *exec.Cmd
		var in io.WriteCloser
		if i%3 == 2 {
			cmd = exec.Command(program, "learn", "mounts", "--plain")
			in, _ = cmd.StdinPipe()
		} else {
			layers := []string{"mount,pid", "mount"}[i%3]
			cmd = exec.Command(program, "run", "--layer", layers, "--", "sh", "-c", stubborn, mark)
		}
		cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+state, "SUDO_UID=")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if in != nil {
			// On to the step that starts a sandbox, a prediction, and wait.
			io.WriteString(in, "\n1\n")
		}
		time.Sleep(rand.N(60 * time.Millisecond))
		cmd.Process.Kill()
		cmd.Wait()
		if left := marked(mark, 500*time.Millisecond); len(left) > 0 {
			t.Fatalf("kill %d of %v: left %v", i, cmd.Args[1:3], left)
		}
	}
	clean := exec.Command(program, "clean")
	clean.Env = append(os.Environ(), "XDG_STATE_HOME="+state, "SUDO_UID=")
	if out, err := clean.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	entries, err := os.ReadDir(filepath.Join(state, "tentpole", "sandboxes"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != ".lock" {
			t.Errorf("left in the state directory: %s", e.Name())
		}
	}
}

// marked lists the processes that carry the mark, or run as a sandbox's init
// or helper for an owner that is gone, after giving them time to go.
func marked(mark string, patience time.Duration) []string {
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		var left []string
		dirs, _ := filepath.Glob("/proc/[0-9]*")
		for _, dir := range dirs {
			args, err := os.ReadFile(dir + "/cmdline")
			line := strings.ReplaceAll(string(args), "\x00", " ")
			if err == nil && strings.Contains(line, mark) {
				left = append(left, filepath.Base(dir)+" "+line)
			}
		}
		if len(left) == 0 || time.Now().After(deadline) {
			return left
		}
	}
}
