package cgroup

import (
	"errors"
	"os"
	"path"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A frozen counter stands while another, outside, counts on.
func TestFreeze(t *testing.T) {
	for name, limits := range map[string]Limits{"limited": {PIDs: 100}, "tracked": {}} {
		t.Run(name, func(t *testing.T) {
			g := limitedGroup(t, limits)
			if _, err := g.freezer(); errors.Is(err, errors.ErrUnsupported) {
				if limits.IsZero() && g.Path == "" { // as it must be
					return
				}
				t.Fatal(err)
			}
			inside, outside := counterOf(t, g), counterOf(t, nil)
			await(t, inside, atomic.LoadUint64(inside)+1000)
			for range 3 {
				if err := g.Freeze(patience); err != nil {
					t.Fatal(err)
				}
				stood := atomic.LoadUint64(inside)
				await(t, outside, atomic.LoadUint64(outside)+20000)
				if now := atomic.LoadUint64(inside); now != stood {
					t.Errorf("counted from %d to %d while frozen", stood, now)
				}
				if err := g.Thaw(); err != nil {
					t.Fatal(err)
				}
				await(t, inside, stood+1000)
			}
			// A frozen group can be closed.
			if err := g.Freeze(patience); err != nil {
				t.Fatal(err)
			}
			if err := g.Close(patience); err != nil {
				t.Error(err)
			}
		})
	}
}

func counterOf(t *testing.T, g *Group) *uint64 {
	t.Helper()
	file := path.Join(t.TempDir(), "counter")
	n, err := mapCounter(file)
	if err != nil {
		t.Fatal(err)
	}
	start(t, g, "count", file).hear(t)
	return n
}

// await waits until a counter has come so far.
func await(t *testing.T, n *uint64, goal uint64) {
	t.Helper()
	for deadline := time.Now().Add(watchdog); atomic.LoadUint64(n) < goal; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the counter stands at %d, not yet at %d", atomic.LoadUint64(n), goal)
		}
	}
}

// Kill ends all, frozen or not, their children too.
func TestKill(t *testing.T) {
	for _, frozen := range []bool{false, true} {
		g := limitedGroup(t, Limits{PIDs: 200})
		var all []*process
		for range 5 {
			p := start(t, g, "fork")
			p.hear(t)
			all = append(all, p)
		}
		if frozen {
			if err := g.Freeze(patience); err != nil {
				t.Fatal(err)
			}
		}
		if err := g.Kill(); err != nil {
			t.Fatal(err)
		}
		for _, p := range all {
			if end := p.end(); end != "signal: killed" {
				t.Errorf("frozen %v: ended by %s", frozen, end)
			}
		}
	}
}

// Somebody with nothing but the descriptors, as an init has, can end frozen
// commands.
func TestOpenThaw(t *testing.T) {
	g := limitedGroup(t, Limits{PIDs: 200})
	p := start(t, g, "idle")
	p.hear(t)
	thaw, err := g.OpenThaw()
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Freeze(patience); err != nil {
		t.Fatal(err)
	}
	p.Process.Kill()
	if thaw != nil {
		defer thaw.Close()
		if _, err := thaw.WriteString("THAWED"); err != nil {
			t.Error(err)
		}
	}
	if end := p.end(); end != "signal: killed" {
		t.Errorf("ended by %s", end)
	}
}

// A group that has the caller in it is not a sandbox's: nobody is killed.
func TestKillSparesTheCaller(t *testing.T) {
	g := limitedGroup(t, Limits{PIDs: 200})
	witness := start(t, g, "idle")
	witness.hear(t)
	for _, dir := range carriers(g) {
		suicide := start(t, g, "killer", dir)
		if said := suicide.hear(t); !strings.HasSuffix(said, "invalid argument") {
			t.Errorf("%s: %s", dir, said)
		}
	}
	if said := witness.ask(t, "alive"); said != "alive" {
		t.Error(said)
	}
}

// Without cgroup.kill the processes are killed one by one, those below as
// well.
func TestKillOneByOne(t *testing.T) {
	g := limitedGroup(t, Limits{PIDs: 200})
	p := start(t, g, "fork")
	p.hear(t)
	for _, dir := range carriers(g) {
		if err := killTree(dir); err != nil {
			t.Error(err)
		}
	}
	if end := p.end(); end != "signal: killed" {
		t.Errorf("ended by %s", end)
	}
}

// Groups that the sandbox made below its own go with it. Asked for by itself,
// one that is not named as tentpole's is left alone.
func TestRemoveTakesWhatIsBelow(t *testing.T) {
	g := makeGroup(t, Limits{PIDs: 100})
	start(t, g, "idle").hear(t)
	for _, dir := range carriers(g) {
		below := path.Join(dir, "a")
		if err := os.MkdirAll(path.Join(below, "b"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := Remove(below, 0); !errors.Is(err, unix.EINVAL) || !exists(path.Join(below, "b")) {
			t.Errorf("a group that is not tentpole's: %v", err)
		}
		if err := Kill(below); !errors.Is(err, unix.EINVAL) {
			t.Errorf("a group that is not tentpole's: %v", err)
		}
	}
	dirs := g.Directories()
	if err := RemoveAll(dirs, patience); err != nil {
		t.Error(err)
	}
	for _, dir := range dirs {
		if exists(dir) {
			t.Error(dir, "is left")
		}
		if err := Remove(dir, 0); err != nil {
			t.Error("a group that is gone:", err)
		}
	}
}
