package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// stubborn leaves its session, ignores what can be ignored, and stays. $0 is
// the mark by which the test finds it.
const stubborn = `trap '' HUP TERM; (setsid sh -c 'trap "" HUP TERM; (sleep 1000; :) & sleep 1000; :' "$0" &) & while :; do sleep 1000; done`

// TestKilledCommands kills commands that have sandboxes with SIGKILL, during
// the start and at rest, and looks for what is left.
func TestKilledCommands(t *testing.T) {
	program, state := build(t), workRoot(t)
	mark := fmt.Sprintf("tentpole-kill-test-%dx", os.Getpid())
	tentpole := func(args ...string) *exec.Cmd {
		cmd := exec.Command(program, args...)
		cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+state, "SUDO_UID=")
		return cmd
	}
	shell := []string{"--", "sh", "-c", stubborn, mark}
	for _, c := range []struct {
		args  []string
		input string
	}{
		{args: append([]string{"run", "--layer", "mount,pid"}, shell...)},
		{args: append([]string{"run", "--layer", "mount"}, shell...)},
		{args: append([]string{"run", "--stage", "net", "-p", "0:80"}, shell...)},
		{args: append([]string{"run", "--root", "tiny"}, shell...)},
		// On to the step that starts a sandbox, a prediction, and wait.
		{args: []string{"learn", "mounts", "--plain"}, input: "\n1\n"},
		{args: []string{"doctor"}},
	} {
		t.Run(strings.Join(c.args[:min(3, len(c.args))], " "), func(t *testing.T) {
			caught := 0
			for range 15 {
				cmd := tentpole(c.args...)
				in, err := cmd.StdinPipe()
				if err != nil {
					t.Fatal(err)
				}
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				io.WriteString(in, c.input)
				time.Sleep(rand.N(60 * time.Millisecond))
				cmd.Process.Kill()
				cmd.Wait()
				if cmd.ProcessState.ExitCode() < 0 { // not by itself
					caught++
				}
				if left := within(5*time.Second, mark, fmt.Sprintf("@%d.", cmd.Process.Pid)); len(left) > 0 {
					t.Fatalf("left: %v", left)
				}
			}
			if caught < 10 {
				t.Errorf("only %d of 15 were there to be killed", caught)
			}
		})
	}
	if out, err := tentpole("clean").CombinedOutput(); err != nil {
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
	if out, err := tentpole("clean").CombinedOutput(); err != nil || string(out) != "nothing was left behind\n" {
		t.Errorf("a second time: %v\n%s", err, out)
	}
}

// within lists the processes that have one of the words in their arguments,
// after giving them time to go. One that has been killed is as good as gone:
// when it is its turn to die is a matter of how busy the machine is.
func within(patience time.Duration, words ...string) []string {
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		var left []string
		dirs, _ := filepath.Glob("/proc/[0-9]*")
		for _, dir := range dirs {
			args, err := os.ReadFile(dir + "/cmdline")
			line := strings.ReplaceAll(string(args), "\x00", " ")
			if err == nil && slices.ContainsFunc(words, func(w string) bool { return strings.Contains(line, w) }) && !killed(dir) {
				left = append(left, filepath.Base(dir)+" "+line)
			}
		}
		if len(left) == 0 || time.Now().After(deadline) {
			return left
		}
	}
}

// killed tells whether SIGKILL is pending for a process; proc_pid_status(5).
func killed(dir string) bool {
	status, err := os.ReadFile(dir + "/status")
	if err != nil {
		return true
	}
	_, rest, _ := strings.Cut(string(status), "\nShdPnd:")
	var pending uint64
	fmt.Sscanf(rest, "%x", &pending)
	return pending&(1<<8) != 0
}
