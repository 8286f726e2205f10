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

// TestWhoComputesYields: within seconds, and no more soon after it is over.
func TestWhoComputesYields(t *testing.T) {
	var of use
	now := uint64(0)
	after := func(seconds int, used uint64) (weight int) {
		for range seconds {
			now += used
			weight = shareFor(of.late(now, time.Second))
		}
		return weight
	}
	for _, c := range []struct {
		seconds int
		used    uint64 // microseconds in each
		weight  int
	}{{5, 20_000, 100}, {2, 1_000_000, 2}, {60, 1_000_000, 2}, {3, 0, 100}, {1, 200_000, 100}, {9, 300_000, 20}} {
		if w := after(c.seconds, c.used); w != c.weight {
			t.Errorf("after %d seconds with %d µs in each it weighs %d, want %d", c.seconds, c.used, w, c.weight)
		}
	}
}

// TestWeigh: a weight comes to the tent's group, and goes.
func TestWeigh(t *testing.T) {
	tent := open(t, pitch(t, 1), nil)
	s := start(t, tent)
	file, standard := shareFile(t, s.PID())
	for _, weight := range []int{100, 2, 100} {
		if err := tent.weigh(weight); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if share := strings.TrimSpace(string(raw)); share == standard != (weight == 100) {
			t.Errorf("with a weight of %d its share is %s; at rest %s", weight, share, standard)
		}
	}
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
