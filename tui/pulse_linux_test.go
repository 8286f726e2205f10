package tui

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/tui/tuitest"
)

// fewSwitches is how often the threads of a screen at rest give their processors
// up in a second, at most; a fixed rate of sixty looks takes more than a hundred.
const fewSwitches = 25

// TestRests: a screen on which nothing happens comes to rest, and wakes for a
// key.
func TestRests(t *testing.T) {
	w := openWindow(t)
	cmd := exec.Command(executable(t))
	cmd.Env = append(os.Environ(), inWindow+"=1", "TERM=xterm-256color", "LC_ALL=C.UTF-8")
	cmd.Stdin, cmd.Stdout = w.far, w.far
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = cmd.Process.Kill(), cmd.Wait() }) // when the test failed
	for _, s := range []struct{ see, press string }{{"What is a mount?", "\r"}, {"predict and run", "\x03"}} {
		w.until(s.see)
		untilRest(t, cmd.Process.Pid)
		w.typing(s.press)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// untilRest waits for a second in which a process hardly woke.
func untilRest(t *testing.T, pid int) {
	t.Helper()
	deadline := time.Now().Add(tuitest.Deadline)
	for before := slept(t, pid); ; {
		time.Sleep(time.Second)
		now := slept(t, pid)
		if now-before <= fewSwitches {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("nothing happens on the screen, and its threads gave their processors up %d times in a second", now-before)
		}
		before = now
	}
}

var voluntary = regexp.MustCompile(`(?m)^voluntary_ctxt_switches:\t(\d+)$`)

// slept is how often all threads of a process have gone to sleep;
// proc_pid_status(5).
func slept(t *testing.T, pid int) int {
	t.Helper()
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	sum := 0
	for _, file := range files {
		status, err := os.ReadFile(file)
		if err != nil {
			continue // a thread that has ended
		}
		if found := voluntary.FindSubmatch(status); found != nil {
			n, _ := strconv.Atoi(string(found[1]))
			sum += n
		}
	}
	if sum == 0 {
		t.Fatalf("no thread of process %d has ever slept", pid)
	}
	return sum
}
