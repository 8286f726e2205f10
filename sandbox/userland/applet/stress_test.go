//go:build linux

package applet

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// begin starts stress and returns when it has all its children, the watchdog
// among them. At the end of the test all of them must be gone.
func begin(t *testing.T, children int, args ...string) (cmd *exec.Cmd, pids []string) {
	t.Helper()
	cmd = command(t, t.TempDir(), append([]string{"stress"}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if !strings.HasPrefix(line, "stress: ") {
		cmd.Process.Kill()
		cmd.Wait()
		t.Fatal(line, err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
		reapOrphans(t, pids)
	})
	eventually(t, "it has its children", func() bool {
		pids = childrenOf(cmd.Process.Pid)
		return len(pids) == children
	})
	return cmd, pids
}

func childrenOf(pid int) (pids []string) {
	tasks, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, task := range tasks {
		b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", pid, task.Name()))
		pids = append(pids, strings.Fields(string(b))...)
	}
	return pids
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	end := time.Now().Add(deadline)
	for !holds() {
		if time.Now().After(end) {
			t.Fatal("waited in vain until " + what)
		}
		time.Sleep(time.Millisecond)
	}
}

// TestStressDies kills stress in every way; its children die with it.
func TestStressDies(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT} {
		cmd, pids := begin(t, 21, "--pids", "20", "--timeout", "60")
		for _, pid := range pids[1:] {
			if tasks, err := os.ReadDir("/proc/" + pid + "/task"); len(tasks) != 1 {
				t.Errorf("a child has %d tasks, %v", len(tasks), err)
			}
		}
		cmd.Process.Signal(sig)
		cmd.Wait()
		reapOrphans(t, pids)
	}
}

// reapOrphans waits for processes that have come to us as their subreaper.
func reapOrphans(t *testing.T, pids []string) {
	t.Helper()
	for _, pid := range pids {
		eventually(t, "process "+pid+" is gone", func() bool {
			var n int
			fmt.Sscan(pid, &n)
			unix.Wait4(n, nil, unix.WNOHANG, nil)
			return unix.Kill(n, 0) == unix.ESRCH
		})
	}
}

// TestStressWatchdog stops stress itself: its child ends it all the same.
func TestStressWatchdog(t *testing.T) {
	cmd, _ := begin(t, 2, "--pids", "1", "--timeout", "0.5")
	cmd.Process.Signal(syscall.SIGSTOP)
	err := cmd.Wait()
	if err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("it ended with %v", err)
	}
}

func TestStressMemory(t *testing.T) {
	cmd, _ := begin(t, 1, "--mem", "32M", "--timeout", "60")
	eventually(t, "it holds the memory", func() bool {
		p, ok := readProcess(fmt.Sprintf("/proc/%d", cmd.Process.Pid), cmd.Process.Pid, 0)
		return ok && p.rss >= 32<<10
	})
}

// TestStressDisk wants the file to have no name while it grows.
func TestStressDisk(t *testing.T) {
	cmd, _ := begin(t, 1, "--io", "--timeout", "60")
	eventually(t, "it writes", func() bool {
		fds, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", cmd.Process.Pid))
		for _, fd := range fds {
			path := fmt.Sprintf("/proc/%d/fd/%s", cmd.Process.Pid, fd.Name())
			target, _ := os.Readlink(path)
			info, err := os.Stat(path)
			if strings.Contains(target, "(deleted)") && err == nil && info.Size() > 0 {
				return info.Size() <= stressMaxDisk
			}
		}
		return false
	})
	if entries, err := os.ReadDir(cmd.Dir); len(entries) != 0 {
		t.Errorf("there is a file: %v, %v", entries, err)
	}
}

func TestStressEnds(t *testing.T) {
	got := run(t, t.TempDir(), "", "stress", "--cpu", "1", "--pids", "2", "--timeout", "0.05")
	if got.status != 0 || got.err != "" {
		t.Errorf("%+v", got)
	}
}
