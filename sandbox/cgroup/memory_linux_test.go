package cgroup

import (
	"errors"
	"path"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const mib = 1 << 20

// The largest of a group dies, and neither the small one beside it, nor the
// init, nor a neighbour's commands.
func TestMemoryLimitKillsTheEaterAndNobodyElse(t *testing.T) {
	g := limitedGroup(t, Limits{Memory: 64 * mib})
	other := limitedGroup(t, Limits{Memory: 64 * mib})
	witnesses := []*process{start(t, g, "idle"), start(t, other, "idle"), start(t, nil, "idle")}
	if g.Birth() != nil && g.Commands() != nil {
		init := partner(watchdog, "idle")
		if g.layout.Unit == "" {
			init.SysProcAttr.UseCgroupFD, init.SysProcAttr.CgroupFD = true, g.FD()
		}
		witnesses = append(witnesses, talk(t, init))
	}
	for _, w := range witnesses {
		w.hear(t)
	}
	eater := start(t, g, "eat", "32", "256")
	if said := eater.hear(t); said != "eaten 32" {
		t.Fatal(said)
	}
	before := statistics(t, g)
	if n := *before.Memory.Current; n < 32*mib || n > 64*mib {
		t.Errorf("%d bytes in use after 32 MiB were eaten", n)
	}
	eater.in.Write([]byte("more\n"))
	if eater.out.Scan() {
		t.Errorf("the eater lives and says %q", eater.out.Text())
	}
	if end := eater.end(); end != "signal: killed" {
		t.Errorf("the eater ended by %s", end)
	}
	for i, w := range witnesses {
		if said := w.ask(t, "alive"); said != "alive" {
			t.Errorf("witness %d says %q", i, said)
		}
	}
	after := statistics(t, g).Memory
	if *after.OOMKill != 1 || *before.Memory.OOMKill != 0 || *after.Peak < 60*mib || *after.Peak > 65*mib || *after.Max != 64*mib {
		t.Errorf("oom kills %d, before %d, peak %d, max %d, reclaims %d", *after.OOMKill, *before.Memory.OOMKill, *after.Peak, *after.Max, *after.Reclaims)
	}
	if _, version := g.layout.carrier(Memory); version == 2 && (*after.Reclaims == 0 || *after.OOM == 0) { // not every kernel counts in v1
		t.Errorf("%d reclaims, out of memory %d times", *after.Reclaims, *after.OOM)
	}
	if n := *statistics(t, other).Memory.OOMKill; n != 0 {
		t.Errorf("%d killed at the neighbour's", n)
	}
}

// What an eater has is left to it when the limit is lowered to more than
// that, and the new limit holds.
func TestLoweringAMemoryLimit(t *testing.T) {
	limits := Limits{Memory: 200 * mib}
	g := limitedGroup(t, limits)
	eater := start(t, g, "eat", "32", "256")
	eater.hear(t)
	for _, m := range []int64{128, 200, 64} { // down, up, down
		limits.Memory = m * mib
		if err := g.Apply(limits); err != nil {
			t.Fatal(err)
		}
		if got := *statistics(t, g).Memory.Max; got != uint64(m)*mib {
			t.Errorf("max %d, want %d MiB", got, m)
		}
	}
	eater.in.Write([]byte("more\n"))
	if end := eater.end(); end != "signal: killed" {
		t.Errorf("the eater ended by %s", end)
	}
	if peak := *statistics(t, g).Memory.Peak; peak > 65*mib {
		t.Errorf("peak %d", peak)
	}
}

// Below what is used, v2 kills and v1 refuses.
func TestLoweringBelowWhatIsUsed(t *testing.T) {
	g := limitedGroup(t, Limits{Memory: 128 * mib})
	eater := start(t, g, "eat", "64", "65")
	eater.hear(t)
	err := g.Apply(Limits{Memory: 16 * mib})
	if _, version := g.layout.carrier(Memory); version == 1 {
		if !errors.Is(err, unix.EBUSY) || eater.ask(t, "more") != "eaten 65" {
			t.Errorf("v1 says %v", err)
		}
		return
	}
	if err != nil {
		t.Error(err)
	}
	if end := eater.end(); end != "signal: killed" {
		t.Errorf("the eater ended by %s", end)
	}
}

// Swap is held at none with a memory limit, unless some is asked for.
func TestSwap(t *testing.T) {
	g := limitedGroup(t, Limits{Memory: 64 * mib})
	dir, version := g.layout.carrier(Memory)
	file, none, some := "memory.swap.max", "0", strconv.Itoa(16*mib)
	switch {
	case g.layout.SwapUncounted:
		file, none = swappiness, "0"
	case version == 1:
		file, none, some = memoryAndSwap, strconv.Itoa(64*mib), strconv.Itoa(80*mib)
	}
	if got := content(t, path.Join(dir, file)); got != none {
		t.Errorf("%s is %s, want %s", file, got, none)
	}
	err := g.Apply(Limits{Memory: 64 * mib, Swap: 16 * mib})
	if g.layout.SwapUncounted {
		if err == nil {
			t.Error("a limit of swap that nobody counts was taken")
		}
		return
	}
	if got := content(t, path.Join(dir, file)); err != nil || got != some {
		t.Errorf("%s is %s, want %s: %v", file, got, some, err)
	}
}

// memory.high slows down without killing, where there is such a thing.
func TestMemoryHigh(t *testing.T) {
	if Look().Controller(Memory).Version == 1 {
		_, err := Look().Layout("x", Limits{MemoryHigh: 32 * mib})
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("v1 says %v", err)
		}
		return
	}
	g := limitedGroup(t, Limits{MemoryHigh: 32 * mib, Memory: 128 * mib})
	start(t, g, "eat", "64")
	for deadline := time.Now().Add(watchdog); *statistics(t, g).Memory.Throttled == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nobody was slowed down")
		}
	}
	if n := *statistics(t, g).Memory.OOMKill; n != 0 {
		t.Errorf("%d killed", n)
	}
}
