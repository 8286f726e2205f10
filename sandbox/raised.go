package sandbox

import (
	"slices"

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
// them. What could not be read counts as not raised.
func Raised(b facts.Board) (set LayerSet) {
	for l, id := range deciding {
		row, _ := b.Row(id)
		if slices.Contains([]string{facts.Own, facts.Limited, facts.Fewer}, row.Word) {
			set = set.With(l)
		}
	}
	return set
}
