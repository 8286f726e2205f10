package sandbox

import (
	"fmt"
	"path"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/rootfs"
)

// steps lists the operations, in the order in which they must happen.
func (p *Plan) steps() error {
	tree := rootfs.Tree{
		Root: path.Join(p.tree, "root"), Upper: path.Join(p.tree, "upper"), Work: path.Join(p.tree, "work"),
		More: path.Join(p.tree, "mounts"), State: p.machine.State,
	}
	if p.Spec.Upper == UpperMemory {
		tree.Memory = path.Join(p.tree, "memory")
		tree.Upper, tree.Work = path.Join(tree.Memory, "upper"), path.Join(tree.Memory, "work")
	}
	layout := p.root(tree)
	p.Catches, p.Notes = layout.Catches, append(p.Notes, layout.Notes...)
	p.parentSteps(layout)
	if p.Layers.Has(Mount) {
		p.child(Mount, "from here on neither side sees what the other mounts", op.PrivateMounts{})
	}
	p.openVolumes()
	if p.Root.Own() {
		p.rootSteps(tree, layout)
	} else if p.Layers.Has(Mount) && p.Layers.Has(PID) {
		p.child(PID, "a /proc that shows only the processes of the new pid namespace", procFS("/proc"))
	}
	p.placeSteps()
	p.ownedSteps()
	if err := p.restrictionSteps(); err != nil {
		return err
	}
	p.add(Step{Operation: op.Execute{Args: []string{"COMMAND"}}, Why: "the command itself, started by the sandbox's init"})
	return nil
}

// root plans the root directory of the sandbox.
func (p *Plan) root(t rootfs.Tree) rootfs.Layout {
	switch {
	case p.Root == RootOverlay:
		return rootfs.Overlay(p.machine.host, t, p.Owner(), len(p.maps) > 0)
	case p.Root.Own():
		return rootfs.Directory(p.machine.host, t, p.lower(), p.Owner(), len(p.maps) > 0)
	}
	return rootfs.Layout{}
}

// lower is the directory that a root other than the host's shows.
func (p *Plan) lower() string {
	switch p.Root {
	case RootImage:
		return p.Spec.Unpacked
	case RootTiny:
		return path.Join(rootsDir(p.machine.State), p.tiny)
	}
	return p.Spec.Source
}

// rootsDir is where roots that sandboxes share lie.
func rootsDir(state string) string { return path.Join(state, "roots") }

func (p *Plan) add(s Step) { p.Steps = append(p.Steps, s) }

func (p *Plan) child(l Layer, why string, o op.Operation) {
	p.add(Step{Operation: o, Layer: l, Why: why})
}

func (p *Plan) parentSteps(layout rootfs.Layout) {
	p.groupSteps()
	clone := op.Clone{UIDs: p.maps, GIDs: p.gidMaps, Cgroup: p.layout.Init}
	for _, ns := range p.namespaces() {
		if ns != string(Cgroup) && ns != string(Time) {
			clone.Namespaces = append(clone.Namespaces, ns)
		}
	}
	first := Layer("")
	if len(clone.Namespaces) > 0 {
		first = Layer(clone.Namespaces[0])
	}
	p.add(Step{Operation: clone, Layer: first, Parent: true, Why: "the first process, in the namespaces that are to be its own"})
	p.branchSteps()
	p.scopeSteps()
	p.networkSteps()
	if p.Root == RootTiny {
		p.add(Step{Operation: op.BuildTiny{Path: p.lower()}, Layer: Root, Parent: true, Why: "tentpole's own small root, to read"})
	}
	for _, b := range layout.Parent {
		p.add(Step{Operation: b, Layer: Root, Parent: true, Why: "the files to read, a directory of the sandbox's own to write; attached nowhere yet"})
	}
	if p.Spec.Terminals > 0 {
		p.add(Step{Operation: op.BuildTerminals{Most: p.Spec.Terminals, Group: p.Group() + p.machine.TerminalGroup}, Layer: Root, Parent: true, Why: "terminals of its own, of which nobody inside can have more; attached nowhere yet"})
	}
	if p.Root.Own() && !p.Layers.Has(User) {
		p.add(Step{Operation: op.BuildDevices{TerminalGroup: p.machine.TerminalGroup}, Layer: Root, Parent: true, Why: "the parts of a minimal /dev, attached nowhere yet"})
	}
}

// groupSteps make the cgroup that the init is born in.
func (p *Plan) groupSteps() {
	if dirs := directories(p.layout.UnifiedSteps()); p.layout.Unit == "" && len(dirs) > 0 {
		p.add(Step{Operation: op.MakeCgroup{Paths: dirs, Enable: writes(p.layout.Enable)}, Layer: p.limitLayer(), Parent: true,
			Why: "a cgroup tells which processes belong here, and ends them all at once"})
	}
}

// branchSteps make what limits the commands, while the init comes up.
func (p *Plan) branchSteps() {
	if dirs := directories(p.layout.BranchSteps()); len(dirs) > 0 {
		p.add(Step{Operation: op.MakeBranches{Paths: dirs}, Layer: p.limitLayer(), Parent: true,
			Why: "cgroup v1 has a tree for each kind of limit: one for commands in each"})
	}
	if p.layout.Unit == "" {
		p.limitSteps()
	}
}

// directories are those that the steps make.
func directories(steps []cgroup.Step) (dirs []string) {
	for _, s := range steps {
		if s.Mkdir != "" {
			dirs = append(dirs, s.Mkdir)
		}
	}
	return dirs
}

// scopeSteps do the same where only systemd may make a cgroup: around a process
// that is already there.
func (p *Plan) scopeSteps() {
	if p.layout.Unit != "" {
		p.add(Step{Operation: op.StartScope{Unit: p.layout.Unit}, Layer: p.limitLayer(), Parent: true,
			Why: "a cgroup in which this user may make others"})
		p.limitSteps()
	}
}

func (p *Plan) limitSteps() {
	if !p.limited() {
		return
	}
	p.add(Step{Operation: op.SetLimits{Writes: writes(p.layout.Settings(p.limits()))}, Layer: p.limitLayer(), Parent: true, Why: "a limit for all commands together"})
}

func writes(settings []cgroup.Setting) []op.Write {
	var out []op.Write
	for _, set := range settings {
		out = append(out, op.Write{Path: set.Path, Value: set.Value})
	}
	return out
}

// volumeName names the i-th volume on its way inside.
func volumeName(i int) string { return fmt.Sprint("volume", i) }

// openVolumes takes hold of the host's directories before the root changes.
func (p *Plan) openVolumes() {
	for i, v := range p.Spec.Volumes {
		p.child(Mount, "a part of the host's files, taken hold of before the root changes", op.OpenTree{Name: volumeName(i), Source: v.Source, ReadOnly: v.ReadOnly})
	}
}

// placeSteps mount what is asked for besides, in the sandbox's own root: a link
// on the way is followed inside it. In the host's root nothing is made for it.
func (p *Plan) placeSteps() {
	hosts := !p.Layers.Has(Root)
	for i, v := range p.Spec.Volumes {
		p.child(Mount, "the volume appears", op.PlaceMount{Name: volumeName(i), Source: v.Source, Target: v.Target, ReadOnly: v.ReadOnly, Existing: hosts})
	}
	for _, t := range p.Spec.Tmpfs {
		size := t.Size
		if size == 0 {
			size = DefaultTmpfsSize
		}
		p.child(Mount, "an empty directory in memory", op.Mount{Type: "tmpfs", Source: "tmpfs", Target: t.Target,
			Options: []string{"nosuid", "nodev", "mode=1777", fmt.Sprintf("size=%d", size)}, Existing: hosts})
	}
	if p.Layers.Has(Masks) {
		p.child(Masks, "what tells about the machine, or steers it, is covered", masks)
	}
	if p.Spec.ReadOnly {
		p.child(Root, "nothing is written to the root any more", op.ReadOnlyRoot{})
	}
}

func procFS(target string) op.Mount {
	return op.Mount{Type: "proc", Source: "proc", Target: target, Options: []string{"nosuid", "nodev", "noexec"}, Also: []string{"pid"}}
}

func (p *Plan) rootSteps(t rootfs.Tree, layout rootfs.Layout) {
	for _, o := range layout.Child {
		p.child(Root, rootWhy(o), o)
	}
	p.deviceSteps(t)
	if p.Layers.Has(PID) {
		p.child(PID, "a /proc that shows only the processes of the new pid namespace", procFS(path.Join(t.Root, "proc")))
	} else {
		p.child(Root, "the host's /proc: the process numbers are still the host's", op.Bind{Source: "/proc", Target: path.Join(t.Root, "proc")})
	}
	p.sysSteps(path.Join(t.Root, "sys"))
	p.child(Root, "the new root takes the old one's place", op.PivotRoot{Root: t.Root})
	// Now, and not before: a link on the way is followed inside the new root.
	p.child(Root, "tentpole's own state is not for the inside", op.Mask{Path: t.State})
}

// cgroups is where the host's cgroups are mounted; cgroups(7).
const cgroups = "/sys/fs/cgroup"

// sysSteps show a /sys to read. A sysfs lists the links of one network namespace:
// that of who mounted it. What is mounted below the host's does not come with a
// new one: the cgroups are bound, the rest stays out.
func (p *Plan) sysSteps(target string) {
	host := op.Bind{Source: "/sys", Target: target, ReadOnly: true}
	if !p.Layers.Has(Net) {
		p.child(Root, "the host's /sys, to read", host)
		return
	}
	own := op.Mount{Type: "sysfs", Source: "sysfs", Target: target, Options: []string{"nosuid", "nodev", "noexec", "ro"}, Also: []string{"net"}}
	p.child(Net, "a /sys that lists only the links of the sandbox's own network, to read; the host's where the kernel gives no other", op.MountOrBind{Mount: own, Bind: host})
	if p.machine.host.MountedBelow(cgroups) {
		p.child(Root, "the host's cgroups, to read", op.Bind{Source: cgroups, Target: path.Join(target, "fs/cgroup"), ReadOnly: true})
	}
}

// deviceSteps make a /dev of the sandbox's own. Root has its parts built by the
// parent; in a user namespace the child has to do it.
func (p *Plan) deviceSteps(t rootfs.Tree) {
	const why = "a /dev with the everyday devices only, and terminals of its own"
	dev := path.Join(t.Root, "dev")
	if !p.Layers.Has(User) {
		for _, name := range []string{op.DevMount, op.PtsMount, op.ShmMount} {
			p.child(Root, why, op.AttachMount{Name: name, Target: path.Join(t.Root, name)})
		}
		return
	}
	devices := op.Devices{Source: "/dev", Target: dev, TerminalGroup: p.machine.TerminalGroup}
	if p.Rootless {
		devices.TerminalGroup = 0 // not in the map of one id
	}
	devices.NoTerminals = p.Spec.Terminals > 0
	p.child(Root, why, devices)
	if devices.NoTerminals {
		p.child(Root, "as many terminals as it may have", op.AttachMount{Name: op.PtsMount, Target: path.Join(t.Root, op.PtsMount)})
	}
}

// rootWhy explains the operations that put a root together.
func rootWhy(o op.Operation) string {
	switch o.(type) {
	case op.AttachMount:
		return "the overlay becomes visible, in this mount table only"
	case op.OverlayDirectory:
		return "the host's directory to read, one of the sandbox's own to write"
	case op.MakeSymlink:
		return "a link as on the host"
	case op.MakeDirectory:
		return "a place for what lies below"
	}
	return "a root to build on, gone with the sandbox"
}

// ownedSteps set up what the remaining namespaces own.
func (p *Plan) ownedSteps() {
	if p.Spec.Hostname != "" && !p.joined().Has(UTS) {
		p.child(UTS, "the tent gets a name, the campground keeps its own", op.SetHostname{Name: p.Spec.Hostname})
	}
	p.nameSteps()
	if p.Layers.Has(Net) && !p.joined().Has(Net) {
		p.child(Net, "a new network namespace has a loopback interface, switched off", op.LinkUp{Name: "lo"})
	}
	switch {
	case !p.Layers.Has(Cgroup):
	case p.limited():
		p.child(Cgroup, "the limited cgroup becomes the root of what commands see", op.CgroupNamespace{Join: p.join()})
	default:
		p.child(Cgroup, "the cgroup the process is in becomes the root of what it sees", op.UnshareCgroup{})
	}
	if p.Layers.Has(Time) {
		p.child(Time, "the boot clock starts again at nought, for whatever is started from here", op.UnshareTime{Monotonic: -p.machine.Monotonic, Boottime: -p.machine.Uptime})
	}
}
