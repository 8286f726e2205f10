package sandbox

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// crowd is how many containers are alive at once.
const crowd = 200

// raiseCrowd starts containers with a sleeping command each.
func raiseCrowd(t testing.TB, m Machine) (sandboxes []*Sandbox, commands map[int]bool) {
	t.Helper()
	commands = map[int]bool{}
	for i := range crowd {
		p, err := NewPlan(all(), m)
		if err != nil {
			t.Fatal(err)
		}
		s, c, err := Run(context.Background(), p, Options{}, Command{Args: []string{"sleep", longSleep}})
		if err != nil {
			t.Fatalf("number %d: %v", i, err)
		}
		sandboxes = append(sandboxes, s)
		commands[c.PID()] = true
	}
	return sandboxes, commands
}

// closeCrowd closes them all at once.
func closeCrowd(t testing.TB, sandboxes []*Sandbox) {
	t.Helper()
	var wg sync.WaitGroup
	for _, s := range sandboxes {
		wg.Go(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// TestCrowd has 200 containers alive at once: beyond the commands' own memory
// each takes less than 2.5 MiB, and when they are closed nothing is left.
func TestCrowd(t *testing.T) {
	m := machine(t)
	before := lookAround()
	own := share(t, os.Getpid())
	sandboxes, commands := raiseCrowd(t, m)
	each := beyond(t, sandboxes, commands) + (share(t, os.Getpid())-own)/crowd
	t.Logf("%d containers: %.2f MiB each", crowd, float64(each)/(1<<20))
	if each >= 5<<19 {
		t.Errorf("%d bytes each", each)
	}
	closeCrowd(t, sandboxes)
	if left := settle(before); left != "" {
		t.Errorf("left behind:\n%s", left)
	}
}

// BenchmarkCrowd reports how long it takes to raise and to close them.
func BenchmarkCrowd(b *testing.B) {
	m, err := Look()
	if err != nil {
		b.Fatal(err)
	}
	m = m.in(stateDir(b))
	for b.Loop() {
		begin := time.Now()
		sandboxes, commands := raiseCrowd(b, m)
		up := time.Now()
		each := beyond(b, sandboxes, commands)
		down := time.Now()
		closeCrowd(b, sandboxes)
		b.ReportMetric(float64(up.Sub(begin).Milliseconds()), "ms-to-raise")
		b.ReportMetric(float64(time.Since(down).Milliseconds()), "ms-to-close")
		b.ReportMetric(float64(each)/(1<<20), "MiB-each")
	}
	b.ReportMetric(0, "ns/op")
}

// beyond is the memory of all that lives in the sandboxes but for the commands,
// for each of them, in bytes.
func beyond(t testing.TB, sandboxes []*Sandbox, commands map[int]bool) (each int) {
	t.Helper()
	for _, s := range sandboxes {
		for _, pid := range append(descendants(s.InitPID()), s.InitPID()) {
			if !commands[pid] {
				each += share(t, pid)
			}
		}
	}
	return each / len(sandboxes)
}

func descendants(pid int) (all []int) {
	for _, kid := range childrenOf(pid) {
		all = append(append(all, kid), descendants(kid)...)
	}
	return all
}

// share is a process's share of the machine's memory, in bytes: a page that n
// processes have counts as an n-th (Pss; proc_pid_smaps(5)).
func share(t testing.TB, pid int) int {
	t.Helper()
	rollup, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "smaps_rollup"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(rollup), "\nPss:")
	var kB int
	if _, err := fmt.Sscan(rest, &kB); err != nil {
		t.Fatal(err)
	}
	return kB << 10
}
