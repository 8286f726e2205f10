package export

import (
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// Consequence is something that comes out otherwise than in the plan's own
// sandbox.
type Consequence struct {
	// Rows are the ids of the board's rows that differ (facts.Row); none when
	// the board does not show it.
	Rows  []string      `json:"rows,omitempty"`
	Layer sandbox.Layer `json:"layer,omitempty"`
	Why   string        `json:"why"`
	// Conditional tells that it depends on the other tool's version or on the
	// machine, as Why says: the rows may be equal.
	Conditional bool `json:"conditional,omitempty"`
}

// rule is a consequence, and the plans that have it.
type rule struct {
	form Form
	when func(request) bool
	Consequence
}

// rules are all of them, in the order of the ladder.
var rules = []rule{
	{Unshare, tiny, unmade}, {OCI, tiny, unmade}, {Docker, tiny, unmade},
	{Unshare, overlaid, Consequence{Layer: sandbox.User,
		Why: "the root's files belong to nobody inside: mount(8) of util-linux 2.38 cannot shift the owners of what an overlay shows"}},
	{OCI, overlaid, Consequence{Layer: sandbox.User,
		Why: "the root's files belong to nobody inside: mount(8) of util-linux 2.38 cannot shift the owners of what an overlay shows"}},
	{Docker, overlaid, Consequence{Layer: sandbox.User,
		Why: "the root's files belong to nobody inside: podman does not shift their owners with --rootfs DIR:O, and needs a /run of its own to write to"}},
	{Docker, request.podman, Consequence{
		Why: "docker itself has no --rootfs and no --uidmap; with docker, name an image, and give the daemon the ids (userns-remap)"}},
	{Docker, layer(sandbox.PID), Consequence{Rows: []string{"pid"}, Layer: sandbox.PID,
		Why: "the command is process 1 itself and has to reap what others leave; --init puts an init above it, as tentpole does"}},
	{OCI, layer(sandbox.PID), Consequence{Rows: []string{"pid"}, Layer: sandbox.PID,
		Why: "the command is process 1 itself and has to reap what others leave; tentpole puts an init above it"}},
	{Docker, lacking, Consequence{Rows: []string{"capabilities", "bounding"}, Layer: sandbox.User,
		Why: "an engine gives a container no capability that it has not itself, not even over a user namespace of the container's own"}},
	{Docker, layer(sandbox.Time), Consequence{Rows: []string{"ns.time", "boot"}, Layer: sandbox.Time,
		Why: "neither docker nor podman has a flag for a time namespace"}},
	{OCI, timeless, Consequence{Rows: []string{"ns.time", "boot"}, Layer: sandbox.Time,
		Why: "runc before 1.2 refuses a config with a time namespace, and there is no later one here: it is left out"}},
	{Unshare, bridged, Consequence{Rows: []string{"interfaces"}, Layer: sandbox.Net,
		Why: "the bridge is tentpole's own: there is only the loopback"}},
	{OCI, bridged, Consequence{Rows: []string{"interfaces"}, Layer: sandbox.Net,
		Why: "the bridge is tentpole's own: there is only the loopback"}},
	{Docker, bridged, Consequence{Layer: sandbox.Net,
		Why: "the bridge and the addresses are the engine's"}},
	{Unshare, published, Consequence{Layer: sandbox.Net, Why: "ports are not published: tentpole listens on the host itself and dials inside"}},
	{OCI, published, Consequence{Layer: sandbox.Net, Why: "ports are not published: that is not a runtime's task"}},
	{Docker, publishedAlone, Consequence{Rows: []string{"interfaces"}, Layer: sandbox.Net,
		Why: "ports are published through the engine's bridge, so that there is an interface to it, and a way out; tentpole dials inside and needs neither"}},
	{Docker, func(r request) bool { return r.Limits().MemoryHigh > 0 }, Consequence{Layer: sandbox.Memory,
		Why: "there is no flag for memory.high"}},
	{Unshare, layer(sandbox.Seccomp), Consequence{Rows: []string{"seccomp", "no_new_privs"}, Layer: sandbox.Seccomp, Conditional: true,
		Why: "setpriv(1) before util-linux 2.41 has no filter on system calls: all are left; a later one sets no_new_privs with it"}},
	{OCI, layer(sandbox.Seccomp), Consequence{Layer: sandbox.Seccomp,
		Why: "crun refuses calls that are newer than the profile with EPERM; tentpole and runc say ENOSYS, which programs expect of an older kernel"}},
	{Unshare, layer(sandbox.Landlock), Consequence{Rows: []string{"landlock", "no_new_privs"}, Layer: sandbox.Landlock, Conditional: true,
		Why: "setpriv(1) before util-linux 2.41 has no Landlock, and later ones no rules for ports; it sets no_new_privs with it"}},
	{Docker, layer(sandbox.Landlock), Consequence{Rows: []string{"landlock"}, Layer: sandbox.Landlock, Why: "neither docker nor podman knows Landlock"}},
	{OCI, layer(sandbox.Landlock), Consequence{Rows: []string{"landlock"}, Layer: sandbox.Landlock, Why: "the specification has no Landlock"}},
	{Docker, layer(sandbox.Masks), Consequence{Rows: []string{"masks"}, Layer: sandbox.Masks, Conditional: true,
		Why: "podman covers paths by a list of its own, docker by tentpole's"}},
	{Docker, always, Consequence{Rows: []string{"lsm"}, Conditional: true,
		Why: "on a machine with AppArmor or SELinux the engine adds a profile or label of its own"}},
}

// unmade: the tiny root is tentpole's own, made when it is first wanted.
var unmade = Consequence{Layer: sandbox.Root, Conditional: true,
	Why: "the tiny root has to be there already: tentpole run --root tiny -- true makes it"}

func (r request) consequences(form Form) []Consequence {
	list := []Consequence{}
	for _, row := range rules {
		if row.form == form && row.when(r) {
			list = append(list, row.Consequence)
		}
	}
	return list
}

func always(request) bool { return true }

func layer(l sandbox.Layer) func(request) bool {
	return func(r request) bool { return r.Layers.Has(l) }
}

func tiny(r request) bool { return r.Root == sandbox.RootTiny }

// overlaid tells that a root is shown to ids that do not own it.
func overlaid(r request) bool { return r.ranged() && r.Root.Own() }

// lacking tells that a new user namespace gives more than the caller has.
func lacking(r request) bool {
	return r.Layers.Has(sandbox.User) && !r.Layers.Has(sandbox.Capabilities) && len(r.here.Bounding) < len(r.here.Kernel)
}

func timeless(r request) bool { return r.Layers.Has(sandbox.Time) && !r.here.TimeNamespaces }

func bridged(r request) bool { return r.Spec.Network == network.KindBridge }

func published(r request) bool { return len(r.Spec.Publish) > 0 }

func publishedAlone(r request) bool { return published(r) && !bridged(r) }
