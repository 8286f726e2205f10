package sandbox

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// TestEveryCombination starts a sandbox for each of the 256 combinations of
// the eight namespaces and reads, by itself, which differ from the host's.
func TestEveryCombination(t *testing.T) {
	m := machine(t)
	words := []Layer{Mount, UTS, IPC, PID, Net, User, Cgroup, Time}
	before := lookAround()
	for bits := range 256 {
		var set LayerSet
		for i, l := range words {
			if bits&(1<<i) != 0 {
				set = set.With(l)
			}
		}
		want := set
		if !m.Privileged() && set != 0 {
			want = want.With(User)
		}
		checkCombination(t, m, set, want)
		if t.Failed() {
			t.Fatalf("combination %d: %s", bits, set)
		}
	}
	entries, err := os.ReadDir(filepath.Join(m.State, "sandboxes"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != ".lock" {
			t.Errorf("left in the state directory: %s", e.Name())
		}
	}
	if left := settle(before); left != "" {
		t.Errorf("left behind:\n%s", left)
	}
}

func checkCombination(t *testing.T, m Machine, set, want LayerSet) {
	p, err := NewPlan(Spec{Layers: set}, m)
	if err != nil {
		t.Fatal(err)
	}
	if p.Layers != want {
		t.Fatalf("the plan has %s, want %s", p.Layers, want)
	}
	s, err := Start(context.Background(), p, Options{})
	if err != nil {
		t.Fatalf("%s: %v", set, err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	sleeper, err := s.Start(context.Background(), Command{Args: []string{"sleep", "3600"}})
	if err != nil {
		t.Fatal(err)
	}
	own := differing(t, sleeper.PID())
	if own != want {
		t.Errorf("own namespaces of the command: %s, want %s", own, want)
	}
	f, err := s.Facts(context.Background(), sleeper.PID())
	if err != nil {
		t.Fatal(err)
	}
	host, err := facts.Self(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var inspected LayerSet
	for _, row := range layers {
		if row.Namespace != "" && f.Namespaces[facts.Namespace(row.Name)] != host.Namespaces[facts.Namespace(row.Name)] {
			inspected |= row.bit
		}
	}
	if inspected != want {
		t.Errorf("inspect finds %s own, want %s", inspected, want)
	}
	if set.Has(PID) != (sleeper.Inside() != sleeper.PID()) {
		t.Errorf("pid outside %d, inside %d", sleeper.PID(), sleeper.Inside())
	}
}

// namespaced are those of the layers that are namespaces.
func namespaced(set LayerSet) (own LayerSet) {
	for _, l := range set.List() {
		if l.Info().Namespace != "" {
			own = own.With(l)
		}
	}
	return own
}

// differing reads /proc/PID/ns itself, by no code of the package's.
func differing(t *testing.T, pid int) LayerSet {
	t.Helper()
	var set LayerSet
	for word, file := range map[Layer]string{Mount: "mnt", UTS: "uts", IPC: "ipc", PID: "pid", Net: "net", User: "user", Cgroup: "cgroup", Time: "time"} {
		theirs, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(pid), "ns", file))
		if err != nil {
			t.Fatal(err)
		}
		ours, err := os.Readlink("/proc/self/ns/" + file)
		if err != nil {
			t.Fatal(err)
		}
		if theirs != ours {
			set = set.With(word)
		}
	}
	return set
}

// TestEveryRung starts every stage of the ladder, with its root.
func TestEveryRung(t *testing.T) {
	m := machine(t)
	for _, rung := range Ladder() {
		t.Run(rung.Name, func(t *testing.T) {
			s := open(t, m, Spec{Layers: rung.Layers, Root: rung.Root, Partial: true})
			p, err := s.Hold(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			host, _ := os.Stat("/")
			inside, err := os.Stat("/proc/" + strconv.Itoa(p.PID()) + "/root")
			if err != nil {
				t.Fatal(err)
			}
			if same := os.SameFile(host, inside); same != (rung.Root == RootHost) {
				t.Errorf("root inside is the host's: %v, the rung's root is %s", same, rung.Root)
			}
			if got, want := differing(t, p.PID()), namespaced(s.Plan().Layers); got != want {
				t.Errorf("own namespaces %s, want %s", got, want)
			}
		})
	}
}

// TestGuard makes the child believe that it has the host's namespaces: every
// operation on one must then be refused, and the host stay as it is.
func TestGuard(t *testing.T) {
	m := machine(t)
	host, _ := os.Hostname()
	for _, c := range []struct {
		layers LayerSet
		spec   Spec
		layer  Layer
	}{
		{Set(Mount), Spec{}, Mount},
		{Set(UTS), Spec{Hostname: "tent"}, UTS},
		{Set(Net), Spec{}, Net},
	} {
		spec := c.spec
		spec.Layers = c.layers
		p, err := NewPlan(spec, m)
		if err != nil {
			t.Fatal(err)
		}
		// The plan has the operation, but the namespace is not made: the
		// mistake that the guard is there for.
		removeNamespace(p, string(c.layer))
		s, err := Start(context.Background(), p, Options{})
		if err == nil {
			s.Close()
			t.Errorf("%s: performed in the host's namespace", c.layer)
		}
	}
	if now, _ := os.Hostname(); now != host {
		unix.Sethostname([]byte(host))
		t.Fatalf("the host's name became %q", now)
	}
}

func removeNamespace(p *Plan, word string) {
	for i, step := range p.Steps {
		if c, ok := step.Operation.(cloneOperation); ok {
			c.Namespaces = slices.DeleteFunc(slices.Clone(c.Namespaces), func(n string) bool { return n == word })
			p.Steps[i].Operation = c
		}
	}
}
