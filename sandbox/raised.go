package sandbox

import (
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// deciding are the rows of the board that tell whether a layer is raised, by
// whomever.
var deciding = map[Layer]string{
	Mount: "ns.mount", Root: "root", UTS: "ns.uts", IPC: "ns.ipc", PID: "ns.pid", Net: "ns.net", User: "ns.user", Time: "ns.time", Cgroup: "ns.cgroup",
	Memory: "limits.memory", CPU: "limits.cpu", PIDs: "limits.pids", IO: "limits.io",
	Capabilities: "bounding", NoNewPrivs: "no_new_privs", Seccomp: "seccomp", Landlock: "landlock", Masks: "masks",
}

// Raised tells from a board which layers the process inside has, whoever raised
// them, and of which that cannot be told: Landlock's domains are known only to
// who is in them.
func Raised(b facts.Board) (raised, unknown LayerSet) {
	for l, id := range deciding {
		switch row, _ := b.Row(id); row.Word {
		case facts.Own, facts.Limited, facts.Fewer:
			raised = raised.With(l)
		case facts.Unknown:
			unknown = unknown.With(l)
		}
	}
	return raised, unknown
}
