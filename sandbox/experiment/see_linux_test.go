package experiment

import (
	"context"
	"crypto/rand"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// seen is what an experiment says at a stage: its outcome and some of its
// observations. An ordinary user's first layer brings the user namespace along,
// which makes some answers others.
type seen struct {
	id, stage string
	root      Outcome // as root
	user      Outcome // as an ordinary user, "" when it is the same
	observed  map[string]Outcome
}

var seenAt = []seen{
	{"processes", "process", Open, "", map[string]Outcome{"out": Open, "in": OneWay}},
	{"processes", "ipc", Open, "", map[string]Outcome{"out": Open}},
	{"processes", "pid", OneWay, "", map[string]Outcome{"out": Contained, "in": OneWay}},
	{"processes", "container", OneWay, "", nil},

	{"signals", "process", Open, "", map[string]Outcome{"out": Open}},
	{"signals", "ipc", Open, "", map[string]Outcome{"out": Open}},
	{"signals", "pid", OneWay, "", map[string]Outcome{"out": Contained, "pid-1": Contained, "in": OneWay}},
	{"signals", "container", OneWay, "", map[string]Outcome{"pid-1": Contained, "pid-1-host": OneWay}},

	{"mounts", "process", Open, "", map[string]Outcome{"out": Open}},
	{"mounts", "mount", Contained, "", map[string]Outcome{"out": Contained, "in": Contained}},
	{"mounts", "container", Contained, "", nil},

	{"chroot-escape", "process", Open, NotApplicable, nil},
	{"chroot-escape", "mount", Open, "", map[string]Outcome{"chroot": Open, "root": Open}},
	{"chroot-escape", "root", Contained, "", map[string]Outcome{"chroot": Open, "root": Contained}},
	{"chroot-escape", "container", Contained, "", nil},

	{"ipc", "process", Open, "", map[string]Outcome{"segment": Open, "queues": Open, "abstract-socket": Open, "dev-shm": Open}},
	{"ipc", "root", Open, "", map[string]Outcome{"segment": Open, "dev-shm": Contained}},
	{"ipc", "ipc", Open, "", map[string]Outcome{"segment": Contained, "message-queue": Contained, "semaphore": Contained, "posix-queue": Contained, "abstract-socket": Open}},
	{"ipc", "net", Contained, "", map[string]Outcome{"abstract-socket": Contained}},
	{"ipc", "container", Contained, "", nil},

	{"root", "process", Open, "", map[string]Outcome{"uid": Open, "owner": Open}},
	{"root", "pid", Open, Contained, nil},
	{"root", "user", Contained, "", map[string]Outcome{"uid": Contained, "owner": Contained}},
	{"root", "container", Contained, "", nil},

	{"memory-peek", "process", Open, "", map[string]Outcome{"in": OneWay}},
	{"memory-peek", "ipc", Open, OneWay, nil},
	{"memory-peek", "pid", OneWay, "", map[string]Outcome{"in": OneWay}},
	{"memory-peek", "container", OneWay, "", nil},

	{"clock", "process", Open, "", map[string]Outcome{"boot": Open, "wall": Open}},
	{"clock", "user", Open, "", map[string]Outcome{"boot": Open, "set": Contained}},
	{"clock", "time", Contained, "", map[string]Outcome{"boot": Contained, "wall": Open}},
	{"clock", "container", Contained, "", nil},

	{"cgroup-view", "process", Open, "", map[string]Outcome{"path": Open}},
	{"cgroup-view", "memory", Open, "", map[string]Outcome{"path": Open, "write": Contained}},
	{"cgroup-view", "cgroup", Contained, "", map[string]Outcome{"path": Contained, "write": Contained}},
	{"cgroup-view", "container", Contained, "", nil},
}

func TestSeeing(t *testing.T) {
	for _, want := range seenAt {
		t.Run(want.id+"/"+want.stage, func(t *testing.T) {
			r := runAt(t, want.id, want.stage)
			expected := want.root
			if os.Geteuid() != 0 && want.user != "" {
				expected = want.user
			}
			if r.Outcome != expected || r.Reason == "" {
				t.Errorf("%s, want %s: %s\n%+v", r.Outcome, expected, r.Reason, r.Observations)
			}
			for id, o := range want.observed {
				if got, there := r.Observed(id); !there || got.Outcome != o {
					t.Errorf("%s: %+v, want %s", id, got, o)
				}
			}
		})
	}
	if left := leftBehind(t); left != nil {
		t.Errorf("left behind on the host: %q", left)
	}
}

// runAt runs an experiment in a sandbox at a stage, leaving out what this
// machine cannot raise.
func runAt(t *testing.T, id, stage string) Result {
	t.Helper()
	rung, err := sandbox.ParseStage(stage)
	if err != nil {
		t.Fatal(err)
	}
	return runOn(t, id, sandbox.Spec{Layers: rung.Layers, Root: rung.Root, Partial: true})
}

func runOn(t *testing.T, id string, spec sandbox.Spec) Result {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	r, err := Run(ctx, id, On(open(t, spec)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// leftBehind is what these experiments could leave on the host: a mount of
// tentpole's name, or shared memory of a word's length that nobody is attached
// to; proc_sysvipc(5).
func leftBehind(t *testing.T) (left []string) {
	t.Helper()
	for file, ours := range map[string]func([]string) bool{
		"/proc/self/mountinfo": func(f []string) bool { return strings.HasPrefix(parseMount(f).source, "tentpole-") },
		"/proc/sysvipc/shm":    func(f []string) bool { return f[3] == strconv.Itoa(len(rand.Text())) && f[6] == "0" },
	} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			if ours(strings.Fields(line)) {
				left = append(left, file+": "+line)
			}
		}
	}
	return left
}

// TestOldProc is the open window: a new pid namespace with the host's /proc.
func TestOldProc(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: in a user namespace the kernel refuses the reading itself")
	}
	r := runOn(t, "memory-peek", sandbox.Spec{Layers: sandbox.Set(sandbox.PID)})
	for id, want := range map[string]Outcome{"proc-mem": Open, "process-vm-readv": Contained, "ptrace": Contained} {
		if got, _ := r.Observed(id); got.Outcome != want {
			t.Errorf("%s: %+v, want %s", id, got, want)
		}
	}
	if r := runOn(t, "processes", sandbox.Spec{Layers: sandbox.Set(sandbox.PID)}); r.Outcome != Open {
		t.Errorf("processes: %s, %s", r.Outcome, r.Reason)
	}
}

// TestTiedMounts reads tables in which mounts are passed on, which no sandbox
// of tentpole's has.
func TestTiedMounts(t *testing.T) {
	line := func(optional string) mountLine {
		return parseMount(strings.Fields("36 35 98:0 / /mnt rw,noatime " + optional + " - ext3 /dev/root rw"))
	}
	host := []mountLine{line("shared:7"), line("shared:8 master:3")}
	for optional, want := range map[string]Outcome{
		"": Contained, "shared:7": Open, "master:8": Open, "shared:9": Contained, "master:9": Contained,
		"master:3": Contained, "shared:9 master:7": Open, "unbindable": Contained,
	} {
		if got := inwards(host, []mountLine{line(optional)}); got.Outcome != want {
			t.Errorf("%q: %+v, want %s", optional, got, want)
		}
	}
	if got := inwards(host[:1], host); got.Inside != "1 of 2 mounts in a peer group of the host's" || got.Host != "has 1 peer group" {
		t.Errorf("it says %+v", got)
	}
	for tied, want := range map[string]bool{"": false, "shared:7": true, "shared:3": true, "master:7": false, "shared:9": false, "shared:9 shared:8": true} {
		if got := passesOn(tied, host); got != want {
			t.Errorf("%q: passes mounts on: %v, want %v", tied, got, want)
		}
	}
	if m := line("shared:7"); m.source != "/dev/root" || m.kind != "ext3" || m.target != "/mnt" || !slices.Equal(m.shared, []string{"7"}) {
		t.Errorf("parsed %+v", m)
	}
	for _, broken := range []string{"", "36", "36 35 98:0 / /mnt rw", "36 35 98:0 / /mnt rw -"} {
		parseMount(strings.Fields(broken)) // must not panic
	}
}

// giveUpAt cancels the trial at the n-th start of a command.
type giveUpAt struct {
	Subject
	starts *int
	n      int
	giveUp context.CancelFunc
}

func (g giveUpAt) Start(ctx context.Context, c Command) (Process, error) {
	p, err := g.Subject.Start(ctx, c)
	if *g.starts++; *g.starts == g.n {
		g.giveUp()
	}
	return p, err
}

func (g giveUpAt) Another(ctx context.Context, change func(*sandbox.Spec)) (Subject, error) {
	s, err := g.Subject.Another(ctx, change)
	return giveUpAt{s, g.starts, g.n, g.giveUp}, err
}

// TestSeeingGivenUp ends experiments in the middle: nothing may stay, neither
// inside nor on the host.
func TestSeeingGivenUp(t *testing.T) {
	s := open(t, sandbox.Spec{Layers: sandbox.Set(sandbox.Mount, sandbox.PID, sandbox.IPC)})
	for _, id := range []string{"processes", "signals", "mounts", "ipc", "memory-peek"} {
		for n := 1; n <= 5; n++ {
			ctx, giveUp := context.WithCancel(t.Context())
			r, err := Run(ctx, id, giveUpAt{On(s), new(int), n, giveUp}, Options{})
			giveUp()
			if err == nil && r.Reason == "" {
				t.Errorf("%s, given up at start %d: neither an error nor an answer", id, n)
			}
		}
	}
	if left := leftBehind(t); left != nil {
		t.Errorf("left behind on the host: %q", left)
	}
	r, err := Run(t.Context(), "processes", On(s), Options{})
	if err != nil {
		t.Fatal(err)
	}
	// PID 1, the process that was looked at, and the one that looked.
	if n, _ := r.Measured("visible-inside"); n.Value != 3 {
		t.Errorf("%v processes are left inside, want 3: %+v", n.Value, r.Observations)
	}
}

// TestReadMemory reads what is there, and what is not, of this very process.
func TestReadMemory(t *testing.T) {
	if _, err := readMemory(t.Context(), os.Getpid(), 1, 8); err == nil {
		t.Error("read at address 1")
	}
	if _, err := readMemory(t.Context(), os.Getpid(), 1<<63, 8); err == nil {
		t.Error("read at an address that no process has")
	}
}

// TestNobodyElseIsKilled: killFirst wants a process of another pid namespace,
// together with one beside it.
func TestNobodyElseIsKilled(t *testing.T) {
	child := exec.Command("cat")
	if _, err := child.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer child.Wait()
	defer child.Process.Kill()
	for _, beside := range []int{child.Process.Pid, os.Getpid()} {
		if err := killFirst(child.Process.Pid, beside); err == nil {
			t.Errorf("a process of the host's, beside process %d, was taken for PID 1 of a sandbox", beside)
		}
	}
}

// TestMissingPole leaves one layer out of a whole container: the experiment
// that is about it must notice.
func TestMissingPole(t *testing.T) {
	for _, c := range []struct {
		without  sandbox.Layer
		id       string
		observed string // what is open without it
	}{
		{sandbox.PID, "processes", "out"},
		{sandbox.Root, "chroot-escape", "root"},
		{sandbox.IPC, "ipc", "segment"},
		{sandbox.Net, "ipc", "abstract-socket"},
		{sandbox.Time, "clock", "boot"},
		{sandbox.Cgroup, "cgroup-view", "path"},
		{sandbox.Mount, "mounts", "out"},
		{sandbox.User, "root", "uid"},
	} {
		t.Run(string(c.without), func(t *testing.T) {
			if c.without == sandbox.User && os.Geteuid() != 0 {
				t.Skip("needs root: an ordinary user's first layer brings the user namespace along")
			}
			rung, err := sandbox.ParseStage("container")
			if err != nil {
				t.Fatal(err)
			}
			whole := runOn(t, c.id, sandbox.Spec{Layers: rung.Layers, Root: rung.Root, Partial: true})
			spec := sandbox.Spec{Layers: rung.Layers.Without(c.without), Root: rung.Root, Partial: true}
			switch c.without {
			case sandbox.Root:
				spec.Root = sandbox.RootHost
			case sandbox.Mount: // two other layers are made of mounts
				spec.Layers, spec.Root = spec.Layers.Without(sandbox.Root, sandbox.Masks), sandbox.RootHost
			}
			less := runOn(t, c.id, spec)
			if before, _ := whole.Observed(c.observed); whole.Outcome == Open || before.Outcome == Open {
				t.Errorf("the whole container: %s, %s: %+v", whole.Outcome, whole.Reason, before)
			}
			if after, _ := less.Observed(c.observed); less.Outcome != Open || after.Outcome != Open {
				t.Errorf("without %s: %s, %s: %+v", c.without, less.Outcome, less.Reason, after)
			}
		})
	}
}
