package cgroup

import (
	"errors"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
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

// Whatever is started at the same time is in the group, with all its threads.
func TestFortyAtOnce(t *testing.T) {
	g := limitedGroup(t, Limits{Memory: 512 * mib, CPUs: 2, PIDs: 1000})
	ready := make(chan *process, 40)
	for range 40 {
		p := start(t, g, "idle")
		go func() {
			p.out.Scan()
			ready <- p
		}()
	}
	var want []int
	for range 40 {
		want = append(want, (<-ready).Process.Pid)
	}
	slices.Sort(want)
	dirs := carriers(g)
	if len(dirs) == 0 {
		t.Fatal("no directory carries the limits")
	}
	for _, dir := range dirs {
		got, err := Processes(dir)
		slices.Sort(got)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s has %v, want %v: %v", dir, got, want, err)
		}
	}
	if err := g.Close(patience); err != nil {
		t.Error(err)
	}
}

// A limit of a device is read back, changed, and gone when it is lifted. A
// machine without any disk refuses the device.
func TestIOLimit(t *testing.T) {
	limit := IOLimit{Device: "1:99", ReadBPS: 64 * mib, WriteBPS: 32 * mib, WriteIOPS: 500}
	dev := disk()
	if dev != "" {
		limit.Device = dev
	}
	g := makeGroup(t, Limits{IO: []IOLimit{limit}})
	err := g.Apply(Limits{IO: []IOLimit{limit}})
	if dev == "" {
		if !errors.Is(err, unix.ENODEV) {
			t.Errorf("no such device, and the kernel says %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	start(t, g, "idle").hear(t)
	want := dev + " rbps=67108864 wbps=33554432 riops=max wiops=500"
	if got := ioLimit(t, g, dev); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	limit.WriteBPS, limit.ReadIOPS = 0, 7
	if err := g.Apply(Limits{IO: []IOLimit{limit}}); err != nil {
		t.Fatal(err)
	}
	want = dev + " rbps=67108864 wbps=max riops=7 wiops=500"
	if got := ioLimit(t, g, dev); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := g.Apply(Limits{}); err != nil {
		t.Fatal(err)
	}
	if got := ioLimit(t, g, dev); got != dev+" rbps=max wbps=max riops=max wiops=max" {
		t.Errorf("lifted, and there is %q", got)
	}
}

// disk finds a block device whose reads the kernel can hold back.
func disk() string {
	for _, pattern := range []string{"vd*", "sd*", "nvme*n*", "xvd*", "loop*", "ram*"} {
		found, _ := filepath.Glob("/sys/block/" + pattern + "/dev")
		for _, file := range found {
			if b, err := os.ReadFile(file); err == nil {
				return strings.TrimSpace(string(b))
			}
		}
	}
	return ""
}

// ioLimit reads a device's limits in the words of io.max.
func ioLimit(t *testing.T, g *Group, device string) string {
	t.Helper()
	dir, version := g.layout.carrier(IO)
	if version == 2 {
		for line := range strings.Lines(content(t, path.Join(dir, "io.max"))) {
			if strings.HasPrefix(line, device+" ") {
				return strings.TrimSpace(line)
			}
		}
		return device + " rbps=max wbps=max riops=max wiops=max"
	}
	said := device
	for _, r := range rates {
		rest, ok := strings.CutPrefix(content(t, path.Join(dir, r.file)), device+" ")
		if !ok {
			rest = "max"
		}
		said += " " + r.word + "=" + rest
	}
	return said
}

// What a command reads past the page cache is counted for its device.
func TestIOStatistics(t *testing.T) {
	g := makeGroup(t, Limits{IO: []IOLimit{{Device: "1:99", ReadBPS: 1}}}) // not applied
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	said := start(t, g, "read", exe).hear(t)
	if said != strconv.Itoa(mib)+" <nil>" {
		return // on a file system without O_DIRECT or without a disk
	}
	sum := uint64(0)
	for _, d := range statistics(t, g).IO {
		sum += d.ReadBytes
	}
	if sum < mib {
		t.Errorf("%d bytes counted, %d read", sum, mib)
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

// Without limits there is one v2 group or none, and everybody is born in it.
func TestTrackingGroup(t *testing.T) {
	g := makeGroup(t, Limits{})
	if Look().Own == "" {
		if len(g.Directories()) > 0 || g.FD() != -1 {
			t.Errorf("made %v", g.Directories())
		}
		return
	}
	if g.Commands() != nil || len(g.Tasks()) > 0 || len(g.Directories()) != 1 {
		t.Errorf("made %v", g.Directories())
	}
	p := start(t, g, "idle")
	p.hear(t)
	if got, err := Processes(g.Path); err != nil || !slices.Equal(got, []int{p.Process.Pid}) {
		t.Errorf("%v in it: %v", got, err)
	}
	if s := statistics(t, g); s.CPU.Usage == nil || *s.CPU.Usage == 0 || s.Memory.Current != nil {
		t.Errorf("statistics %+v", s)
	}
	f, err := g.OpenKill()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("1"); err != nil || p.end() != "signal: killed" {
		t.Errorf("ended by %s: %v", p.ProcessState, err)
	}
}

// The init, not limited itself, starts commands in the limited leaf.
func TestInitStartsCommands(t *testing.T) {
	g := makeOwned(t, Limits{PIDs: 100}, Owner{os.Geteuid(), os.Getegid()})
	if g.layout.Commands != "" { // v1: commands join by descriptors
		startByInit(t, g, partner(watchdog, "init"))
	}
}

// Root of a user namespace can do that too, and cannot get a command out of
// the leaf again, nor lift the limit.
func TestRootOfAUserNamespaceStartsCommands(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: a user namespace with somebody else's ids")
	}
	const inside = 300000
	g := makeOwned(t, Limits{PIDs: 100}, Owner{inside, inside})
	if g.layout.Commands == "" {
		return
	}
	cmd := partner(watchdog, "init")
	ids := []syscall.SysProcIDMap{{ContainerID: 0, HostID: inside, Size: 1}}
	cmd.SysProcAttr.Cloneflags = unix.CLONE_NEWUSER
	cmd.SysProcAttr.UidMappings, cmd.SysProcAttr.GidMappings = ids, ids
	cmd.SysProcAttr.Credential = &syscall.Credential{}
	init := startByInit(t, g, cmd)
	for file, want := range map[string]string{
		path.Join(g.layout.Init, "cgroup.procs"):     "permission denied",
		path.Join(g.Path, "cgroup.procs"):            "device or resource busy",
		path.Join(g.layout.Commands, "pids.max"):     "permission denied",
		path.Join(g.Path, subtreeControl):            "permission denied",
		path.Join(g.layout.Commands, "cgroup.procs"): "<nil>",
	} {
		if said := init.ask(t, file); !strings.HasSuffix(said, want) {
			t.Errorf("to get out: %s, want %s", said, want)
		}
	}
	if err := os.Mkdir(path.Join(g.Path, "way-out"), 0o755); err != nil { // as root can, and they cannot
		t.Error(err)
	}
	if said := init.ask(t, path.Join(g.Path, "way-out/cgroup.procs")); !strings.HasSuffix(said, "permission denied") {
		t.Error("to get out:", said)
	}
}

// startByInit starts an init where it belongs and has it start a command.
func startByInit(t *testing.T, g *Group, cmd *exec.Cmd) *process {
	t.Helper()
	if g.Birth() != nil {
		cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, g.FD()
	}
	init := talk(t, cmd)
	init.hear(t)
	adopt(t, g, init.Process.Pid)
	if got, err := Processes(g.layout.Init); err != nil || !slices.Equal(got, []int{init.Process.Pid}) {
		t.Errorf("%v in the init's leaf: %v", got, err)
	}
	said := init.ask(t, g.layout.Commands)
	if got, err := Processes(g.layout.Commands); err != nil || len(got) != 1 || strconv.Itoa(got[0]) != said {
		t.Fatalf("%v in the commands' leaf, the init says %s: %v", got, said, err)
	}
	return init
}

// An ordinary user in a delegated cgroup v2 has limits without any privilege.
func TestOrdinaryUserInADelegatedCgroup(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: to delegate a cgroup")
	}
	const user = 1000
	g := makeGroup(t, Limits{Memory: mib, CPUs: 1, PIDs: 1, IO: []IOLimit{{Device: "1:99"}}})
	if g.Commands() == nil {
		return // v1 cannot be delegated
	}
	// What is above the commands' leaf hands controllers on, as a cgroup that
	// systemd delegates does.
	for _, file := range []string{"", "cgroup.procs", subtreeControl} {
		if err := os.Chown(path.Join(g.Path, file), user, user); err != nil {
			t.Fatal(err)
		}
	}
	cmd := partner(watchdog, "user")
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: user, Gid: user}
	cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, g.FD()
	p := talk(t, cmd)
	if said := p.hear(t); said != path.Join(g.Path, prefix+"cgtest-user")+" 32 killed <nil>" {
		t.Error(said)
	}
}

// What a start pays: looking, and a group with limits made and removed.
func BenchmarkLook(b *testing.B) {
	for b.Loop() {
		Look()
	}
}

func BenchmarkGroup(b *testing.B) {
	place, limits := Look(), Limits{Memory: 64 * mib, CPUs: 0.5, PIDs: 32}
	owner := Owner{os.Geteuid(), os.Getegid()}
	for b.Loop() {
		g, err := place.Make(testName("bench"), limits, owner)
		if err != nil {
			b.Fatal(err)
		}
		if g.layout.Unit != "" { // nobody is there to be adopted
			b.Skip("systemd makes the group here")
		}
		if err := errors.Join(g.Apply(limits), g.Close(patience)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStatistics(b *testing.B) {
	g := limitedGroup(b, Limits{Memory: 64 * mib, CPUs: 0.5, PIDs: 32})
	for b.Loop() {
		statistics(b, g)
	}
}
