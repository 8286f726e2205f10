package sandbox

import (
	"path"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/rootfs"
)

// steps lists the operations, in the order in which they must happen.
func (p *Plan) steps() {
	tree := rootfs.Tree{
		Root: path.Join(p.tree, "root"), Upper: path.Join(p.tree, "upper"), Work: path.Join(p.tree, "work"),
		More: path.Join(p.tree, "mounts"), State: p.machine.State,
	}
	var layout rootfs.Layout
	if p.Root == RootOverlay {
		layout = rootfs.Overlay(p.machine.host, tree, p.Owner(), len(p.maps) > 0)
		p.Catches, p.Notes = layout.Catches, append(p.Notes, layout.Notes...)
	}
	p.parentSteps(layout)
	if p.Layers.Has(Mount) {
		p.child(Mount, "from here on neither side sees what the other mounts", op.PrivateMounts{})
	}
	if p.Root == RootOverlay {
		p.rootSteps(tree, layout)
	} else if p.Layers.Has(Mount) && p.Layers.Has(PID) {
		p.child(PID, "a /proc that shows only the processes of the new pid namespace", procFS("/proc"))
	}
	p.ownedSteps()
	p.add(Step{Operation: op.Execute{Args: []string{"COMMAND"}}, Why: "the command itself, started by the sandbox's init"})
}

func (p *Plan) add(s Step) { p.Steps = append(p.Steps, s) }

func (p *Plan) child(l Layer, why string, o op.Operation) {
	p.add(Step{Operation: o, Layer: l, Why: why})
}

func (p *Plan) parentSteps(layout rootfs.Layout) {
	if p.machine.Cgroup != "" {
		p.cgroup = path.Join(p.machine.Cgroup, "tentpole-"+p.Name+"@"+ownerTag())
		p.add(Step{Operation: op.MakeCgroup{Path: p.cgroup}, Parent: true,
			Why: "a cgroup without limits: it tells which processes belong here, and ends them all at once"})
	}
	clone := op.Clone{UIDs: p.maps, GIDs: p.gidMaps, Cgroup: p.cgroup}
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
	for _, b := range layout.Parent {
		p.add(Step{Operation: b, Layer: Root, Parent: true, Why: "the host's files to read, a directory of the sandbox's own to write; attached nowhere yet"})
	}
	if p.Root == RootOverlay && !p.Layers.Has(User) {
		p.add(Step{Operation: op.BuildDevices{TerminalGroup: p.machine.TerminalGroup}, Layer: Root, Parent: true, Why: "the parts of a minimal /dev, attached nowhere yet"})
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
	p.child(Root, "the host's /sys, to read", op.Bind{Source: "/sys", Target: path.Join(t.Root, "sys"), ReadOnly: true})
	p.child(Root, "the new root takes the old one's place", op.PivotRoot{Root: t.Root})
	// Now, and not before: a link on the way is followed inside the new root.
	p.child(Root, "tentpole's own state is not for the inside", op.Mask{Path: t.State})
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
	p.child(Root, why, devices)
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
	if p.Spec.Hostname != "" {
		p.child(UTS, "the tent gets a name, the campground keeps its own", op.SetHostname{Name: p.Spec.Hostname})
	}
	if p.Layers.Has(Net) {
		p.child(Net, "a new network namespace has a loopback interface, switched off", op.LinkUp{Name: "lo"})
	}
	if p.Layers.Has(Cgroup) {
		p.child(Cgroup, "the cgroup the process is in becomes the root of what it sees", op.UnshareCgroup{})
	}
	if p.Layers.Has(Time) {
		p.child(Time, "the boot clock starts again at nought, for whatever is started from here", op.UnshareTime{Monotonic: -p.machine.Uptime, Boottime: -p.machine.Uptime})
	}
}
