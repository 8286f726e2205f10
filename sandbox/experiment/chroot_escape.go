package experiment

import (
	"context"
	"fmt"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

var chrootEscape = Info{
	ID:       "chroot-escape",
	Question: "Does walking out of a chroot lead to the host's root?",
	Inside:   "changes its root to /proc with chroot, then walks up from a directory above it until it goes no further",
	Host:     "compares the directory that was reached with its own root, by device and inode",
	Rule:     "open when the walk ends in the host's root, contained when it ends in a root of the sandbox's own; n/a where chroot is refused and the root is the host's anyway",
	Control:  "the walk is its own: one that has left its chroot works, whatever it reached",
	Layers:   []sandbox.Layer{sandbox.Root, sandbox.User},
	Needs:    []string{"the capability CAP_SYS_CHROOT, as root or in a user namespace"},
	Seconds:  0.05,
	run:      runChrootEscape,
}

func runChrootEscape(ctx context.Context, t *Trial) error {
	var said inside.Walk
	if err := t.ask(ctx, "chroot-escape", nil, &said); err != nil {
		return err
	}
	host, err := placeOf("/")
	if err != nil {
		return err
	}
	if said.Refused != nil && said.Root == host {
		return cannot("chroot is refused (%s), and its root is the host's already: there is nothing to walk out of", said.Refused.Name)
	}
	reached := Observation{ID: "root", What: "where the walk ended", Inside: placeWords(said.Reached), Host: "its root is " + placeWords(host), Outcome: Contained, By: sandbox.Root}
	if said.Reached == host {
		reached.Outcome, reached.By = Open, ""
	}
	switch {
	case said.Refused != nil:
		t.see(Observation{ID: "chroot", What: "a chroot to walk out of", Inside: "refused: " + answer(said.Refused), Outcome: Contained})
	case said.Reached != said.Jail:
		t.see(Observation{ID: "chroot", What: "the chroot", Inside: "left, from " + placeWords(said.Jail), Outcome: Open})
	default:
		t.see(Observation{ID: "chroot", What: "the chroot", Inside: "not left", Outcome: Contained})
	}
	t.see(reached)
	switch {
	case reached.Outcome == Open:
		return t.conclude(Open, "it walked out of the chroot and stood in the host's root")
	case said.Refused != nil:
		return t.conclude(Contained, "it may not even chroot (%s), and walking up ends in a root of its own", said.Refused.Name)
	case said.Reached == said.Jail:
		return t.conclude(Contained, "it did not come out of the chroot")
	}
	return t.conclude(Contained, "it walked out of the chroot, and stood in the root that pivot_root gave it: there is nothing above")
}

func placeWords(p inside.Place) string { return fmt.Sprintf("device %d, inode %d", p.Device, p.Inode) }
