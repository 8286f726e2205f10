package tent

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// Install copies this program to where learners' tents can show it, below the
// state directory, and returns its place: what a tent shows must be reached by
// user ids that are nobody's, and programs lie in people's homes, too. Tents that
// stand keep the one they have.
func Install() (string, error) {
	state, err := sandbox.StateDir()
	if err != nil {
		return "", err
	}
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(state, "class")
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return "", &sandbox.Error{Op: "make", Target: dir, Err: err, Remedy: "point XDG_STATE_HOME to a directory that can be written"}
	}
	place := filepath.Join(dir, "tentpole")
	if err := copyProgram(self, place); err != nil {
		return "", &sandbox.Error{Op: "copy the program to", Target: place, Err: err, Remedy: "it takes some 50 MB"}
	}
	return place, passable(dir)
}

// passable finds the directory above that keeps everybody out.
func passable(dir string) error {
	for at := dir; ; at = filepath.Dir(at) {
		st, err := os.Stat(at)
		if err != nil {
			return err
		}
		if st.Mode()&0o001 == 0 {
			return &sandbox.Error{Op: "show learners", Target: dir, Err: fs.ErrPermission, Remedy: "nobody but its owner gets through " + at + ": point XDG_STATE_HOME to another place, or leave it unset"}
		}
		if at == filepath.Dir(at) {
			return nil
		}
	}
}

// copyProgram puts a whole copy in place at once.
func copyProgram(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.CreateTemp(filepath.Dir(to), ".tentpole-")
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	err = errors.Join(err, out.Chmod(0o755), out.Close())
	if err == nil {
		err = os.Rename(out.Name(), to)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(out.Name()))
	}
	return err
}
