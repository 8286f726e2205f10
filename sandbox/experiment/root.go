package experiment

import (
	"context"
	"fmt"
	"path"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

var root = Info{
	ID:       "root",
	Question: "Who is root inside, seen from the host?",
	Inside:   "says who it is, makes a file without a name, and opens files of the machine's that are for root only, without reading them",
	Host:     "reads who that process is, and who owns its file",
	Rule:     "open when the process is the same user on both sides, contained when the host knows it and its file as another; how the wish to open secrets was answered is noted, and not counted",
	CleansUp: "the file goes with its process",
	Layers:   []sandbox.Layer{sandbox.User},
	Needs:    []string{},
	Seconds:  0.05,
	run:      runRoot,
}

func runRoot(ctx context.Context, t *Trial) error {
	talk, err := t.talk(ctx, "root", inside.Identify{Secrets: secrets})
	if err != nil {
		return err
	}
	var said inside.Identity
	if err := talk.Hear(ctx, &said); err != nil {
		return err
	}
	pid, err := hostPID(talk.Process)
	if err != nil {
		return err
	}
	f, err := facts.Read(ctx, pid)
	if err != nil {
		return err
	}
	outside := f.UIDs.Effective
	uid := Observation{ID: "uid", What: "who it is", Inside: fmt.Sprintf("uid %d", said.UID), Host: fmt.Sprintf("uid %d", outside), Outcome: sameID(said.UID, outside)}
	t.see(uid)
	t.count("uid-inside", "user id inside", float64(said.UID), "")
	t.count("uid-host", "the same, as the host numbers it", float64(outside), "")
	owner, err := fileOwner(pid, said)
	if err != nil {
		return err
	}
	t.see(owner)
	if len(said.Secrets) != len(secrets) {
		return fmt.Errorf("it answered about %d files of %d", len(said.Secrets), len(secrets))
	}
	for i, refused := range said.Secrets {
		t.see(secretWords(secrets[i], refused))
	}
	switch {
	case uid.Outcome == Open && outside == 0:
		return t.conclude(Open, "root inside is root outside")
	case uid.Outcome == Open:
		return t.conclude(Open, "uid %d inside is uid %d outside", said.UID, outside)
	case owner.Outcome == Open:
		return t.conclude(Open, "its files belong to uid %d on the host as well", said.Owner)
	}
	return t.conclude(Contained, "uid %d inside is uid %d outside", said.UID, outside)
}

// secrets are files that are there on most machines, for root only.
var secrets = []string{"/etc/shadow", "/etc/sudoers"}

func sameID(inside, outside uint32) Outcome {
	if inside == outside {
		return Open
	}
	return Contained
}

// fileOwner looks at the file through the process that holds it open.
func fileOwner(pid int, said inside.Identity) (Observation, error) {
	owner, err := ownerOf(fmt.Sprintf("/proc/%d/fd/%d", pid, said.File))
	if err != nil {
		return Observation{}, err
	}
	return Observation{ID: "owner", What: "whose a file is that it makes", Inside: fmt.Sprintf("uid %d", said.Owner), Host: fmt.Sprintf("uid %d", owner), Outcome: sameID(said.Owner, owner)}, nil
}

// secretWords tells permission (it is there, and forbidden) from context (there
// is no such file).
func secretWords(file string, refused *inside.Error) Observation {
	o := Observation{ID: "open-" + path.Base(file), What: "open " + file, Outcome: Contained}
	switch {
	case refused == nil:
		o.Inside, o.Outcome = "opened, and not read", Open
	case refused.Name == "ENOENT":
		o.Inside = "no such file (ENOENT): a matter of context"
	default:
		o.Inside = answer(refused) + ": a matter of permission"
	}
	return o
}
