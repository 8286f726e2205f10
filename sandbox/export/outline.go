package export

import (
	"path"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// first finds the plan's first operation of a type.
func first[T sandbox.Operation](p *sandbox.Plan) (found T, ok bool) {
	for _, s := range p.Steps {
		if found, ok = s.Operation.(T); ok {
			return found, true
		}
	}
	return found, false
}

// all lists the plan's operations of a type.
func all[T sandbox.Operation](p *sandbox.Plan) (list []T) {
	for _, s := range p.Steps {
		if o, ok := s.Operation.(T); ok {
			list = append(list, o)
		}
	}
	return list
}

// known tells whether this package has words for an operation, so that a plan
// with a new one is refused instead of being said by half.
func known(o sandbox.Operation) bool {
	switch o.(type) {
	case op.MakeCgroup, op.MakeBranches, op.SetLimits, op.StartScope, op.JoinCgroup, op.Clone, op.CgroupNamespace, op.UnshareCgroup, op.UnshareTime,
		op.BuildTiny, op.BuildOverlay, op.BuildDevices, op.PrivateMounts, op.AttachMount, op.OverlayDirectory, op.MakeDirectory, op.MakeSymlink, op.Mount, op.Bind, op.MountOrBind,
		op.Devices, op.Mask, op.HidePaths, op.OpenTree, op.PlaceMount, op.ReadOnlyRoot, op.PivotRoot, op.SetHostname, op.LinkUp, op.WriteFile,
		op.LimitCapabilities, op.NoNewPrivileges, op.Landlock, op.Seccomp, op.Execute,
		network.Operation:
		return true
	}
	return false
}

// clone is the plan's first process; every plan has one.
func (r request) clone() op.Clone {
	c, _ := first[op.Clone](r.Plan)
	return c
}

// ranged tells that ids are mapped as only root may map them: a user namespace
// of root's, with ids that belong to nobody.
func (r request) ranged() bool { return r.Layers.Has(sandbox.User) && !r.Rootless }

// tree is the directory in which the plan puts its root together, "" with the
// host's root.
func (r request) tree() string {
	pivot, ok := first[op.PivotRoot](r.Plan)
	if !ok {
		return ""
	}
	return path.Dir(pivot.Root)
}

// relative is a path below the tree as seen from it. ok is false elsewhere.
func (r request) relative(p string) (rest string, ok bool) {
	if tree := r.tree(); tree != "" {
		return strings.CutPrefix(p, tree+"/")
	}
	return p, false
}

// lowers are the directories that the plan's overlays show.
func (r request) lowers() (list []string) {
	for _, o := range all[op.BuildOverlay](r.Plan) {
		list = append(list, o.Lower)
	}
	for _, o := range all[op.OverlayDirectory](r.Plan) {
		list = append(list, o.Lower)
	}
	return list
}

// terminalGroup is the group that owns terminals inside, 0 for none.
func (r request) terminalGroup() int {
	if d, ok := first[op.Devices](r.Plan); ok {
		return d.TerminalGroup
	}
	d, _ := first[op.BuildDevices](r.Plan)
	return d.TerminalGroup
}
