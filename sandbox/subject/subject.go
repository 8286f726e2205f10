// Package subject is the table of what experiments can run on: a sandbox of
// tentpole's own, and whatever else runs programs apart from the host. Each kind
// is a package of its own and a row here.
//
// A kind may need something that is not installed, or does not run. Nothing is
// required: its probe answers within ProbePatience what is missing and what to
// do, as an error that wraps sandbox.ErrNotSupported.
package subject

import (
	"context"
	"slices"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/engine"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/oci"
	"github.com/tentpole-labs/tentpole/sandbox/vm"
)

// ProbePatience is how long a probe may take.
const ProbePatience = 3 * time.Second

// Kind is a row of the table.
type Kind struct {
	Name  string
	Short string // two letters, for narrow columns
	What  string // it is, in a few words
	Apart string // what stands between it and the host: sentences
	Needs string // what it takes to have one: a sentence
	// Open starts one. Closing the subject ends it and leaves nothing behind. The
	// spec says nothing of layers: a kind has its own. What it cannot do with the
	// spec is an error that wraps sandbox.ErrNotSupported.
	Open func(context.Context, sandbox.Spec) (experiment.Subject, error)
	// Shares says that its subjects have something in common, such as a service,
	// that comes with the first of them and goes with the last.
	Shares bool
	// Probe tells whether it can be opened here; nil means always.
	Probe func(context.Context) error
}

// Sandbox is the name of tentpole's own kind.
const Sandbox = "sandbox"

// kinds are all of them.
var kinds = []Kind{
	{Name: Sandbox, Short: "sa", What: "a sandbox of tentpole's own, with the layers that are asked for", Open: experiment.Raise},
	{Name: "docker", Short: "do", What: "a container of Docker's, from an image of the tiny root",
		Apart: "It stands on the host's kernel. It has what Docker gives a container that is asked for nothing: namespaces, a root and a network of its own, fewer capabilities, a filter for system calls.",
		Needs: "Docker's daemon, and the right to use its socket.",
		Open:  engine.Docker.Open, Shares: true, Probe: engine.Docker.Probe},
	{Name: "podman", Short: "po", What: "a container of Podman's, from the same image",
		Apart: "It stands on the host's kernel, and has what Podman gives a container that is asked for nothing. An ordinary user's has a user namespace besides.",
		Needs: "podman. Where its service does not listen, tentpole starts one, and ends it.",
		Open:  engine.Podman.Open, Shares: true, Probe: engine.Podman.Probe},
	container("oci:runc", "rc", "a container of runc's, which Docker and Podman start theirs with", onHost, "runc."),
	container("oci:crun", "cr", "a container of crun's, a runtime in C", onHost, "crun; on a machine with both versions of cgroups, root."),
	container("oci:runsc", "gv", "a container of gVisor's: a kernel in user space answers its system calls",
		"It has a kernel of its own, which is a program and a process of the host's. A system call from inside is answered there, and only what that program asks for reaches the host's kernel.",
		"runsc, in PATH or where TENTPOLE_RUNSC says, and root."),
	container("oci:kata", "ka", "a container of Kata's: a virtual machine around it",
		"It has a kernel of its own, in a virtual machine that is there for one container.", "containerd, which starts it."),
	{Name: vm.Kind, Short: "vm", What: "a virtual machine with a kernel of its own, in QEMU",
		Apart: "It has a kernel of its own, on what looks like a computer. Inside are tentpole's init and the tiny root; it has a disk, and no network card. A second pane shows its console.",
		Needs: "QEMU and a Linux kernel to boot. Without KVM the processor is emulated, and the machine is up in some seconds.",
		Open:  vm.Open, Probe: vm.Probe},
}

// onHost is what stands between the host and a container that a config.json
// describes.
const onHost = "It stands on the host's kernel. It has the layers of a whole container of tentpole's, as far as this user may have them; a config.json has no words for time and landlock."

// container is the row of an OCI runtime.
func container(name, short, what, apart, needs string) Kind {
	return Kind{Name: name, Short: short, What: what, Apart: apart, Needs: needs,
		Open:  func(ctx context.Context, s sandbox.Spec) (experiment.Subject, error) { return oci.Open(ctx, name, s) },
		Probe: func(ctx context.Context) error { return oci.Probe(ctx, name) }}
}

// List returns the table.
func List() []Kind { return slices.Clone(kinds) }

// Names are those of all kinds.
func Names() (names []string) {
	for _, k := range kinds {
		names = append(names, k.Name)
	}
	return names
}

// Find returns the kind of that name, or a usage error.
func Find(name string) (Kind, error) {
	for _, k := range kinds {
		if k.Name == name {
			return k, nil
		}
	}
	return Kind{}, &sandbox.UsageError{What: "subject", Word: name, Known: Names()}
}

// Available asks the probe, and waits for it no longer than ProbePatience.
func (k Kind) Available(ctx context.Context) error {
	if k.Probe == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, ProbePatience)
	defer cancel()
	return k.Probe(ctx)
}
