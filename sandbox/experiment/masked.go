package experiment

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

var masked = Info{
	ID:       "masked",
	Question: "Which files that tell about the machine, or steer it, are covered?",
	Inside:   "looks at each path that container engines hide, and asks whether those that they make read-only might be written; it writes nothing",
	Host:     "does the same in a plain process of the same user",
	Rule:     "open when one of them shows inside what it shows outside, or might be written inside as outside; contained when none does",
	Control:  "what is not on this machine, is empty, or is not this user's to read or write proves nothing",
	Layers:   []sandbox.Layer{sandbox.Mount, sandbox.User, sandbox.Masks},
	Needs:    []string{},
	Seconds:  0.05,
	run:      runMasked,
}

func runMasked(ctx context.Context, t *Trial) error {
	plain, err := t.control(ctx)
	if err != nil {
		return err
	}
	hidden, readOnly := sandbox.Masked()
	given := inside.Look{Paths: append(hidden[:len(hidden):len(hidden)], readOnly...), Limit: 512}
	outside, err := lookFrom(ctx, plain, given)
	if err != nil {
		return err
	}
	within, err := lookFrom(ctx, t.Subject, given)
	if err != nil {
		return err
	}
	here, shown := t.compareHidden(hidden, within, outside)
	writable, could := t.compareReadOnly(readOnly, within, outside)
	t.count("hidden-paths", "paths on the list of hidden ones", float64(len(hidden)), "")
	t.count("here", "of them on this machine, with something to read", float64(here), "")
	t.count("shown", "of those that show it inside", float64(shown), "")
	t.count("writable", "paths on the list of read-only ones that might be written inside", float64(writable), "")
	if t.worst() == NotApplicable {
		return cannot("of the %d paths none is on this machine with something that this user might read or write", len(given.Paths))
	}
	said := fmt.Sprintf("%d of %d hidden paths show inside what they show outside, and %d of %d read-only ones might be written", shown, here, writable, could)
	return t.conclude(t.worst(), "%s", said)
}

// compareHidden counts the paths that have something to say on this machine, and
// those of them that say it inside.
func (t *Trial) compareHidden(paths []string, within, outside glance) (here, shown int) {
	for _, p := range paths {
		in, seen := within.text(p)
		out, could := outside.text(p)
		o := NotApplicable
		switch {
		case !could || out == "":
		case seen && in != "":
			o = Open
		default:
			o = Contained
		}
		if o != NotApplicable {
			here++
		}
		if o == Open {
			shown++
		}
		t.see(Observation{ID: pathID(p), What: p, Inside: within.told(p), Host: outside.told(p), Outcome: o, By: layerIf(o, sandbox.Masks)})
	}
	return here, shown
}

// compareReadOnly counts the paths that might be written inside, of those that
// might be in a plain process or are read-only inside.
func (t *Trial) compareReadOnly(paths []string, within, outside glance) (writable, could int) {
	for _, p := range paths {
		in, out := within.files[p], outside.files[p]
		o := writeOutcome(in, out)
		if o == Open {
			writable++
		}
		if o != NotApplicable {
			could++
		}
		t.see(Observation{ID: pathID(p), What: "might " + p + " be written?", Inside: writtenText(in), Host: writtenText(out), Outcome: o, By: layerIf(o, sandbox.Masks)})
	}
	return writable, could
}

// writeOutcome takes a read-only mount for an answer of its own: it does not
// depend on who asks.
func writeOutcome(in, out inside.Seen) Outcome {
	switch {
	case absentPath(out):
		return NotApplicable
	case in.ReadOnly && !out.ReadOnly:
		return Contained
	case out.Unwritten != nil:
		return NotApplicable
	case in.Unwritten == nil:
		return Open
	}
	return Contained
}

func absentPath(s inside.Seen) bool { return s.Unwritten != nil && s.Unwritten.Name == "ENOENT" }

// pathID makes a path a word.
func pathID(path string) string {
	return cmp.Or(strings.ReplaceAll(strings.TrimPrefix(path, "/"), "/", "-"), "root")
}

func writtenText(s inside.Seen) string {
	switch {
	case absentPath(s):
		return "absent"
	case s.ReadOnly:
		return "no, mounted read-only"
	case s.Unwritten == nil:
		return "yes"
	}
	return "no, " + cmp.Or(s.Unwritten.Name, s.Unwritten.Text)
}
