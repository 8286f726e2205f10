package cgroup

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// Group is the cgroups of one sandbox. Its methods may be called from any
// goroutine, but for Apply and Adopt: one at a time. Close it when its
// processes are to be gone.
type Group struct {
	// Path is the directory in the v2 hierarchy that has all processes of the
	// sandbox in it or below, "" where there is none, and until Adopt in a
	// scope.
	Path string

	layout   Layout
	owner    Owner
	applied  Limits
	made     []string // directories
	birth    *os.File // nil without Path, and until Adopt in a scope
	commands *os.File // nil when v2 limits nothing, and until Adopt in a scope
	root     *os.File // nil unless it is delegated
	tasks    []*os.File
}

// Make makes a group that only tracks, and opens it for CLONE_INTO_CGROUP.
func Make(dir string) (*Group, error) {
	return Layout{Track: dir, Init: dir}.make(Owner{os.Geteuid(), os.Getegid()})
}

// Make makes the directories of a [Place.Layout] and opens what is needed to
// be born in them. Nothing is limited yet: that is Apply's.
//
// Processes of owner will be able to start others in the commands' leaf, and
// to move into it. They are given no way out: not the leaf of the init, not
// the files that carry the limits.
//
// On an error nothing is left behind.
func (p Place) Make(name string, limits Limits, owner Owner) (*Group, error) {
	l, err := p.Layout(name, limits)
	if err != nil {
		return nil, err
	}
	return l.make(owner)
}

func (l Layout) make(owner Owner) (*Group, error) {
	g, err := l.begin(owner)
	if err == nil {
		err = g.Branch()
	}
	if err != nil {
		return nil, err
	}
	return g, nil
}

// Begin makes what Make does in the v2 hierarchy only: enough for the init to be
// born. Branch makes the rest, before the first command.
func (p Place) Begin(name string, limits Limits, owner Owner) (*Group, error) {
	l, err := p.Layout(name, limits)
	if err != nil {
		return nil, err
	}
	return l.begin(owner)
}

func (l Layout) begin(owner Owner) (*Group, error) {
	g := &Group{layout: l, owner: owner}
	if err := g.makeUnified(); err != nil {
		return nil, errors.Join(err, g.Close(0))
	}
	return g, nil
}

// Branch makes the directories in v1 hierarchies, if the layout has any. On an
// error the whole group is gone.
func (g *Group) Branch() error {
	err := g.perform(g.layout.BranchSteps())
	if err == nil {
		err = g.openTasks()
	}
	if err != nil {
		return errors.Join(err, g.Close(0))
	}
	return nil
}

func (g *Group) makeUnified() error {
	if g.layout.Unit != "" {
		return nil // systemd does, when there is a process
	}
	if err := g.perform(g.layout.UnifiedSteps()); err != nil {
		return err
	}
	if err := g.admit(); err != nil {
		return err
	}
	return g.open()
}

// perform takes steps, and keeps in mind what there will be to remove.
func (g *Group) perform(steps []Step) error {
	for _, s := range steps {
		if s.Mkdir == "" {
			if err := s.Write.write(); err != nil {
				return err
			}
			continue
		}
		if err := os.Mkdir(s.Mkdir, 0o755); err != nil {
			return err
		}
		if g.made = append(g.made, s.Mkdir); s.Mkdir == g.layout.Track {
			g.Path = s.Mkdir
		}
	}
	return nil
}

// openTasks opens what commands join v1 groups by. The opener's rights count,
// not the writer's (since Linux 5.16), and root of a user namespace has none
// here.
func (g *Group) openTasks() error {
	for _, b := range g.layout.Branches {
		f, err := os.OpenFile(path.Join(b.Dir, "tasks"), os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		g.tasks = append(g.tasks, f)
	}
	return nil
}

// admit lets the owner start processes in the commands' leaf from within
// the init's: the kernel asks for the right to write cgroup.procs of the
// target and of the nearest cgroup above both ("delegation containment",
// cgroup-v2.rst).
func (g *Group) admit() error {
	if g.layout.Commands == "" || g.owner.UID == os.Geteuid() {
		return nil
	}
	for _, dir := range []string{g.layout.Track, g.layout.Commands} {
		if err := os.Chown(path.Join(dir, "cgroup.procs"), g.owner.UID, g.owner.GID); err != nil {
			return err
		}
	}
	return nil
}

// open opens the v2 directories, where there are some.
func (g *Group) open() (err error) {
	if g.layout.Init == "" {
		return nil
	}
	if g.birth, err = os.Open(g.layout.Init); err != nil || g.layout.Commands == "" {
		return err
	}
	g.commands, err = os.Open(g.layout.Commands)
	return err
}

// FD is the descriptor of the v2 directory that the init is born in, valid
// until Close. A group that has none gives -1.
func (g *Group) FD() int {
	if g.birth == nil {
		return -1
	}
	return int(g.birth.Fd())
}

// Birth is the v2 directory that the sandbox's init is to be born in with
// CLONE_INTO_CGROUP, nil where there is none. Close closes it.
func (g *Group) Birth() *os.File { return g.birth }

// Commands is the v2 directory that each command is to be born in with
// CLONE_INTO_CGROUP, nil when there is none: then commands are where their
// parent is, and Tasks tells what else they must join. Close closes it.
func (g *Group) Commands() *os.File { return g.commands }

// Tasks are the files of v1 groups that each command joins by writing "0" to
// them, before it has a second thread. Close closes them.
func (g *Group) Tasks() []*os.File { return slices.Clone(g.tasks) }

// Directories lists what Close will remove, for the record that outlives a
// killed owner; see [RemoveAll]. What lies in one of them goes with it.
func (g *Group) Directories() []string {
	return slices.DeleteFunc(slices.Clone(g.made), func(dir string) bool { return g.Path != "" && path.Dir(dir) == g.Path })
}

// OpenKill opens cgroup.kill for writing; kernel 5.14 and later. The caller
// closes it.
func (g *Group) OpenKill() (*os.File, error) {
	return os.OpenFile(path.Join(g.Path, cgroupKill), os.O_WRONLY, 0)
}

// Close kills whatever is left in the group and removes it. It waits at most
// patience for the processes to be gone.
func (g *Group) Close(patience time.Duration) error {
	for _, f := range append([]*os.File{g.birth, g.commands, g.root}, g.tasks...) {
		if f != nil {
			f.Close()
		}
	}
	g.Kill()
	return RemoveAll(g.Directories(), patience)
}

// Statistics reads what the commands use now. The error is the kernel's when
// the group is gone.
func (g *Group) Statistics() (Statistics, error) {
	for _, dir := range g.Directories() {
		if _, err := os.Stat(dir); err != nil {
			return Statistics{}, err
		}
	}
	return g.layout.statistics(os.DirFS("/")), nil
}

// write writes one control file in a single write(2), as the kernel wants it.
func (s Setting) write() error {
	err := writeControl(s.Path, s.Value)
	if s.Optional && errors.Is(err, unix.ENOENT) {
		return nil
	}
	return err
}

func writeControl(file, value string) error {
	f, err := os.OpenFile(file, os.O_WRONLY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.WriteString(value); err != nil {
		return &fs.PathError{Op: "write " + value + " to", Path: file, Err: errors.Unwrap(err)}
	}
	return nil
}
