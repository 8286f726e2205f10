package sandbox

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/rootfs"
)

// aMachine is a small one: a separate /home, something mounted deep below
// /mnt, the usual kernel file systems.
func aMachine(admin bool) Machine {
	m := Machine{UID: 1000, GID: 1000, Admin: admin, State: "/home/u/.local/state/tentpole", Uptime: 5000, Monotonic: 5000,
		Namespaces: map[string]uint64{"mount": 1, "uts": 2}, Range: op.IDMap{Outside: 100000, Count: 65536}, TerminalGroup: 5, Kernel: [2]int{6, 1}, LastCapability: 40, Landlock: 2}
	if admin {
		m.UID, m.GID, m.Cgroups = 0, 0, hybrid
	}
	m.host = rootfs.Host{Privileged: admin, Mounts: []rootfs.HostMount{
		{Target: "/", Type: "ext4", IsDir: true}, {Target: "/proc", Type: "proc", IsDir: true}, {Target: "/home", Type: "ext4", IsDir: true},
		{Target: "/dev/shm", Type: "tmpfs", IsDir: true}, {Target: "/mnt/a/b", Type: "tmpfs", IsDir: true},
		{Target: "/sys", Type: "sysfs", IsDir: true}, {Target: "/sys/fs/cgroup", Type: "tmpfs", IsDir: true},
	}, Entries: map[string][]rootfs.Entry{
		"/":    {{Name: "bin", Link: "usr/bin"}, {Name: "usr", Dir: true}, {Name: "home", Dir: true}, {Name: "mnt", Dir: true}, {Name: "dev", Dir: true}, {Name: "proc", Dir: true}, {Name: "swapfile"}},
		"/mnt": {{Name: "a", Dir: true}, {Name: "c", Dir: true}},
	}}
	return m
}

// hybrid is where root of a machine with both versions makes its groups.
var hybrid = cgroup.Place{Own: "/sys/fs/cgroup/unified", Controllers: []cgroup.Controller{
	{Name: cgroup.Memory, Version: 1, Dir: "/sys/fs/cgroup/memory"}, {Name: cgroup.CPU, Version: 1, Dir: "/sys/fs/cgroup/cpu"},
	{Name: cgroup.PIDs, Version: 1, Dir: "/sys/fs/cgroup/pids"}, {Name: cgroup.IO, Version: 1, Dir: "/sys/fs/cgroup/blkio"},
	{Name: cgroup.Freezer, Version: 1, Dir: "/sys/fs/cgroup/freezer"},
}}

func anySpec(t *rapid.T) Spec {
	s := Spec{Partial: true, Layers: LayerSet(rapid.Uint32Range(0, 1<<len(layers)-1).Draw(t, "layers"))}
	if rapid.Bool().Draw(t, "named") {
		s.Hostname = "tent"
	}
	if rapid.Bool().Draw(t, "overlay") {
		s.Root = RootOverlay
	}
	return s
}

// TestPlanTouchesOnlyItsOwn: whatever is asked for, no operation of the plan
// acts on a namespace that the plan does not make.
func TestPlanTouchesOnlyItsOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, err := NewPlan(anySpec(t), aMachine(rapid.Bool().Draw(t, "admin")))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.Steps {
			for _, ns := range s.Operation.Acts() {
				if !p.Layers.Has(Layer(ns)) {
					t.Fatalf("%s acts on %s, the plan has %s", s.Operation, ns, p.Layers)
				}
			}
			if s.Why == "" || s.Operation.String() == "" {
				t.Fatalf("%T says nothing", s.Operation)
			}
		}
	})
}

// TestPlanSurvivesTheWire: every operation of any plan comes out of the
// handshake as it went in.
func TestPlanSurvivesTheWire(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, err := NewPlan(anySpec(t), aMachine(rapid.Bool().Draw(t, "admin")))
		if err != nil {
			t.Fatal(err)
		}
		var sent op.List
		for _, s := range p.Steps {
			sent = append(sent, s.Operation)
		}
		got := roundTrip(t, sent)
		for i := range sent {
			if sent[i].String() != got[i].String() || sent[i].Command() != got[i].Command() {
				t.Fatalf("sent %s, got %s", sent[i], got[i])
			}
		}
	})
}

func TestImplied(t *testing.T) {
	for _, c := range []struct {
		spec  Spec
		admin bool
		want  string
	}{
		{Spec{}, false, ""},
		{Spec{}, true, ""},
		{Spec{Layers: Set(Mount)}, true, ""},
		{Spec{Layers: Set(Mount)}, false, "user"},
		{Spec{Hostname: "x"}, true, "uts"},
		{Spec{Hostname: "x"}, false, "uts,user"},
		{Spec{Root: RootOverlay}, true, "root,mount"},
		{Spec{Layers: Set(Root)}, false, "mount,user"},
		{Spec{Layers: Set(PID)}, true, ""},
	} {
		p, err := NewPlan(c.spec, aMachine(c.admin))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, i := range p.Implied {
			got = append(got, string(i.Layer))
		}
		if s := strings.Join(got, ","); s != c.want {
			t.Errorf("%+v as admin %v implies %q, want %q", c.spec, c.admin, s, c.want)
		}
	}
}

// TestNoProcWithoutAMountTable: pid without mount keeps the host's /proc.
func TestNoProcWithoutAMountTable(t *testing.T) {
	mounts := func(set LayerSet) (targets []string) {
		p, err := NewPlan(Spec{Layers: set}, aMachine(true))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.Steps {
			if m, ok := s.Operation.(op.Mount); ok {
				targets = append(targets, m.Target)
			}
		}
		return targets
	}
	if got := mounts(Set(PID)); got != nil {
		t.Errorf("pid alone mounts %v", got)
	}
	if got := mounts(Set(PID, Mount)); !slices.Equal(got, []string{"/proc"}) {
		t.Errorf("pid and mount mount %v", got)
	}
}

func TestCaught(t *testing.T) {
	admin, err := NewPlan(Spec{Root: RootOverlay, Name: "x"}, aMachine(true))
	if err != nil {
		t.Fatal(err)
	}
	user, err := NewPlan(Spec{Root: RootOverlay, Name: "x"}, aMachine(false))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		p            *Plan
		inside, tail string
	}{
		{admin, "/tmp/f", "/upper/tmp/f"},
		{admin, "/home/u/f", "/upper/home/u/f"},
		{user, "/usr/f", "/upper/usr/f"},
		{user, "/mnt/c/f", "/upper/mnt/c/f"},
		{user, "/mnt/a/f", ""},
		{user, "/f", ""},
	} {
		got := c.p.Caught(c.inside)
		if c.tail == "" && got != "" || !strings.HasSuffix(got, c.tail) {
			t.Errorf("%s is caught at %q, want …%s", c.inside, got, c.tail)
		}
	}
	if len(user.Notes) == 0 {
		t.Error("a plan with missing files does not say so")
	}
}

func TestPlanAsJSON(t *testing.T) {
	p, err := NewPlan(Spec{Layers: Set(Mount, PID)}, aMachine(true))
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var back struct {
		Layers LayerSet `json:"layers"`
		Steps  []struct {
			Op   string `json:"op"`
			Side string `json:"side"`
		} `json:"steps"`
	}
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if back.Layers != p.Layers || len(back.Steps) != len(p.Steps) || back.Steps[0].Side != "parent" {
		t.Errorf("%s", b)
	}
}

func TestSpecIsComparable(t *testing.T) {
	a, b := Spec{Layers: Set(Mount, PID)}, Spec{Layers: Set(PID, Mount)}
	if !a.Equal(b) {
		t.Error("two specs that ask for the same differ")
	}
}

func TestWordsOfTheLadder(t *testing.T) {
	rungs := Ladder()
	if rungs[0].Name != "process" || rungs[len(rungs)-1].Name != "container" {
		t.Errorf("the ladder goes from %s to %s", rungs[0].Name, rungs[len(rungs)-1].Name)
	}
	for i := 1; i < len(rungs); i++ {
		if more := rungs[i].Layers.Len() - rungs[i-1].Layers.Len(); more != 1 && rungs[i].Name != "container" {
			t.Errorf("%s raises %d poles", rungs[i].Name, more)
		}
	}
	if !rungs[len(rungs)-1].Layers.Has(User) {
		t.Error("a container without user")
	}
	for _, l := range Layers() {
		if got, err := ParseLayer(string(l.Name)); err != nil || got != l.Name || l.What == "" || l.Man == "" {
			t.Errorf("%+v: %v", l, err)
		}
	}
}
