// Package preset is about setups of sandboxes that are kept or known by name:
// those that stand for a stage, a container of Docker's, one of a pod or what
// unshare(1) makes; files that a person saves one to; and the command line of
// tentpole run that comes to the same.
//
// Use it from the screens. It asks nothing of the kernel and starts nothing:
// what a setup comes to on this machine is [sandbox.NewPlan]'s to say.
//
// Errors of a [Store] are *FileError: what was tried, on which file, and what is
// wrong with it, in one sentence.
package preset

import (
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// Setup is a sandbox as a person asks for it.
type Setup struct {
	Spec sandbox.Spec `json:"spec"`
	// Command is what a shell inside is given first, "" for nothing.
	Command string `json:"command,omitempty"`
}

// Equal tells whether both ask for the same.
func (s Setup) Equal(o Setup) bool { return s.Command == o.Command && s.Spec.Equal(o.Spec) }

// Named is a setup with a name and what it stands for.
type Named struct {
	Name  string
	What  string
	Setup Setup
}

// Stages are the rungs of the ladder. What a machine lacks is left out of them.
func Stages() []Named {
	var out []Named
	for _, r := range sandbox.Ladder() {
		out = append(out, Named{r.Name, "the ladder up to " + r.Name, Setup{Spec: sandbox.Spec{Layers: r.Layers, Root: r.Root, Partial: true}}})
	}
	return out
}

// container are the layers of a container as Docker starts one that is told
// nothing else: docker-run(1).
var container = sandbox.Set(sandbox.Mount, sandbox.Root, sandbox.UTS, sandbox.IPC, sandbox.PID, sandbox.Net, sandbox.Cgroup,
	sandbox.Capabilities, sandbox.Seccomp, sandbox.Masks)

// unshared are the namespaces of unshare --mount --uts --ipc --pid --net --user.
var unshared = sandbox.Set(sandbox.Mount, sandbox.UTS, sandbox.IPC, sandbox.PID, sandbox.Net, sandbox.User)

// limits are those of a small pod.
var limits = cgroup.Limits{Memory: 64 << 20, CPUs: 0.5, PIDs: 32}

// Likes are setups that resemble what other tools start. rootless leaves out
// what only root can have: a bridge.
func Likes(rootless bool) []Named {
	bridge := network.KindBridge
	if rootless {
		bridge = network.KindNone
	}
	docker := sandbox.Spec{Layers: container, Root: sandbox.RootOverlay, Network: bridge, Partial: true}
	pod := docker
	pod.Layers, pod.Limits = container.With(sandbox.Memory, sandbox.CPU, sandbox.PIDs, sandbox.NoNewPrivs), limits
	return []Named{
		{"docker", "namespaces, an image's place for the root, a bridge, fewer rights; no limit", Setup{Spec: docker}},
		{"pod", "the same with limits; the next ones can join its net, ipc and uts", Setup{Spec: pod}},
		{"unshare", "namespaces alone, over the host's files", Setup{Spec: sandbox.Spec{Layers: unshared, Root: sandbox.RootHost}}},
	}
}

// Container is the whole of the ladder.
func Container() Setup {
	stages := Stages()
	return stages[len(stages)-1].Setup
}
