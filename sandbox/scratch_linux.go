package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/userland"
)

// Scratch makes an empty directory of tentpole's own in the state directory:
// for what an experiment shows inside, as a volume or a root. The group may pass
// through it, and nobody else: root inside must, and a set-user-id program made
// there must not be within anybody's reach. remove takes it away with all that
// is in it; when tentpole is killed first, the next janitor does.
func Scratch(group int) (dir string, remove func() error, err error) {
	state, err := StateDir()
	if err != nil {
		return "", nil, err
	}
	sandboxes, err := openSandboxes(state)
	if err != nil {
		return "", nil, err
	}
	defer sandboxes.Close()
	name := strings.Replace(madeUpName(), "tent", "scratch", 1) + "@" + ownerTag()
	dir = path.Join(state, sandboxesDir, name)
	remove = func() error { return removeScratch(state, name) }
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", nil, explain("mkdir", dir, errno(err))
	}
	err = os.Chown(dir, -1, group)
	if err == nil {
		err = os.Chmod(dir, 0o710)
	}
	if err != nil {
		return "", nil, errors.Join(explain("give away", dir, errno(err)), remove())
	}
	return dir, remove, nil
}

// ScratchGroups names the cgroups of what is started from a directory that
// Scratch made. Where they may come to lie, below the caller's own in each
// hierarchy or at its top, is written down first, so that when tentpole is killed
// the next janitor ends and removes those that are there; remove does so now.
func ScratchGroups(ctx context.Context, dir string) (name string, remove func() error, err error) {
	self, err := facts.Self(ctx)
	if err != nil {
		return "", nil, err
	}
	tree := path.Base(dir)
	name = groupPrefix + tree
	var where []string
	for _, g := range self.Cgroups {
		if g.Dir != "" {
			where = append(where, path.Join(g.Dir, name), path.Join(strings.TrimSuffix(g.Dir, g.Path), name))
		}
	}
	slices.Sort(where)
	where = slices.Compact(where)
	b, err := json.Marshal(record{Name: tree, Cgroups: where})
	if err != nil {
		return "", nil, err
	}
	file := path.Join(dir, recordFile)
	remove = func() error { return cgroup.RemoveAll(where, itemPatience) }
	return name, remove, explainNil("write", file, os.WriteFile(file, b, 0o600))
}

// TinyRoot is the directory of the tiny root, which sandboxes share and nobody
// writes to. It is built when it is not there yet.
func TinyRoot() (dir string, err error) {
	state, err := StateDir()
	if err != nil {
		return "", err
	}
	if err := passable(rootsDir(state)); err != nil {
		return "", err
	}
	scratch, remove, err := Scratch(os.Getegid())
	if err != nil {
		return "", err
	}
	dir, err = userland.Build(rootsDir(state), path.Join(scratch, "tiny"))
	return dir, errors.Join(err, remove())
}

func removeScratch(state, name string) error {
	sandboxes, err := openSandboxes(state)
	if err != nil {
		return err
	}
	defer sandboxes.Close()
	return explainNil("remove", name, removeTree(sandboxes, name))
}
