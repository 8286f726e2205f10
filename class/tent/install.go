package tent

import (
	"bytes"
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
	self, err := openSelf()
	if err != nil {
		return "", err
	}
	defer self.Close()
	dir := filepath.Join(state, "class")
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return "", &sandbox.Error{Op: "make", Target: dir, Err: err, Remedy: "point XDG_STATE_HOME to a directory that can be written"}
	}
	place := filepath.Join(dir, "tentpole")
	err = copyProgram(self, place)
	if init := sandbox.InitProgram(); err == nil && len(init) > 0 {
		err = copyProgram(bytes.NewReader(init), initBeside(place))
	}
	if err != nil {
		return "", &sandbox.Error{Op: "copy the program to", Target: place, Err: err, Remedy: "it takes some 60 MB"}
	}
	return place, passable(dir)
}

// initBeside is where the program for inits is: tents show both, so that learners
// have one copy of it between them.
func initBeside(place string) string { return filepath.Join(filepath.Dir(place), sandbox.InitName) }

func openSelf() (*os.File, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return os.Open(self)
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
func copyProgram(in io.Reader, to string) (err error) {
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
