package cgroup

import (
	"os"
	"path"
	"strconv"
	"strings"
)

// delegated are the files whose owner may divide a cgroup further; what it may use
// is not among them. cgroup-v2.rst, "Delegation".
var delegated = []string{"", "cgroup.procs", "cgroup.threads", subtreeControl}

// bounds are on what is made below a delegated cgroup: the kernel has memory for
// each, and walks through all of them. A sandbox takes three.
var bounds = []struct {
	file string
	most int
}{{"cgroup.max.descendants", 100}, {"cgroup.max.depth", 10}}

// Delegate lets a user inside have limits of their own, below those of the
// commands. It puts two cgroups into the commands' leaf:
//
//	commands               the limits, in files that are nobody's inside
//	commands/user          the heir's, to divide
//	commands/user/session  where commands are born from now on
//
// What hands controllers on can have no processes itself ("no internal processes",
// cgroup-v2.rst). The leaf itself stays out of the heir's hands, as the top of the
// hierarchy does on a machine: a cgroup namespace inside is to begin there.
//
// It is to be called when the group is whole and before any command is started,
// and HandOn when that namespace has been made. Without limits on v2 both do
// nothing.
func (g *Group) Delegate(heir Owner) error {
	if g.commands == nil {
		return nil
	}
	for _, b := range bounds {
		if err := writeControl(path.Join(g.layout.Commands, b.file), strconv.Itoa(b.most)); err != nil {
			return err
		}
	}
	for _, dir := range []string{g.layout.user(), g.layout.session()} {
		if err := bequeath(dir, heir); err != nil {
			return err
		}
	}
	f, err := os.Open(g.layout.session())
	if err != nil {
		return err
	}
	g.root, g.commands = g.commands, f
	return nil
}

func bequeath(dir string, heir Owner) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	for _, file := range delegated {
		if err := os.Chown(path.Join(dir, file), heir.UID, heir.GID); err != nil {
			return err
		}
	}
	return nil
}

func (l Layout) user() string    { return path.Join(l.Commands, "user") }
func (l Layout) session() string { return path.Join(l.user(), "session") }

// NamespaceRoot is the v2 directory that a cgroup namespace of the commands begins
// at, nil where that is the one they are born in. Close closes it.
func (g *Group) NamespaceRoot() *os.File { return g.root }

// HandOn gives the controllers to what the heir makes.
func (g *Group) HandOn() error {
	if g.root == nil {
		return nil
	}
	all := "+" + strings.Join(g.layout.Controllers, " +")
	for _, dir := range []string{g.layout.Commands, g.layout.user()} {
		if err := writeControl(path.Join(dir, subtreeControl), all); err != nil {
			return err
		}
	}
	return nil
}
