package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
)

// TestClose closes sandboxes whose commands or init are in a bad way, and finds
// nobody and nothing.
func TestClose(t *testing.T) {
	for _, hardship := range []struct {
		name string
		set  LayerSet // besides each of those below
		bear func(*testing.T, *Sandbox)
	}{
		{"a stubborn command", 0, func(*testing.T, *Sandbox) {}},
		{"the init was killed", 0, func(t *testing.T, s *Sandbox) { signalInit(t, s, unix.SIGKILL) }},
		{"the init was stopped", 0, func(t *testing.T, s *Sandbox) { signalInit(t, s, unix.SIGSTOP) }},
		{"a thousand children", 0, func(t *testing.T, s *Sandbox) { spawnMany(t, s, 1000) }},
		{"a chain of forks", 0, chain},
		{"the commands are frozen", Set(PIDs), freeze},
		{"frozen, and the init was killed", Set(PIDs), func(t *testing.T, s *Sandbox) { freeze(t, s); signalInit(t, s, unix.SIGKILL) }},
		{"a command starts, frozen", Set(PIDs), startFrozen},
		{"as many processes as there may be", Set(PIDs), fill},
	} {
		t.Run(hardship.name, func(t *testing.T) {
			for _, set := range []LayerSet{0, Set(Mount), Set(Mount, PID)} {
				m := machine(t)
				spec := Spec{Layers: set | hardship.set, Name: "tracked"}
				if spec.Layers.Has(PIDs) {
					spec.Limits = cgroup.Limits{PIDs: 64}
				}
				closeInHardship(t, m, spec, hardship.bear)
				if hardship.set == 0 {
					spec.Name, m.Cgroups = "not-tracked", cgroup.Place{}
					closeInHardship(t, m, spec, hardship.bear)
				}
			}
		})
	}
}

func closeInHardship(t *testing.T, m Machine, spec Spec, bear func(*testing.T, *Sandbox)) {
	t.Helper()
	p, err := NewPlan(spec, m)
	skipUnsupported(t, err)
	before := lookAround()
	s, err := Start(context.Background(), p, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Start(context.Background(), stubbornCommand()); err != nil {
		t.Error(err)
	}
	bear(t, s)
	begin := time.Now()
	if err := s.Close(); err != nil {
		t.Errorf("%s, %s: %v", spec.Layers, spec.Name, err)
	}
	took := time.Since(begin)
	t.Logf("%q, %s: closed after %v", spec.Layers, spec.Name, took.Round(time.Millisecond))
	if took >= patience {
		t.Errorf("%s, %s: Close gave up waiting", spec.Layers, spec.Name)
	}
	if left := settle(before); left != "" {
		t.Errorf("%s, %s: left behind:\n%s", spec.Layers, spec.Name, left)
	}
	if _, err := s.Start(context.Background(), Command{Args: []string{"true"}}); err == nil {
		t.Error("a command started in a sandbox that is gone")
	}
}

func signalInit(t *testing.T, s *Sandbox, sig unix.Signal) {
	if err := unix.Kill(s.InitPID(), sig); err != nil {
		t.Error(err)
	}
}

func freeze(t *testing.T, s *Sandbox) {
	if err := s.Freeze(patience); err != nil {
		t.Error(err)
	}
}

// startFrozen has a command on its way into a frozen group: on v1 it stops
// before it executes anything, and whoever forked it waits for that.
func startFrozen(t *testing.T, s *Sandbox) {
	freeze(t, s)
	if _, err := s.request(stubbornCommand()); err != nil {
		t.Error(err)
	}
	time.Sleep(time.Millisecond) // or two: whether it has arrived makes no difference to the outcome
}

// spawnMany has a command start children that wait for input.
func spawnMany(t *testing.T, s *Sandbox, n int) {
	t.Helper()
	say(t, s, fmt.Sprintf("sleep %s | { exec 3<&0; i=0; while [ $i -lt %d ]; do (read x <&3) & i=$((i+1)); done; echo here; wait; }", longSleep, n))
}

// chain is a process that lives no longer than it takes to fork the next one.
func chain(t *testing.T, s *Sandbox) {
	t.Helper()
	say(t, s, `f='[ "$1" -lt 100000 ] && sh -c "$0" "$0" $(($1 + 1)) "$2" &'; sh -c "$f" "$f" 0 "$0"; echo here`)
}

// fill keeps forking at the limit.
func fill(t *testing.T, s *Sandbox) {
	t.Helper()
	say(t, s, `trap "" TERM; i=0; while [ $i -lt 40 ]; do sleep `+longSleep+` & i=$((i+1)); done; echo here; while :; do (sleep `+longSleep+` &) 2>/dev/null; done`)
}

// say runs a script inside until it says "here".
func say(t *testing.T, s *Sandbox, script string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	_, err = s.Start(context.Background(), Command{Args: []string{"sh", "-c", script, testMark}, Stdout: w})
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	if n, err := r.Read(make([]byte, 8)); n == 0 {
		t.Fatal(err)
	}
}

// TestCloseByMany closes a sandbox from several goroutines while others use it:
// each Close returns when all is gone, and nobody waits for ever.
func TestCloseByMany(t *testing.T) {
	m := machine(t)
	before := lookAround()
	for range 10 {
		p, err := NewPlan(Spec{Layers: Set(Mount, PID, Root)}, m)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Start(context.Background(), p, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for {
					if _, err := s.Start(context.Background(), stubbornCommand()); err != nil {
						return
					}
				}
			})
			wg.Go(func() {
				for {
					if _, err := s.Facts(context.Background(), s.InitPID()); err != nil {
						return
					}
				}
			})
			wg.Go(func() {
				time.Sleep(2 * time.Millisecond)
				if err := s.Close(); err != nil {
					t.Error(err)
				}
				if exists(s.plan.tree) {
					t.Error("Close returned, and the tree is there")
				}
			})
		}
		wg.Wait()
	}
	if left := settle(before); left != "" {
		t.Errorf("left behind:\n%s", left)
	}
}

// TestCancelDuringStart gives up at many moments of a start.
func TestCancelDuringStart(t *testing.T) {
	m := machine(t)
	before := lookAround()
	once := func(ctx context.Context) (took time.Duration, err error) {
		p, err := NewPlan(all(), m)
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		s, _, err := Run(ctx, p, Options{}, stubbornCommand())
		took = time.Since(begin)
		if err == nil {
			err = s.Close()
		}
		return took, err
	}
	var start time.Duration
	for range 3 { // what is kept for good is made by the first
		var err error
		if start, err = once(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	gaveUp, n := 0, moments(100)
	for i := range n {
		ctx, cancel := context.WithTimeout(context.Background(), spread(i, n, 2*start))
		if _, err := once(ctx); errors.Is(err, context.DeadlineExceeded) {
			gaveUp++
		} else if err != nil {
			t.Error(err)
		}
		cancel()
	}
	t.Logf("%d of %d given up; a start takes %v", gaveUp, n, start)
	if left := settle(before); left != "" {
		t.Errorf("left behind:\n%s", left)
	}
}
