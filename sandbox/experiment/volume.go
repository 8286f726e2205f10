package experiment

import (
	"context"
	"fmt"
	"path"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/search"
)

var volume = Info{
	ID:       "volume",
	Question: "Is a file in a volume a copy, or the host's own?",
	Inside:   "in another sandbox like this one, reads a file that the host has put into a volume, makes one there, and tries the same where the volume is read-only",
	Host:     "compares the inode, the content and the owner, and looks again when the sandbox is gone",
	Rule:     "open when both sides have the same inode: a volume is a hole in the tent that was asked for; contained when they do not, or nothing can be written",
	CleansUp: "removes the directory in tentpole's state directory and everything in it",
	Layers:   []sandbox.Layer{sandbox.Mount, sandbox.User},
	Needs:    []string{"a mount namespace"},
	Seconds:  0.1,
	run:      runVolume,
}

const fromInside = "from-inside"

func runVolume(ctx context.Context, t *Trial) error {
	at, err := t.targets(2)
	if err != nil {
		return err
	}
	keep, err := t.scratch(ctx)
	if err != nil {
		return err
	}
	dir, err := keep.directory("data")
	if err != nil {
		return err
	}
	box, err := t.withVolumes(ctx, sandbox.Volume{Source: dir, Target: at[0]}, sandbox.Volume{Source: dir, Target: at[1], ReadOnly: true})
	if err != nil {
		return err
	}
	var said inside.Volumed
	content := randomContent()
	given := inside.Volume{Writable: at[0], ReadOnly: at[1], Mark: keep.mark, File: fromInside, Content: content}
	if err := askIn(ctx, box, "volume", given, &said); err != nil {
		return err
	}
	return t.judgeVolume(box, path.Join(dir, fromInside), content, said)
}

// judgeVolume looks at the volume from the host, before and after the sandbox
// is gone.
func (t *Trial) judgeVolume(box Subject, file, content string, said inside.Volumed) error {
	t.see(Observation{ID: "read", What: "may what the host has put there be read?", Inside: answer(said.Unread), Host: "written before the start", Outcome: passed(said.Unread == nil)})
	if said.Unread != nil {
		return t.conclude(Contained, "what the host has put into the volume is not there: %s", said.Unread.Text)
	}
	t.see(Observation{ID: "read-only", What: "may it be written where it is read-only?", Inside: answer(said.ReadOnly), Outcome: passed(said.ReadOnly == nil)})
	if said.Unmade != nil {
		t.see(Observation{ID: "inode", What: "a file made inside", Inside: answer(said.Unmade), Outcome: Contained})
		return t.conclude(Contained, "nothing can be written to the volume: %s", said.Unmade.Text)
	}
	made, err := identify(file)
	if err != nil {
		return err
	}
	same := made.Inode == said.Made.Inode && made.Device == said.Made.Device
	t.see(Observation{ID: "inode", What: "a file made inside", Inside: inodeWords(said.Made.Device, said.Made.Inode), Host: inodeWords(made.Device, made.Inode), Outcome: passed(same)})
	t.see(Observation{ID: "owner", What: "its owner", Inside: fmt.Sprint("uid ", said.Made.UID), Host: fmt.Sprint("uid ", made.UID), Outcome: passed(made.UID == said.Made.UID)})
	if err := box.Close(); err != nil {
		return err
	}
	left, _, err := search.ReadThrough(path.Dir(file), "/"+path.Base(file), int64(len(content))+1)
	survived := err == nil && string(left) == content
	t.see(Observation{ID: "survives", What: "the file when the sandbox is gone", Inside: "there is no inside any more", Host: stillThere(survived, err), Outcome: passed(survived)})
	if !same || !survived {
		return t.conclude(Contained, "what was written to the volume inside is not the host's file")
	}
	return t.conclude(Open, "one file on both sides, inode %d; it is still there when the sandbox is gone", made.Inode)
}

func inodeWords(device, inode uint64) string {
	return fmt.Sprintf("device %d, inode %d", device, inode)
}

// passed is the outcome of something that gets through or does not.
func passed(through bool) Outcome {
	if through {
		return Open
	}
	return Contained
}

// stillThere says whether a file outlived its sandbox.
func stillThere(survived bool, err error) string {
	switch {
	case err != nil:
		return "not to be read, " + err.Error()
	case survived:
		return "there, with the same content"
	}
	return "something else"
}
