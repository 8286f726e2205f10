package sandbox

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// sysOf is what a sandbox shows at /sys, and what its transcript says of it.
type sysOf struct {
	links    string // in /sys/class/net
	typ      string // the file system's
	done     []string
	readOnly bool
}

func lookAtSys(t *testing.T, s *Sandbox) (found sysOf) {
	t.Helper()
	links, status := output(t, s, "ls", "/sys/class/net")
	mounts, status2 := output(t, s, "cat", "/proc/self/mounts")
	if status != 0 || status2 != 0 {
		t.Fatalf("statuses %d and %d: %s%s", status, status2, links, mounts)
	}
	found.links = strings.Join(strings.Fields(links), " ")
	for line := range strings.Lines(mounts) {
		if f := strings.Fields(line); f[1] == "/sys" {
			found.typ, found.readOnly = f[2], slices.Contains(strings.Split(f[3], ","), "ro")
		}
	}
	for _, d := range s.Transcript() {
		if text := d.Operation.String(); strings.Contains(text, "sysfs") || strings.Contains(text, "(/sys,") {
			found.done = append(found.done, text)
		}
	}
	return found
}

func linksOfTheHost(t *testing.T) string {
	t.Helper()
	found, err := filepath.Glob("/sys/class/net/*")
	if err != nil || len(found) == 0 {
		t.Fatal(found, err)
	}
	for i := range found {
		found[i] = filepath.Base(found[i])
	}
	return strings.Join(found, " ")
}

// mountedAtSys are the lines of this mount table about /sys, with the options of
// the mounts and of the file systems.
func mountedAtSys(t *testing.T) (lines string) {
	t.Helper()
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(table)) {
		if strings.HasPrefix(strings.Fields(line)[4], "/sys") {
			lines += line
		}
	}
	return lines
}

// TestSysOfItsNetwork: with a network of its own, /sys lists that network's
// links; otherwise the host's. Either way it is to read, the cgroups are below
// it, and the host's own stays as it is.
func TestSysOfItsNetwork(t *testing.T) {
	m := machine(t)
	host, before := linksOfTheHost(t), mountedAtSys(t)
	groups, _ := os.ReadDir(cgroups)
	for _, c := range []struct {
		name  string
		spec  Spec
		links string
	}{
		{"the host's network", Spec{Layers: Set(Root)}, host},
		{"its own", Spec{Layers: Set(Root, Net)}, "lo"},
		{"its own, with a user namespace", Spec{Layers: Set(Root, Net, User)}, "lo"},
		{"its own, in the tiny root", Spec{Layers: Set(Net), Root: RootTiny}, "lo"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, m, c.spec)
			found := lookAtSys(t, s)
			if s.Plan().Layers.Has(User) && strings.Contains(strings.Join(found.done, ""), unix.EPERM.Error()) {
				t.Skip("a part of this machine's /sys is covered: the kernel gives no other to a user namespace")
			}
			if found.links != c.links || found.typ != "sysfs" || !found.readOnly {
				t.Errorf("it is %+v, want a read-only sysfs with %q", found, c.links)
			}
			if own := len(found.done) == 1 && strings.HasPrefix(found.done[0], "mount(sysfs on "); own != c.spec.Layers.Has(Net) {
				t.Errorf("the transcript says %q", found.done)
			}
			if now := mountedAtSys(t); now != before || linksOfTheHost(t) != host {
				t.Errorf("the host's is\n%s, with %q; before\n%s, with %q", now, linksOfTheHost(t), before, host)
			}
			inside, status := output(t, s, "ls", cgroups)
			if status != 0 || len(strings.Fields(inside)) != len(groups) {
				t.Errorf("in %s: %q, on the host there are %d", cgroups, inside, len(groups))
			}
		})
	}
}

// TestSysRefused: where the kernel gives no sysfs, as to a user namespace that
// does not own the network it is in, the host's is bound and the transcript says
// why.
func TestSysRefused(t *testing.T) {
	m := machine(t)
	if !m.Privileged() {
		t.Skip("needs root: an ordinary user cannot join the network of another sandbox")
	}
	open(t, m, Spec{Name: "first", Layers: Set(Net)})
	for _, c := range []struct {
		name    string
		layers  LayerSet
		links   string
		refused bool
	}{
		{"by root of the machine", Set(Root), "lo", false},
		{"by root of a user namespace", Set(Root, User), linksOfTheHost(t), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := lookAtSys(t, open(t, m, Spec{Layers: c.layers, Join: []Join{{Name: "first", Namespaces: Set(Net)}}}))
			if found.links != c.links || !found.readOnly || len(found.done) != 1 {
				t.Fatalf("it is %+v, want a read-only one with %q", found, c.links)
			}
			says := strings.HasPrefix(found.done[0], "open_tree(/sys, ") && strings.Contains(found.done[0], unix.EPERM.Error())
			if says != c.refused {
				t.Errorf("the transcript says %q", found.done)
			}
		})
	}
}
