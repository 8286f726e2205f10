package sandbox

import (
	"errors"
	"os"
	"path"
	"strings"
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

func removeScratch(state, name string) error {
	sandboxes, err := openSandboxes(state)
	if err != nil {
		return err
	}
	defer sandboxes.Close()
	return explainNil("remove", name, removeTree(sandboxes, name))
}
