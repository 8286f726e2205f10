package experiment

import (
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
)

// surroundings are what a machine would show of an experiment that did not
// clean up: processes of this test's, and what outlives processes.
type surroundings map[string][]string

func lookAround() surroundings {
	return surroundings{
		"process": ownProcesses(), "mount": fileLines("/proc/self/mountinfo"), "link": links(), "cgroup": cgroups(), "file": ownFiles(),
		"shm": fileLines("/proc/sysvipc/shm"), "msg": fileLines("/proc/sysvipc/msg"), "sem": fileLines("/proc/sysvipc/sem"),
		"name": fileLines("/proc/sys/kernel/hostname"), "core pattern": fileLines("/proc/sys/kernel/core_pattern"),
	}
}

// leftOver waits, at most a moment, until things are as before.
func leftOver(before surroundings) string {
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		var b strings.Builder
		for what, now := range lookAround() {
			for _, item := range now {
				if !slices.Contains(before[what], item) {
					fmt.Fprintf(&b, "%s: %s\n", what, item)
				}
			}
		}
		if b.Len() == 0 || time.Now().After(deadline) {
			return b.String()
		}
	}
}

// tidy fails the test when it leaves something.
func tidy(t *testing.T) {
	t.Helper()
	before := lookAround()
	t.Cleanup(func() {
		if left := leftOver(before); left != "" {
			t.Errorf("left behind:\n%s", left)
		}
	})
}

// ownProcesses are the inits and acts below this test's process.
func ownProcesses() (out []string) {
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		args, err := os.ReadFile(dir + "/cmdline")
		name, _, _ := strings.Cut(string(args), "\x00")
		if err == nil && (name == inside.Name || name == proto.InitName || name == proto.ToolName) && below(dir, os.Getpid()) {
			out = append(out, filepath.Base(dir)+" "+strings.ReplaceAll(string(args), "\x00", " "))
		}
	}
	return out
}

// below tells whether a process descends from another.
func below(dir string, ancestor int) bool {
	for range 64 {
		stat, err := os.ReadFile(dir + "/stat")
		_, rest, found := strings.Cut(string(stat), ") ")
		var state string
		var parent int
		if n, _ := fmt.Sscan(rest, &state, &parent); err != nil || !found || n != 2 || parent <= 1 {
			return false
		}
		if parent == ancestor {
			return true
		}
		dir = fmt.Sprintf("/proc/%d", parent)
	}
	return false
}

func links() (out []string) {
	list, _ := net.Interfaces()
	for _, i := range list {
		out = append(out, i.Name)
	}
	return out
}

func cgroups() (out []string) {
	mine := fmt.Sprintf("@%d.", os.Getpid())
	filepath.WalkDir("/sys/fs/cgroup", func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.HasPrefix(d.Name(), "tentpole-") && strings.Contains(d.Name(), mine) {
			out = append(out, p)
		}
		return nil
	})
	return out
}

// ownFiles are those of tentpole's in places where anybody may write.
func ownFiles() (out []string) {
	for _, dir := range []string{os.TempDir(), "/var/tmp", "/dev/shm", "/dev/mqueue", "/run"} {
		found, _ := filepath.Glob(dir + "/*tentpole*")
		for _, f := range found {
			if !ofTests.MatchString(f) && !others(f) {
				out = append(out, f)
			}
		}
	}
	return out
}

// ofTests are the directories that tests make for themselves, and not
// experiments.
var ofTests = regexp.MustCompile(`/tentpole-(state|script|vm|test)-`)

var digits = regexp.MustCompile(`[0-9]+`)

// others tells whether a file carries the number of another process that lives:
// who tests beside us has files, too.
func others(file string) bool {
	for _, n := range digits.FindAllString(filepath.Base(file), -1) {
		if _, err := os.Stat("/proc/" + n); err == nil && n != fmt.Sprint(os.Getpid()) {
			return true
		}
	}
	return false
}

func fileLines(file string) []string {
	b, _ := os.ReadFile(file)
	return strings.Split(string(b), "\n")
}
