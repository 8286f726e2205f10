package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
)

// limitedBox opens a sandbox with limits; a user to whom no cgroup is delegated
// cannot have one.
func limitedBox(t *testing.T, spec Spec) *Sandbox {
	t.Helper()
	m := machine(t)
	if _, err := NewPlan(spec, m); errors.Is(err, ErrNotSupported) && os.Geteuid() != 0 {
		t.Skip("needs root: " + err.Error())
	}
	return open(t, m, spec)
}

// TestMemoryLimitKillsTheEater: the one that eats dies, its neighbours inside
// and its init do not.
func TestMemoryLimitKillsTheEater(t *testing.T) {
	s := limitedBox(t, Spec{Layers: Set(PID), Limits: cgroup.Limits{Memory: 64 << 20}})
	neighbour, err := s.Start(context.Background(), Command{Args: []string{"sleep", "3600"}})
	if err != nil {
		t.Fatal(err)
	}
	// tail keeps what may be the last line: all of the 200 MB.
	out, code := output(t, s, "sh", "-c", "head -c 200000000 /dev/zero | tail >/dev/null; echo the shell is left")
	if code != 0 || !strings.Contains(out, "the shell is left") {
		t.Errorf("the shell says %q (%d)", out, code)
	}
	now, err := s.Statistics()
	if err != nil {
		t.Fatal(err)
	}
	if n := now.Memory.OOMKill; n == nil || *n != 1 {
		t.Errorf("killed for memory: %v", n)
	}
	select {
	case <-neighbour.Done():
		t.Error("the neighbour was killed")
	case <-s.Done():
		t.Error("the init was killed")
	default:
	}
}

// TestPIDsLimit: at the limit fork fails, and whoever is there lives on.
func TestPIDsLimit(t *testing.T) {
	s := limitedBox(t, Spec{Layers: Set(PID), Limits: cgroup.Limits{PIDs: 32}})
	out, code := output(t, s, "sh", "-c", `i=0; while [ $i -lt 60 ]; do sleep 100 >/dev/null 2>&1 & i=$((i+1)); done; wait`)
	if code == 0 || !strings.Contains(strings.ToLower(out), "fork") {
		t.Errorf("the shell that forked 60 times says %q (%d)", out, code)
	}
	now, err := s.Statistics()
	if err != nil {
		t.Fatal(err)
	}
	if now.PIDs.Refused == nil || *now.PIDs.Refused == 0 || now.PIDs.Current == nil || *now.PIDs.Current > 32 {
		t.Errorf("%+v", now.PIDs)
	}
	select {
	case <-s.Done():
		t.Error("the init ended")
	default:
	}
}

// TestShellLivesAtThePIDsLimit fills the group from beside a shell, which then
// says so and goes on.
func TestShellLivesAtThePIDsLimit(t *testing.T) {
	s := limitedBox(t, Spec{Layers: Set(PID), Limits: cgroup.Limits{PIDs: 32}})
	in, keys, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer keys.Close()
	screen, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer screen.Close()
	shell, err := s.Start(context.Background(), Command{Args: []string{"sh"}, Stdin: in, Stdout: out, Stderr: out})
	in.Close()
	out.Close()
	if err != nil {
		t.Fatal(err)
	}
	for range 31 {
		if _, err := s.Start(context.Background(), Command{Args: []string{"sleep", "3600"}}); err != nil {
			t.Fatal(err)
		}
	}
	fmt.Fprintln(keys, "echo still here; (sleep 100)")
	fmt.Fprintln(keys, "exit 7")
	keys.Close()
	said := make([]byte, 4096)
	n := 0
	for {
		more, err := screen.Read(said[n:])
		n += more
		if err != nil || n == len(said) {
			break
		}
	}
	if _, err := shell.Wait(context.Background()); err != nil {
		t.Fatal(err)
	}
	if text := strings.ToLower(string(said[:n])); !strings.Contains(text, "still here") || !strings.Contains(text, "fork") {
		t.Errorf("the shell says %q", said[:n])
	}
}

// TestAllCommandsAreInTheGroup starts forty at once.
func TestAllCommandsAreInTheGroup(t *testing.T) {
	s := limitedBox(t, Spec{Layers: Set(Mount, PID, Cgroup), Limits: cgroup.Limits{PIDs: 100}})
	var mu sync.Mutex
	var wg sync.WaitGroup
	var pids []int
	for range 40 {
		wg.Go(func() {
			p, err := s.Start(context.Background(), Command{Args: []string{"sleep", "3600"}})
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			pids = append(pids, p.PID())
		})
	}
	wg.Wait()
	dir := s.plan.join().Paths[0]
	for _, d := range s.plan.join().Paths {
		members, err := cgroup.Processes(d)
		if err != nil {
			t.Fatal(err)
		}
		for _, pid := range pids {
			if !slices.Contains(members, pid) {
				t.Errorf("%d is not in %s", pid, d)
			}
		}
		if slices.Contains(members, s.InitPID()) {
			t.Errorf("the init is in %s", dir)
		}
	}
	if out, code := output(t, s, "cat", "/proc/self/cgroup"); code != 0 || strings.Contains(out, "tentpole") || strings.Contains(out, "..") {
		t.Errorf("in its cgroup namespace a command sees %q", out)
	}
}

// TestFreeze stops a counter, and lets it go on.
func TestFreeze(t *testing.T) {
	s := limitedBox(t, Spec{Layers: Set(PID), Limits: cgroup.Limits{PIDs: 100}})
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p, err := s.Start(context.Background(), Command{Args: []string{"sh", "-c", "while :; do echo; done"}, Stdout: w})
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Freeze(5 * time.Second); err != nil {
		t.Fatal(err)
	}
	// Whatever it had written is in the pipe; a frozen one writes no more.
	drain := func() (n int) {
		buf := make([]byte, 1<<20)
		for {
			r.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
			m, err := r.Read(buf)
			n += m
			if err != nil {
				return n
			}
		}
	}
	drain()
	if n := drain(); n != 0 {
		t.Errorf("frozen, it wrote %d lines", n)
	}
	if err := s.Thaw(); err != nil {
		t.Fatal(err)
	}
	r.SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := r.Read(make([]byte, 1)); err != nil {
		t.Errorf("thawed, it does not go on: %v", err)
	}
	select {
	case <-p.Done():
		t.Error("the counter ended")
	default:
	}
}

// TestCPULimit: two that are always busy get half a CPU between them.
func TestCPULimit(t *testing.T) {
	s := limitedBox(t, Spec{Layers: Set(PID), Limits: cgroup.Limits{CPUs: 0.5}})
	for range 2 {
		if _, err := s.Start(context.Background(), Command{Args: []string{"sh", "-c", "while :; do :; done"}}); err != nil {
			t.Fatal(err)
		}
	}
	look := func() cgroup.CPUStatistics {
		now, err := s.Statistics()
		if c := now.CPU; err != nil || c.Usage == nil || c.Periods == nil || c.Throttled == nil {
			t.Fatal(now.CPU, err)
		}
		return now.CPU
	}
	before, begin := look(), time.Now()
	time.Sleep(5 * time.Second)
	after := look()
	got := float64(*after.Usage-*before.Usage) / float64(time.Since(begin).Microseconds())
	held := float64(*after.Throttled-*before.Throttled) / float64(*after.Periods-*before.Periods)
	t.Logf("used %.3f of a CPU, held back in %.0f %% of the periods", got, 100*held)
	// A machine that is busy with other things may not have half a CPU to give:
	// then the limit was not met, and nobody was held back.
	if got > 0.55 || got < 0.45 && held > 0.9 {
		t.Errorf("used %.3f of a CPU", got)
	}
}

// TestLowerALimit changes the limit of a living sandbox.
func TestLowerALimit(t *testing.T) {
	s := limitedBox(t, Spec{Layers: Set(PID), Limits: cgroup.Limits{PIDs: 100}})
	if err := s.Limit(cgroup.Limits{PIDs: 3}); err != nil {
		t.Fatal(err)
	}
	if out, code := output(t, s, "sh", "-c", `for i in 1 2 3 4; do sleep 100 >/dev/null 2>&1 & done; echo all`); code == 0 {
		t.Errorf("five processes under a limit of three: %q", out)
	}
}
