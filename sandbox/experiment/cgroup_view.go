package experiment

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

var cgroupView = Info{
	ID:       "cgroup-view",
	Question: "Does it know its place in the host's cgroups, and may it change it?",
	Inside:   "reads /proc/self/cgroup; opens cgroup.procs at the top of each cgroup file system to write, and writes nothing",
	Host:     "reads the same process's place as the host has it; compares what the file systems show at their top with its own",
	Rule:     "open when the inside reads its place in the host's tree or may write to the top of that tree, contained when neither; whether the host's tree can be looked at is noted, and not counted",
	Layers:   []sandbox.Layer{sandbox.Cgroup, sandbox.Root, sandbox.User, sandbox.Landlock},
	Needs:    []string{"a kernel with cgroup namespaces (4.6)"},
	Seconds:  0.05,
	run:      runCgroupView,
}

func runCgroupView(ctx context.Context, t *Trial) error {
	own := namespace("self", "cgroup")
	if own == 0 {
		return cannot("this kernel has no cgroup namespaces")
	}
	talk, err := t.talk(ctx, "cgroup-view", nil)
	if err != nil {
		return err
	}
	pid, err := hostPID(talk.Process)
	if err != nil {
		return err
	}
	var said inside.Cgroups
	if err := talk.Hear(ctx, &said); err != nil {
		return err
	}
	place, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	if err != nil {
		return err
	}
	path := cgroupPath(said, string(place), own)
	t.see(path)
	tree, write, err := cgroupTrees(said.Trees)
	if err != nil {
		return err
	}
	t.see(tree)
	t.see(write)
	switch {
	case write.Outcome == Open:
		return t.conclude(Open, "the inside may write to the top of the host's cgroups")
	case path.Outcome == Open:
		return t.conclude(Open, "the inside reads its place in the host's cgroups")
	case tree.Outcome == Open:
		return t.conclude(Contained, "its place reads as its own root and it may change nothing above; the host's tree can be looked at")
	}
	return t.conclude(Contained, "its place reads as its own root, and the host's tree is out of sight")
}

// cgroupPath compares the place that a process reads with the one it has.
func cgroupPath(said inside.Cgroups, place string, own uint64) Observation {
	o := Observation{ID: "path", What: "its place in the cgroups", Inside: longestPath(said.Self), Host: longestPath(place), Outcome: Contained}
	if said.Namespace == own && said.Self == place {
		o.Outcome = Open
	}
	return o
}

// longestPath is the line of /proc/PID/cgroup that tells most; cgroups(7).
func longestPath(lines string) (most string) {
	for line := range strings.Lines(lines) {
		if parts := strings.SplitN(strings.TrimSpace(line), ":", 3); len(parts) == 3 && len(parts[2]) > len(most) {
			most = parts[2]
		}
	}
	return most
}

// cgroupTrees tells how many of the trees inside are the host's whole ones, and
// how many of these could be written to.
func cgroupTrees(trees []inside.CgroupTree) (tree, write Observation, err error) {
	tops, err := cgroupTops()
	if err != nil {
		return tree, write, err
	}
	visible, writable, refused := 0, 0, ""
	for _, c := range trees {
		if !tops[c.Root] {
			continue
		}
		visible++
		if c.Refused == nil {
			writable++
		} else {
			refused = " (" + answer(c.Refused) + ")"
		}
	}
	tree = Observation{ID: "tree", What: "the host's cgroups to look at", Inside: "sees " + facts.Count(visible, "tree") + " of the host's from the top", Host: "has " + facts.Count(len(tops), "tree"), Outcome: Contained}
	write = Observation{ID: "write", What: "the host's cgroups to write to", Inside: fmt.Sprintf("%d of %d can be opened to write%s", writable, visible, refused), Host: "nothing was written", Outcome: Contained}
	if visible > 0 {
		tree.Outcome = Open
	}
	if writable > 0 {
		write.Outcome = Open
	}
	return tree, write, nil
}

// cgroupTops are the cgroups at the top of what the host has mounted.
func cgroupTops() (map[inside.Place]bool, error) {
	table, err := mountTable("self")
	if err != nil {
		return nil, err
	}
	tops := map[inside.Place]bool{}
	for _, m := range table {
		if m.kind != "cgroup" && m.kind != "cgroup2" {
			continue
		}
		if top, err := placeOf(m.target); err == nil {
			tops[top] = true
		}
	}
	return tops, nil
}
