package tent

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestShares(t *testing.T) {
	last := 0
	for _, used := range []float64{2, 0.51, 0.5, 0.3, 0.2, 0.1, 0} {
		share := shareFor(used)
		if share < last {
			t.Errorf("who uses %v of a processor has a share of %d, who uses more %d", used, share, last)
		}
		last = share
	}
	if last != 100 {
		t.Errorf("who uses nothing has a share of %d", last)
	}
}

// TestWhoComputesYields: and no more when it is over.
func TestWhoComputesYields(t *testing.T) {
	tent := open(t, pitch(t, 1), nil)
	s := start(t, tent)
	file, standard := shareFile(t, s.PID())
	share := func() string {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(raw))
	}
	wait := func(what string, true func() bool) {
		t.Helper()
		for limit := time.Now().Add(enough); !true(); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(limit) {
				t.Fatalf("%s: it has %s", what, share())
			}
		}
	}
	wait("at rest", func() bool { return share() == standard })
	s.ask("while :; do :; done & echo $! > /tmp/busy")
	wait("computing", func() bool { return share() != standard })
	s.ask("kill $(cat /tmp/busy)")
	wait("at rest again", func() bool { return share() == standard })
}

// shareFile is the file with the share of a process's group, and what it says of
// one that does not compute.
func shareFile(t *testing.T, pid int) (file, standard string) {
	t.Helper()
	groups, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(groups)) {
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if f[1] == "cpu" || f[1] == "cpu,cpuacct" {
			return filepath.Join("/sys/fs/cgroup", f[1], f[2], "cpu.shares"), "1024"
		}
	}
	_, dir, _ := strings.Cut(string(groups), "0::")
	return filepath.Join("/sys/fs/cgroup", strings.TrimSpace(dir), "cpu.weight"), "100"
}
