package sandbox

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"path"
	"slices"
	"strconv"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/features"
	"github.com/tentpole-labs/tentpole/sandbox/internal/onpurpose"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/network"
	"github.com/tentpole-labs/tentpole/sandbox/rootfs"
	"github.com/tentpole-labs/tentpole/sandbox/seccomp"
	"github.com/tentpole-labs/tentpole/sandbox/userland"
)

// Operation is one thing the kernel is asked to do; it prints itself.
type Operation = op.Operation

// Step is an operation with its place in a plan.
type Step struct {
	Operation Operation
	// Layer is the layer that the operation belongs to, "" for what every
	// sandbox needs.
	Layer Layer
	// Why says in a sentence what the operation is good for.
	Why string
	// Parent operations run in tentpole itself, the others in the child.
	Parent bool
}

type stepJSON struct {
	Op        string `json:"op"`
	AsCommand string `json:"as_command"`
	Layer     Layer  `json:"layer,omitempty"`
	Why       string `json:"why"`
	Side      string `json:"side"`
}

// MarshalJSON writes the step in words.
func (s Step) MarshalJSON() ([]byte, error) {
	side := "child"
	if s.Parent {
		side = "parent"
	}
	return json.Marshal(stepJSON{s.Operation.String(), s.Operation.Command(), s.Layer, s.Why, side})
}

// Implied is a layer that was not asked for, and why it is there.
type Implied struct {
	Layer   Layer  `json:"layer"`
	Because string `json:"because"`
}

// Plan is the ordered operations that a spec comes to on this machine.
type Plan struct {
	Spec     Spec      `json:"spec"`
	Layers   LayerSet  `json:"layers"` // asked for and implied
	Implied  []Implied `json:"implied"`
	Root     RootKind  `json:"root"`
	Name     string    `json:"name"`
	Rootless bool      `json:"rootless"`
	Steps    []Step    `json:"steps"`
	// Notes are sentences about what is not as one might expect.
	Notes []string `json:"notes,omitempty"`
	// Missing are layers that were asked for and that this machine lacks; only
	// a partial spec has any.
	Missing []Missing `json:"missing,omitempty"`
	// Catches tell where on the host a write inside lands.
	Catches []rootfs.Catch `json:"catches,omitempty"`

	machine Machine
	tree    string // the sandbox's own directory in the state directory
	owned   string // NAME@OWNER
	tiny    string // the name of the tiny root's directory
	layout  cgroup.Layout
	policy  seccomp.Policy
	network *network.Plan // nil without a bridge
	maps    []op.IDMap
	gidMaps []op.IDMap
}

// Caught returns the path on the host of a file written inside at p when an
// upper directory catches it, or "".
func (p *Plan) Caught(inside string) string { return rootfs.Caught(p.Catches, path.Clean(inside)) }

// Owner returns the host's uid of uid 0 inside.
func (p *Plan) Owner() int {
	for _, m := range p.maps {
		if m.Inside == 0 {
			return m.Outside
		}
	}
	return p.machine.UID
}

// Group returns the host's gid of gid 0 inside.
func (p *Plan) Group() int {
	for _, m := range p.gidMaps {
		if m.Inside == 0 {
			return m.Outside
		}
	}
	return p.machine.GID
}

// NewPlan works out what spec comes to on this machine. It touches nothing.
func NewPlan(spec Spec, m Machine) (*Plan, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	p := &Plan{Spec: spec, Layers: spec.Layers, Root: spec.Root, Name: spec.Name, Rootless: !m.Privileged(), Implied: []Implied{}, machine: m}
	if p.Name == "" {
		p.Name = madeUpName()
	}
	p.imply()
	if err := p.leaveOut(); err != nil {
		return nil, err
	}
	p.owned = p.Name + "@" + ownerTag()
	p.tree = path.Join(m.State, "sandboxes", p.owned)
	p.mapIDs()
	if most := p.Spec.Terminals; most != 0 && (most < 0 || p.Rootless || !p.Layers.Has(User) || !p.Root.Own()) {
		return nil, &UsageError{What: "number of terminals", Word: strconv.Itoa(most), Why: "root can limit it to 1 or more, in a sandbox with the layers user and root"}
	}
	var err error
	if p.Root == RootTiny {
		if p.tiny, err = userland.Name(); err != nil {
			return nil, err
		}
	}
	if p.layout, err = m.Cgroups.Layout(p.owned, p.limits()); err != nil {
		return nil, withoutController(err)
	}
	if err := p.connect(); err != nil {
		return nil, err
	}
	if err := p.steps(); err != nil {
		return nil, err
	}
	if leave := onpurpose.LeaveOut; leave != nil {
		p.Steps = slices.DeleteFunc(p.Steps, func(s Step) bool { return leave(s.Operation) })
	}
	return p, nil
}

// withoutController makes of a controller that is missing what this machine cannot do.
func withoutController(err error) error {
	var missing *cgroup.MissingError
	if !errors.As(err, &missing) {
		return err
	}
	return &features.NotSupportedError{Feature: "the cgroup controller " + missing.Controller, Cause: errors.New(missing.Why), Remedy: missing.Remedy}
}

// Limits are those of the plan's layers: what was asked for, and presets.
func (p *Plan) Limits() cgroup.Limits { return p.limits() }

// Seccomp is the policy on system calls, for a plan with that layer.
func (p *Plan) Seccomp() seccomp.Policy { return p.policy }

func madeUpName() string {
	var b [3]byte
	rand.Read(b[:])
	return "tent-" + hex.EncodeToString(b[:])
}

// implications are the layers that others need, in the order they are tried.
var implications = []struct {
	when    func(*Plan) bool
	layer   Layer
	because string
}{
	{func(p *Plan) bool { return p.Spec.Hostname != "" }, UTS, "a host name of its own needs the uts namespace"},
	{func(p *Plan) bool { return p.Root.Own() }, Root, "a root other than the host's is the layer root"},
	{func(p *Plan) bool { return p.Layers.Has(Root) }, Mount, "a root of its own is mounted, which must not show on the host"},
	{func(p *Plan) bool { return p.Spec.Network == network.KindBridge || p.Spec.Network == network.KindNone }, Net, "a network other than the host's is a namespace"},
	{func(p *Plan) bool { return len(p.Spec.Publish) > 0 }, Net, "a port is published from a network of the sandbox's own"},
	{func(p *Plan) bool { return p.joined().Has(Net) }, Net, "the other sandbox's network is not the host's"},
	{func(p *Plan) bool { return p.joined().Has(IPC) }, IPC, "the other sandbox's queues are not the host's"},
	{func(p *Plan) bool { return p.joined().Has(UTS) }, UTS, "the other sandbox's host name is not the host's"},
	{func(p *Plan) bool { return len(p.Spec.Volumes)+len(p.Spec.Tmpfs) > 0 }, Mount, "a volume is mounted, which must not show on the host"},
	{func(p *Plan) bool { return p.Layers.Has(Masks) }, Mount, "masks are mounts, which must not show on the host"},
	{func(p *Plan) bool { return p.Spec.Capabilities != nil }, Capabilities, "a list of capabilities is that layer"},
	{func(p *Plan) bool { return !p.Spec.Calls.IsZero() }, Seccomp, "rules for system calls are that layer"},
	{func(p *Plan) bool { return !p.Spec.Access.IsZero() }, Landlock, "rules for files and ports are that layer"},
	{func(p *Plan) bool { return limited(p.Spec.Limits).Has(Memory) }, Memory, "a limit on memory is that layer"},
	{func(p *Plan) bool { return limited(p.Spec.Limits).Has(CPU) }, CPU, "a limit on processor time is that layer"},
	{func(p *Plan) bool { return limited(p.Spec.Limits).Has(PIDs) }, PIDs, "a limit on processes is that layer"},
	{func(p *Plan) bool { return limited(p.Spec.Limits).Has(IO) }, IO, "a limit on disks is that layer"},
	{func(p *Plan) bool { return p.Rootless && p.Layers != 0 }, User, "without the rights of root, the kernel wants a user namespace first"},
}

func (p *Plan) imply() {
	if p.Spec.Network == network.KindHost {
		p.Layers = p.Layers.Without(Net) // of a stage
	}
	if p.Layers.Has(Root) && p.Root == "" {
		p.Root = RootOverlay
	}
	for _, i := range implications {
		if i.when(p) && !p.Layers.Has(i.layer) {
			p.Layers = p.Layers.With(i.layer)
			p.Implied = append(p.Implied, Implied{i.layer, i.because})
		}
	}
	if p.Root == "" {
		p.Root = RootHost
	}
}

// Raised returns the layers that a plan of the spec has, for root or for an
// ordinary user, on a machine that lacks none.
func (s Spec) Raised(rootless bool) LayerSet {
	p := &Plan{Spec: s, Layers: s.Layers, Root: s.Root, Rootless: rootless}
	p.imply()
	return p.Layers
}

// mapIDs decides who is who: an ordinary user is uid 0 inside and itself
// outside; root's sandboxes get a range of ids that belong to nobody.
func (p *Plan) mapIDs() {
	switch {
	case !p.Layers.Has(User):
	case p.Rootless:
		p.maps = []op.IDMap{{Inside: 0, Outside: p.machine.UID, Count: 1}}
		p.gidMaps = []op.IDMap{{Inside: 0, Outside: p.machine.GID, Count: 1}}
	default:
		p.maps = []op.IDMap{p.machine.Range}
		p.gidMaps = p.maps
	}
}

// namespaces lists the plan's new namespaces by layer word.
func (p *Plan) namespaces() []string {
	var words []string
	for _, row := range layers {
		if row.Namespace != "" && p.Layers.Has(row.Name) && !p.joined().Has(row.Name) {
			words = append(words, string(row.Name))
		}
	}
	return words
}
