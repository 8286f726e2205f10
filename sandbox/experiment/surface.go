package experiment

import (
	"context"
	"fmt"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

var surface = Info{
	ID:       "surface",
	Question: "What does somebody who has broken in find to go on with?",
	Inside:   "walks the directories of PATH, and two levels below /usr/lib, /usr/libexec and /opt: counts programs, set-user-id and set-group-id files, files with capabilities, shells, interpreters and tools for the network",
	Host:     "does the same in a plain process, and compares name and size of the programs",
	Rule:     "open when the programs inside are the host's; limited when some of them are; contained when none is",
	Control:  "the same walk in a plain process of the host's",
	Layers:   []sandbox.Layer{sandbox.Root, sandbox.User, sandbox.NoNewPrivs},
	Needs:    []string{},
	Seconds:  0.3,
	run:      runSurface,
}

// mostOfThem of the host's programs that are inside, from which on they count as
// all: some may not be readable.
const mostOfThem = 95

func runSurface(ctx context.Context, t *Trial) error {
	plain, err := t.control(ctx)
	if err != nil {
		return err
	}
	var host, here inside.Surface
	if err := askIn(ctx, plain, "surface", nil, &host); err != nil {
		return err
	}
	if err := t.ask(ctx, "surface", nil, &here); err != nil {
		return err
	}
	if len(host.Programs) == 0 {
		return cannot("there are no programs in the directories of PATH on the host to compare with")
	}
	shared := inCommon(host.Programs, here.Programs)
	o := shareOf(shared, len(host.Programs))
	t.see(Observation{ID: "programs", What: "programs in the directories of PATH", Inside: fmt.Sprintf("%d, of which %d are the host's", len(here.Programs), shared), Host: fmt.Sprint(len(host.Programs)), Outcome: o})
	t.count("programs", "programs in the directories of PATH", float64(len(here.Programs)), "")
	t.count("programs-host", "programs in the directories of PATH on the host", float64(len(host.Programs)), "")
	t.seeNames("set-id", "files with the set-user-id or set-group-id bit", here.SetID, host.SetID)
	t.seeNames("capable", "files with capabilities of their own", here.Capable, host.Capable)
	t.seeNames("live", "of both kinds, those that would give somebody more rights", here.Live, host.Live)
	t.seeNames("shells", "shells", here.Shells, host.Shells)
	t.seeNames("interpreters", "interpreters", here.Interpreters, host.Interpreters)
	t.seeNames("network", "tools for the network", here.Network, host.Network)
	t.count("entries", "directory entries looked at", float64(here.Entries), "")
	whole := "of the whole list"
	if !here.Complete {
		whole = "of the part of the list that was looked at"
	}
	return t.conclude(o, "%d programs, %d of them the host's, %s; %d with somebody else's rights, of which %d still have power here",
		len(here.Programs), shared, whole, len(here.SetID)+len(here.Capable), len(here.Live))
}

// seeNames notes how many there are, and the first of them.
func (t *Trial) seeNames(id, what string, here, host []string) {
	o := Contained
	if len(here) > 0 {
		o = Open
	}
	t.see(Observation{ID: id, What: what, Inside: fewNames(here), Host: fewNames(host), Outcome: o})
	t.count(id, what, float64(len(here)), "")
}

// fewNames is a list short enough to be read.
func fewNames(names []string) string {
	const most = 12
	if len(names) > most {
		return fmt.Sprintf("%d: %s …", len(names), strings.Join(names[:most], " "))
	}
	return fmt.Sprintf("%d: %s", len(names), strings.Join(names, " "))
}

// inCommon counts what both lists have.
func inCommon(a, b []uint64) (n int) {
	in := map[uint64]bool{}
	for _, e := range a {
		in[e] = true
	}
	for _, e := range b {
		if in[e] {
			n++
			delete(in, e)
		}
	}
	return n
}

// shareOf is the outcome of having some of what the host has.
func shareOf(some, all int) Outcome {
	switch {
	case some == 0:
		return Contained
	case some*100 < all*mostOfThem:
		return Limited
	}
	return Open
}
