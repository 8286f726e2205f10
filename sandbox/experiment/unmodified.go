package experiment

import (
	"context"
	"fmt"
	"os/exec"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
)

var unmodified = Info{
	ID:       "unmodified",
	Question: "Do programs that know nothing of containers run as before?",
	Inside:   "runs programs of the host's, byte for byte: a shell, ls, cat, uname and others",
	Host:     "runs the same in a plain process, and compares what they say and how they end",
	Rule:     "open when all of them do the same on both sides; limited when only some do; contained when they start and none does",
	Control:  "each runs in a plain process first: what is not on the host, or does not end there, does not count",
	Layers:   []sandbox.Layer{sandbox.Root},
	Needs:    []string{"programs of the host's that find what they need in this root"},
	Seconds:  0.2,
	run:      runUnmodified,
}

// oldPrograms are programs whose output depends on nothing that a layer changes.
var oldPrograms = [][]string{
	{"sh", "-c", "i=0; while [ $i -lt 100 ]; do i=$((i+1)); done; echo $i; exit 7"},
	{"ls", "-d", "/", "/proc/self"},
	{"cat", "/proc/sys/kernel/ostype"},
	{"uname", "-srm"},
	{"expr", "6", "*", "7"},
	{"date", "-u", "-d", "@86400", "+%Y-%m-%d"},
	{"grep", "-c", "nothing of the kind", "/proc/sys/kernel/ostype"},
	{"head", "-c", "5", "/proc/version"},
	{"sha256sum", "/proc/sys/kernel/ostype"},
}

func runUnmodified(ctx context.Context, t *Trial) error {
	plain, err := t.control(ctx)
	if err != nil {
		return err
	}
	var sum tally
	for _, args := range oldPrograms {
		file, err := exec.LookPath(args[0])
		if err != nil {
			continue // not on this host
		}
		c, err := t.onBothSides(ctx, plain, file, args)
		if err != nil {
			return err
		}
		sum.add(c)
	}
	t.count("ran", "programs of the host's that ran inside", float64(sum.ran), "")
	t.count("same", "of which said the same and ended the same", float64(sum.same), "")
	return t.judgeTally(sum)
}

// tally counts programs that ran inside, those of them that did the same, and
// those that could not be loaded.
type tally struct{ ran, same, lost int }

func (n *tally) add(c compared) {
	switch {
	case !c.counts:
	case c.lost:
		n.lost++
	case c.same:
		n.ran++
		n.same++
	default:
		n.ran++
	}
}

func (t *Trial) judgeTally(n tally) error {
	switch {
	case n.ran == 0 && n.lost > 0:
		return cannot("this root has not what programs of the host's are loaded with: none of %d could be started", n.lost)
	case n.ran == 0:
		return cannot("the host has none of the programs to try")
	case n.same == n.ran && n.lost == 0:
		return t.conclude(Open, "%d programs of the host's ran unchanged, and said and ended the same as outside", n.ran)
	case n.same == 0:
		return t.conclude(Contained, "%d programs of the host's started, and none did what it does outside", n.ran)
	}
	return t.conclude(Limited, "%d of %d programs of the host's did the same as outside", n.same, n.ran+n.lost)
}

// compared is one program on both sides.
type compared struct{ counts, lost, same bool }

func (t *Trial) onBothSides(ctx context.Context, plain Subject, file string, args []string) (c compared, err error) {
	exe, err := hostProgram(file)
	if err != nil {
		return c, nil // may not be read: it does not count
	}
	defer exe.Close()
	outside, err := capture(ctx, plain, Command{Args: args, Program: exe})
	if err != nil {
		return c, ctx.Err()
	}
	within, err := capture(ctx, t.Subject, Command{Args: args, Program: exe})
	if ctx.Err() != nil {
		return c, ctx.Err()
	}
	c = compared{counts: true, lost: unstartable(err) || within.code == notLoaded && outside.code != notLoaded, same: err == nil && within == outside}
	o := passed(c.same)
	if c.lost {
		o = NotApplicable
	}
	t.see(Observation{ID: args[0], What: strings.Join(args, " "), Inside: whatItSaid(within, err), Host: whatItSaid(outside, nil), Outcome: o})
	return c, nil
}

// notLoaded is the exit status with which ld.so(8) ends a program whose
// libraries are missing.
const notLoaded = 127

func whatItSaid(end finish, err error) string {
	if err != nil {
		return howItEnded(end, err)
	}
	said := strings.TrimSpace(end.output)
	if len(said) > 80 {
		said = said[:80] + "…"
	}
	return fmt.Sprintf("%q, exit status %d", said, end.code)
}
