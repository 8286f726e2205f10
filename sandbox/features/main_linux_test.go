package features

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMain compares the machine before and after: a probe that leaves
// something behind is a failure of the whole package.
func TestMain(m *testing.M) {
	if part := os.Getenv(poorerVariable); part != "" {
		os.Exit(bePoorer(part))
	}
	before := traces()
	code := m.Run()
	if code == 0 {
		if left := settle(before); len(left) > 0 {
			fmt.Fprintln(os.Stderr, "left behind by the tests:\n"+strings.Join(left, "\n"))
			code = 1
		}
	}
	os.Exit(code)
}

// traces lists what a machine would show of a probe that did not go: mounts,
// links, cgroups and processes of this process's, settings.
func traces() []string {
	var list []string
	mounts, _ := os.ReadFile("/proc/self/mountinfo")
	for line := range strings.Lines(string(mounts)) {
		list = append(list, "mount: "+strings.TrimSpace(line))
	}
	links, _ := net.Interfaces()
	for _, l := range links {
		if !strings.HasPrefix(l.Name, "tentpole") && !strings.HasPrefix(l.Name, "veth") { // a neighbour's
			list = append(list, "link: "+l.Name)
		}
	}
	own := fmt.Sprintf("@%d.", os.Getpid())
	for _, pattern := range []string{"/sys/fs/cgroup/tentpole-*", "/sys/fs/cgroup/*/tentpole-*"} {
		groups, _ := filepath.Glob(pattern)
		for _, g := range groups {
			if strings.Contains(g, own) {
				list = append(list, "cgroup: "+g)
			}
		}
	}
	children, _ := filepath.Glob("/proc/self/task/*/children")
	for _, file := range children {
		if pids, err := os.ReadFile(file); err == nil && len(pids) > 0 {
			list = append(list, "process: "+string(pids))
		}
	}
	for _, file := range []string{"/proc/sys/kernel/hostname", "/proc/sys/net/ipv4/ping_group_range"} {
		text, _ := os.ReadFile(file)
		list = append(list, file+": "+string(text))
	}
	return list
}

// settle waits until the machine looks as before, at most a moment: what is
// still on its way out is not left behind.
func settle(before []string) []string {
	for deadline := time.Now().Add(3 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		left := slices.DeleteFunc(traces(), func(t string) bool { return slices.Contains(before, t) })
		if len(left) == 0 || time.Now().After(deadline) {
			return left
		}
	}
}
