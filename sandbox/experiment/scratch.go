package experiment

import (
	"context"
	"errors"
	"os"
	"path"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

// scratch is a directory of tentpole's own on the host, which goes with the
// trial. uid and gid are the host's numbers of root inside.
type scratch struct {
	dir      string
	uid, gid int
	mark     string // in every directory that is shown inside
}

// scratch makes such a directory.
func (t *Trial) scratch(ctx context.Context) (scratch, error) {
	talk, err := t.talk(ctx, "stay", nil)
	if err != nil {
		return scratch{}, err
	}
	f, err := t.Facts(ctx, talk.Process)
	if err != nil {
		return scratch{}, err
	}
	if err := talk.Close(); err != nil {
		return scratch{}, err
	}
	s := scratch{uid: int(f.UIDs.Effective), gid: int(f.GIDs.Effective), mark: randomContent()}
	dir, remove, err := sandbox.Scratch(s.gid)
	if err != nil {
		return s, err
	}
	s.dir = dir
	t.atEnd(remove)
	return s, nil
}

// directory makes one in it that belongs to root inside, and marks it.
func (s scratch) directory(name string) (string, error) {
	dir := path.Join(s.dir, name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	mark := path.Join(dir, inside.MarkFile)
	if err := os.WriteFile(mark, []byte(s.mark), 0o600); err != nil {
		return "", err
	}
	return dir, errors.Join(s.give(mark), s.give(dir))
}

// give hands a file or directory to root inside.
func (s scratch) give(name string) error {
	if s.uid == os.Geteuid() && s.gid == os.Getegid() {
		return nil
	}
	return os.Lchown(name, s.uid, s.gid)
}

// mountable are directories that a volume may cover.
var mountable = []string{"/mnt", "/media", "/srv", "/opt"}

// targets are n places inside to show volumes at. With the host's root they
// must be there: none is made on the host.
func (t *Trial) targets(n int) ([]string, error) {
	var found []string
	for _, dir := range mountable {
		st, err := os.Lstat(dir)
		if t.Result.Subject.Root.Own() || err == nil && st.IsDir() {
			found = append(found, dir)
		}
	}
	if len(found) < n {
		return nil, cannot("the host has only %d of the directories %v to show a volume at, and none is made", len(found), mountable)
	}
	return found[:n], nil
}

// withVolumes starts another subject like the trial's, with these volumes and
// no others.
func (t *Trial) withVolumes(ctx context.Context, volumes ...sandbox.Volume) (Subject, error) {
	return t.another(ctx, func(spec *sandbox.Spec) { spec.Volumes, spec.Tmpfs = volumes, nil })
}
