package cgroup

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"syscall"
)

// Layout is which directories a sandbox gets. It is plain data: what
// [Place.Make] does, and what a person can be shown before.
type Layout struct {
	// Track is the sandbox's directory in the v2 hierarchy, "" where there is
	// none. It has every process of the sandbox in it or below.
	Track string `json:"track,omitempty"`
	// Init is where the sandbox's init is born: Track, or a leaf of it.
	Init string `json:"init,omitempty"`
	// Commands is the leaf of Track that is limited, "" when v2 limits nothing.
	Commands string `json:"commands,omitempty"`
	// Controllers are those that limit the leaf.
	Controllers []string `json:"controllers,omitempty"`
	// Enable are the writes that hand them on to the leaf, from above.
	Enable []Setting `json:"enable,omitempty"`
	// Branches are the directories in v1 hierarchies.
	Branches []Branch `json:"branches,omitempty"`
	// Unit is the scope that Scope, a systemd, starts around the init; Track
	// is then where it is expected to make it.
	Unit  string `json:"unit,omitempty"`
	Scope *Scope `json:"scope,omitempty"`
	// SwapUncounted tells that v1 counts memory without swap.
	SwapUncounted bool `json:"swap_uncounted,omitempty"`
}

// Branch is the sandbox's directory in one v1 hierarchy.
type Branch struct {
	Dir         string   `json:"dir"`
	Controllers []string `json:"controllers"`
}

// Layout plans the groups of a sandbox whose commands will be limited: which
// limits there are decides which controllers it gets, [Group.Apply] sets them.
// No limits give a group that only tracks, or none where that cannot be had.
// The name becomes part of a directory's. Errors are *MissingError, *ParseError.
func (p Place) Layout(name string, limits Limits) (Layout, error) {
	l := Layout{SwapUncounted: p.SwapUncounted}
	if name == "" || strings.ContainsAny(name, "/\n") {
		return l, fmt.Errorf("name a cgroup %q: %w", name, syscall.EINVAL)
	}
	if err := p.check(limits); err != nil {
		return l, err
	}
	if p.Own != "" {
		l.Track = path.Join(p.Own, prefix+name)
		l.Init = l.Track
	}
	needed := limits.Controllers()
	for _, c := range needed {
		if found := p.Controller(c); found.Version == 1 {
			l.branch(found.Dir, name, c)
		} else {
			l.Controllers = append(l.Controllers, c)
		}
	}
	if len(l.Branches) > 0 {
		l.branch(p.Controller(Freezer).Dir, name, Freezer)
		if slices.Contains(needed, CPU) {
			l.branch(p.Accounting, name, accounting)
		}
	}
	if len(l.Controllers) > 0 {
		return l, l.split(p, name)
	}
	return l, nil
}

// check tells whether the limits can be had here at all.
func (p Place) check(limits Limits) error {
	if err := limits.Check(); err != nil {
		return err
	}
	for _, c := range limits.Controllers() {
		if err := p.Controller(c).Missing(); err != nil {
			return err
		}
	}
	v1 := p.Controller(Memory).Version == 1
	if v1 && limits.MemoryHigh > 0 {
		return &MissingError{Controller: Memory, Why: "cgroup v1 has nothing like memory.high",
			Remedy: "leave it out, or use a machine with cgroup v2 (systemd.unified_cgroup_hierarchy=1 on the kernel's command line)"}
	}
	if v1 && limits.Swap > 0 && p.SwapUncounted {
		return &MissingError{Controller: Memory, Why: "this kernel does not count swap",
			Remedy: "leave the swap limit out, or boot with swapaccount=1 on the kernel's command line"}
	}
	return nil
}

// branch adds a controller of a v1 hierarchy. Several controllers may share
// one hierarchy, as cpu and cpuacct mostly do.
func (l *Layout) branch(dir, name, controller string) {
	if dir == "" {
		return
	}
	dir = path.Join(dir, prefix+name)
	for i := range l.Branches {
		if l.Branches[i].Dir == dir {
			l.Branches[i].Controllers = append(l.Branches[i].Controllers, controller)
			return
		}
	}
	l.Branches = append(l.Branches, Branch{Dir: dir, Controllers: []string{controller}})
}

// split gives the v2 group two leaves: a cgroup that hands controllers on can
// have no processes of its own ("no internal processes", cgroup-v2.rst).
func (l *Layout) split(p Place, name string) error {
	parent, scope := p.carrier(l.Controllers)
	switch {
	case scope != nil:
		l.Unit, l.Scope = unitName(name), scope
		l.Track = path.Join(scope.Dir, l.Unit)
	case parent != nil:
		l.Track = path.Join(parent.Dir, prefix+name)
		l.enable(parent.Dir, shared(parent.Enable, l.Controllers))
	default:
		return &MissingError{Controller: l.Controllers[0], Why: "no cgroup can be made that has " + strings.Join(l.Controllers, ", ") + " together"}
	}
	l.Init, l.Commands = path.Join(l.Track, "init"), path.Join(l.Track, "commands")
	l.enable(l.Track, l.Controllers)
	return nil
}

func (l *Layout) enable(dir string, controllers []string) {
	if len(controllers) > 0 {
		l.Enable = append(l.Enable, Setting{Path: path.Join(dir, subtreeControl), Value: "+" + strings.Join(controllers, " +")})
	}
}

func shared(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(c string) bool { return !slices.Contains(b, c) })
}

const subtreeControl = "cgroup.subtree_control"

// Step is one thing done to make a layout: a directory is made, a control file
// is written, or systemd is asked for a scope.
type Step struct {
	Mkdir string  `json:"mkdir,omitempty"`
	Write Setting `json:"write,omitzero"`
	Scope string  `json:"scope,omitempty"` // its name
	from  *Scope
}

// String is what a person would type.
func (s Step) String() string {
	switch {
	case s.Scope != "":
		return "systemd-run" + s.from.option() + " --scope --unit=" + s.Scope + " --slice=" + s.from.Slice + " --property=Delegate=yes"
	case s.Mkdir != "":
		return "mkdir " + s.Mkdir
	}
	return s.Write.String()
}

// Steps are all of them in their order.
func (l Layout) Steps() []Step { return append(l.UnifiedSteps(), l.BranchSteps()...) }

// UnifiedSteps are those in the v2 hierarchy, which Begin takes.
func (l Layout) UnifiedSteps() []Step {
	var steps []Step
	for _, s := range l.Enable {
		if path.Dir(s.Path) != l.Track {
			steps = append(steps, Step{Write: s})
		}
	}
	switch {
	case l.Unit != "":
		steps = append(steps, Step{Scope: l.Unit, from: l.Scope})
	case l.Track != "":
		steps = append(steps, Step{Mkdir: l.Track})
	}
	return append(steps, l.leafSteps()...)
}

// leafSteps are in an order that a scope can keep, too: it has the init in it
// and hands controllers on only when the init is in its leaf.
func (l Layout) leafSteps() []Step {
	if l.Commands == "" {
		return nil
	}
	steps := []Step{{Mkdir: l.Init}}
	for _, s := range l.Enable {
		if path.Dir(s.Path) == l.Track {
			steps = append(steps, Step{Write: s})
		}
	}
	return append(steps, Step{Mkdir: l.Commands})
}

// BranchSteps are those in v1 hierarchies, which Branch takes.
func (l Layout) BranchSteps() []Step {
	var steps []Step
	for _, b := range l.Branches {
		steps = append(steps, Step{Mkdir: b.Dir})
	}
	return steps
}

// Settings lists what [Group.Apply] writes to a new group.
func (l Layout) Settings(limits Limits) []Setting { return l.settings(Limits{}, limits) }

// carrier finds the directory that limits with a controller, and the version
// of its hierarchy; "" and 0 when the layout has none.
func (l Layout) carrier(controller string) (dir string, version int) {
	for _, b := range l.Branches {
		if slices.Contains(b.Controllers, controller) {
			return b.Dir, 1
		}
	}
	if slices.Contains(l.Controllers, controller) {
		return l.Commands, 2
	}
	return "", 0
}

// missing finds a controller that limits need and the layout does not have.
func (l Layout) missing(limits Limits) error {
	for _, c := range limits.Controllers() {
		if _, version := l.carrier(c); version == 0 {
			return &MissingError{Controller: c, Why: "this group was made without it", Remedy: "ask for a limit of that kind when the sandbox is started"}
		}
	}
	return nil
}

// unitName makes a name for a scope: "@" would make it an instance of a
// template, and most other signs are not allowed; systemd.unit(5).
func unitName(name string) string {
	return prefix + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_' || r == '-' {
			return r
		}
		return '-'
	}, name) + scopeSuffix
}

const scopeSuffix = ".scope"
