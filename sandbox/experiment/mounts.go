package experiment

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

var mounts = Info{
	ID:       "mounts",
	Question: "Does a mount made on one side appear on the other?",
	Inside:   "mounts an empty tmpfs where the mount table is its own and passes nothing on; elsewhere asks only whether it might, with arguments that are looked at after the permission",
	Host:     "looks for the mount in its own table and in that of the process inside, and whether any mount there belongs to a peer group of the host's",
	Rule:     "open when there is one table, or mounts of one side would appear on the other; contained when they do not",
	CleansUp: "unmounts the tmpfs; it is gone with the sandbox at the latest",
	Layers:   []sandbox.Layer{sandbox.Mount},
	Needs:    []string{},
	Seconds:  0.05,
	run:      runMounts,
}

func runMounts(ctx context.Context, t *Trial) error {
	name := "tentpole-" + rand.Text()[:8]
	talk, err := t.talk(ctx, "mounts", inside.Mount{Name: name, Shared: hosts("mnt")})
	if err != nil {
		return err
	}
	var said inside.Mounted
	if err := talk.Hear(ctx, &said); err != nil {
		return err
	}
	host, err := mountTable("self")
	if err != nil {
		return err
	}
	if said.Shared {
		t.see(Observation{ID: "out", What: "a mount made inside", Inside: "not made: the table is everybody's; may it mount? " + answer(said.Refused), Host: fmt.Sprintf("the same table of %d mounts", len(host)), Outcome: Open})
		return t.conclude(Open, "one mount table for both: what either side mounts the other has")
	}
	pid, err := hostPID(talk.Process)
	if err != nil {
		return err
	}
	table, err := mountTable(fmt.Sprint(pid))
	if err != nil {
		return cannot("the table of mounts inside cannot be read from the host: %v", err)
	}
	t.count("mounts-inside", "mounts in the table inside", float64(len(table)), "")
	t.count("mounts-host", "mounts in the host's table", float64(len(host)), "")
	out, in := outwards(said, name, host, table), inwards(host, table)
	t.see(out)
	t.see(in)
	switch {
	case out.Outcome == Open || in.Outcome == Open:
		return t.conclude(Open, "the mount tables are two, and yet tied: mounts are passed on between them")
	case said.Refused != nil:
		return t.conclude(Contained, "the mount table is its own, and it may not change even that (%s)", said.Refused.Name)
	}
	return t.conclude(Contained, "a mount made inside is in the table inside only, and none of the host's would be passed on")
}

// outwards looks for the mount that was made inside.
func outwards(said inside.Mounted, name string, host, table []mountLine) Observation {
	o := Observation{ID: "out", What: "a mount made inside", Host: "not in its table", Outcome: Contained}
	switch {
	case passesOn(said.Tied, host):
		o.Inside, o.Host, o.Outcome = "not made: the place passes mounts on ("+said.Tied+")", "would have it as well", Open
	case said.Tied != "":
		o.Inside = "not made: the place is tied to others (" + said.Tied + ")"
	case said.Refused != nil:
		o.Inside = "refused: " + answer(said.Refused)
	default:
		o.Inside = "mounted on " + said.At
		if mounted(table, name) {
			o.Host += "; in that of the process, through /proc/PID/mountinfo"
		}
	}
	if mounted(host, name) {
		o.Host, o.Outcome = "in its table too", Open
	}
	return o
}

// passesOn tells whether a mount in a place with these peer groups would appear
// on the host.
func passesOn(tied string, host []mountLine) bool {
	for _, field := range strings.Fields(tied) {
		group, shared := strings.CutPrefix(field, "shared:")
		for _, m := range host {
			if shared && (slices.Contains(m.shared, group) || slices.Contains(m.receives, group)) {
				return true
			}
		}
	}
	return false
}

// inwards tells whether a mount of the host's would be passed on to the inside:
// that takes a peer group; mount_namespaces(7). Nothing is mounted on the host.
func inwards(host, table []mountLine) Observation {
	groups := map[string]bool{}
	for _, m := range host {
		for _, g := range m.shared {
			groups[g] = true
		}
	}
	tied := 0
	for _, m := range table {
		for _, g := range append(m.shared, m.receives...) {
			if groups[g] {
				tied++
				break
			}
		}
	}
	o := Observation{ID: "in", What: "a mount made on the host", Inside: fmt.Sprintf("%d of %d mounts in a peer group of the host's", tied, len(table)),
		Host: "has " + facts.Count(len(groups), "peer group"), Outcome: Contained}
	if tied > 0 {
		o.Outcome = Open
	}
	return o
}

// mountLine is what matters here of a line of mountinfo;
// proc_pid_mountinfo(5).
type mountLine struct {
	target, kind, source string
	shared, receives     []string // peer groups
}

func mountTable(process string) (table []mountLine, err error) {
	b, err := os.ReadFile("/proc/" + process + "/mountinfo")
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(b)) {
		table = append(table, parseMount(strings.Fields(line)))
	}
	return table, nil
}

func parseMount(fields []string) (m mountLine) {
	if len(fields) > 4 {
		m.target = fields[4]
	}
	for i := 6; i < len(fields); i++ {
		if group, is := strings.CutPrefix(fields[i], "shared:"); is {
			m.shared = append(m.shared, group)
		} else if group, is := strings.CutPrefix(fields[i], "master:"); is {
			m.receives = append(m.receives, group)
		} else if fields[i] == "-" {
			if i+2 < len(fields) {
				m.kind, m.source = fields[i+1], fields[i+2]
			}
			break
		}
	}
	return m
}

func mounted(table []mountLine, source string) bool {
	for _, m := range table {
		if m.source == source {
			return true
		}
	}
	return false
}
