package cgroup

import (
	"errors"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Half a CPU for two busy threads is half a CPU, by the kernel's own count.
func TestHalfACPU(t *testing.T) {
	g := limitedGroup(t, Limits{CPUs: 0.5, Weight: 200})
	burner := start(t, g, "burn", "6")
	burner.hear(t)
	first, begin := statistics(t, g).CPU, time.Now()
	time.Sleep(5 * time.Second) // what is measured, not waited for
	last, took := statistics(t, g).CPU, time.Since(begin)
	used := float64(*last.Usage-*first.Usage) / float64(took.Microseconds())
	t.Logf("%.3f CPUs; %d of %d periods throttled, %d µs", used, *last.Throttled, *last.Periods, *last.ThrottledTime)
	// A machine that is busy with other things may not have half a CPU to give:
	// then nobody is held back.
	if used > 0.55 || used < 0.45 && *last.Throttled > *last.Periods*9/10 {
		t.Errorf("%.3f CPUs used of 0.5", used)
	}
	if used > 0.45 && (*last.Throttled == 0 || *last.ThrottledTime == 0) || *last.Periods < 40 {
		t.Errorf("throttled %d of %d periods for %d µs", *last.Throttled, *last.Periods, *last.ThrottledTime)
	}
}

// At the limit fork(2) says EAGAIN, everybody lives, and there is room again
// when some are gone.
func TestPIDsLimitRefusesTheNextFork(t *testing.T) {
	g := limitedGroup(t, Limits{PIDs: 32})
	witness := start(t, g, "idle")
	witness.hear(t)
	forker := start(t, g, "fork")
	forker.hear(t)
	for range 2 {
		said := strings.Fields(forker.ask(t, "fork"))
		if forks, _ := strconv.Atoi(said[0]); forks < 4 || forks > 30 || said[1] != strconv.Itoa(int(unix.EAGAIN)) {
			t.Errorf("%s processes, then errno %s", said[0], said[1])
		}
	}
	if said := witness.ask(t, "alive"); said != "alive" {
		t.Error(said)
	}
	s := statistics(t, g).PIDs
	if *s.Max != 32 || *s.Refused < 2 || *s.Current == 0 || *s.Current > 32 {
		t.Errorf("max %d, refused %d, current %d", *s.Max, *s.Refused, *s.Current)
	}
}

// Limits of all kinds are set on a living group, changed and lifted again;
// the kernel's files say what holds.
func TestApply(t *testing.T) {
	all := Limits{Memory: 64 * mib, CPUs: 0.5, Weight: 50, PIDs: 32}
	g := makeGroup(t, all)
	start(t, g, "idle").hear(t)
	fresh := snapshot(t, g, all)
	for _, l := range []Limits{
		all,
		{Memory: 32 * mib, CPUs: 1.5, Weight: 10000, PIDs: 64},
		{Memory: 256 * mib, PIDs: 16},
		{CPUs: 0.01, Weight: 1},
		{Memory: 64 * mib, CPUs: 2, Weight: 100, PIDs: 1 << 22},
	} {
		if err := g.Apply(l); err != nil {
			t.Fatalf("%+v: %v", l, err)
		}
		for _, s := range g.layout.Settings(l) {
			if got := content(t, s.Path); got != s.Value {
				t.Errorf("%+v: %s is %q, want %q", l, s.Path, got, s.Value)
			}
		}
	}
	if err := g.Apply(Limits{}); err != nil {
		t.Fatal(err)
	}
	for file, was := range fresh {
		if now := content(t, file); now != was {
			t.Errorf("%s was %q in a new group, is %q", file, was, now)
		}
	}
	var missing *MissingError
	if err := g.Apply(Limits{IO: []IOLimit{{Device: "254:0", ReadBPS: 1}}}); !errors.As(err, &missing) || missing.Controller != IO {
		t.Errorf("a controller that the group does not have: %v", err)
	}
}

func snapshot(t *testing.T, g *Group, limits Limits) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, s := range g.layout.Settings(limits) {
		files[s.Path] = content(t, s.Path)
	}
	return files
}

// A second group of the same name is refused, and the first one is not touched.
func TestMakeTwice(t *testing.T) {
	limits := Limits{PIDs: 100}
	g := makeGroup(t, limits)
	witness := start(t, g, "idle")
	witness.hear(t)
	if g.layout.Unit != "" {
		return // systemd refuses when the init is adopted
	}
	name := strings.TrimPrefix(path.Base(g.Directories()[0]), prefix)
	if _, err := Look().Make(name, limits, g.owner); !errors.Is(err, os.ErrExist) {
		t.Errorf("made twice: %v", err)
	}
	if said := witness.ask(t, "alive"); said != "alive" {
		t.Error(said)
	}
}

// Without any v2 hierarchy the v1 groups do it alone.
func TestWithoutUnifiedHierarchy(t *testing.T) {
	place, limits := Look(), Limits{PIDs: 100, CPUs: 2}
	if place.Controller(PIDs).Version == 2 {
		return // there is nothing else
	}
	place.Own = ""
	g := makeAt(t, place, limits, Owner{os.Geteuid(), os.Getegid()})
	if err := g.Apply(limits); err != nil {
		t.Fatal(err)
	}
	if g.Path != "" || g.FD() != -1 || g.Birth() != nil {
		t.Errorf("there is a v2 group: %q", g.Path)
	}
	p := start(t, g, "fork")
	p.hear(t)
	if s := statistics(t, g); *s.PIDs.Current == 0 || s.CPU.Usage == nil || *s.CPU.Usage == 0 {
		t.Errorf("statistics %+v", s)
	}
	if err := g.Freeze(patience); err != nil {
		t.Error(err)
	}
	if err := g.Close(patience); err != nil {
		t.Error(err)
	}
	if end := p.end(); end != "signal: killed" {
		t.Errorf("ended by %s", end)
	}
}
