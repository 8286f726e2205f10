package experiment

import (
	"context"
	"fmt"
	"os"
	"path"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

var bundle = Info{
	ID:       "bundle",
	Question: "What does a program need besides itself?",
	Inside:   "starts a program of the host's here; in a root that holds nothing but a copy of it; and in one that holds its interpreter and libraries too",
	Host:     "reads from the program's headers which interpreter and libraries it names",
	Rule:     "open when the program of the host's starts here without bringing anything along; contained when this root has not what it names",
	CleansUp: "removes the copies, which lie in tentpole's state directory",
	Layers:   []sandbox.Layer{sandbox.Root},
	Needs:    []string{"a dynamic program on the host", "a mount namespace, and an overlay of a directory"},
	Seconds:  0.15,
	run:      runBundle,
}

func runBundle(ctx context.Context, t *Trial) error {
	l, err := linked()
	if err != nil {
		return err
	}
	keep, err := t.scratch(ctx)
	if err != nil {
		return err
	}
	t.see(Observation{ID: "needs", What: "what " + l.program + " names in its headers", Host: strings.Join(append([]string{l.interpreter}, l.libraries...), ", "), Outcome: NotApplicable})
	t.count("libraries", "shared libraries that it needs", float64(len(l.libraries)), "")
	here, err := t.startsHere(ctx, l)
	if err != nil {
		return err
	}
	alone, err := t.startsIn(ctx, l, path.Join(keep.dir, "alone"), "empty", "in a root that holds the program alone", l.program)
	if err != nil {
		return err
	}
	whole, err := t.startsIn(ctx, l, path.Join(keep.dir, "whole"), "bundled", "with its interpreter and libraries beside it", append(l.libraries, l.program, l.interpreter)...)
	if err != nil {
		return err
	}
	said := fmt.Sprintf("in an empty root %s %s; with %d files brought along it %s", l.program, startWord(alone), len(l.libraries)+1, startWord(whole))
	if here {
		return t.conclude(Open, "this root has what the host's programs need, so nothing had to be brought; %s", said)
	}
	return t.conclude(Contained, "this root has not what the host's programs need; %s", said)
}

func startWord(starts bool) string {
	if starts {
		return "starts"
	}
	return "does not start"
}

// startsHere starts the very bytes of the host's program in the trial's own root.
func (t *Trial) startsHere(ctx context.Context, l linkage) (bool, error) {
	exe, err := hostProgram(l.program)
	if err != nil {
		return false, err
	}
	defer exe.Close()
	end, err := capture(ctx, t.Subject, Command{Args: []string{path.Base(l.program)}, Program: exe})
	if err != nil && !unstartable(err) {
		return false, err
	}
	starts := err == nil && end.code == 0
	t.see(Observation{ID: "here", What: "the host's program in this root", Inside: howItEnded(end, err), Outcome: passed(starts)})
	return starts, nil
}

// startsIn starts the program in a root that holds these files of the host's.
func (t *Trial) startsIn(ctx context.Context, l linkage, root, id, what string, files ...string) (bool, error) {
	if err := os.Mkdir(root, 0o755); err != nil {
		return false, err
	}
	bytes, err := bring(root, files...)
	if err != nil {
		return false, err
	}
	box, err := t.another(ctx, func(spec *sandbox.Spec) {
		spec.Root, spec.Source, spec.Unpacked, spec.ReadOnly, spec.Volumes, spec.Tmpfs = sandbox.RootDirectory, root, "", false, nil, nil
	})
	if err != nil {
		return false, err
	}
	var there inside.InodeFound
	if err := askIn(ctx, box, "inode", l.program, &there); err != nil {
		return false, err
	}
	if there.Refused != nil {
		return false, fmt.Errorf("the copy of %s is not to be seen inside: %s", l.program, there.Refused.Text)
	}
	end, err := capture(ctx, box, Command{Args: []string{l.program}})
	if err != nil && !unstartable(err) {
		return false, err
	}
	starts := err == nil && end.code == 0
	t.count(id+"-bytes", "the files "+what, float64(bytes), "bytes")
	t.see(Observation{ID: id, What: what, Inside: howItEnded(end, err), Host: facts.Count(len(files), "file") + ", " + Amount(float64(bytes), "bytes"), Outcome: passed(starts)})
	return starts, box.Close()
}

// howItEnded puts the end of a program into words.
func howItEnded(end finish, err error) string {
	switch {
	case unstartable(err):
		return "ENOENT: the file is there, and what it names as its interpreter is not"
	case err != nil:
		return err.Error()
	}
	return fmt.Sprintf("exit status %d", end.code)
}
