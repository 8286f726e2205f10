package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/socket"
)

// socket finds where the engine listens: where the environment says, or the
// first of the usual places where there is something. missing is why there is
// none.
func (e *Engine) socket() (path string, missing error) {
	if word := os.Getenv(e.variable); word != "" {
		path, local := strings.CutPrefix(word, "unix://")
		if !local {
			return "", &sandbox.Error{Op: "ask " + e.Title, Target: "at " + word, Err: sandbox.ErrNotSupported,
				Remedy: "tentpole looks for the container's processes and files on this machine: set " + e.variable + " to unix:// and the path of a socket here"}
		}
		return path, nil
	}
	for _, path := range e.sockets() {
		if _, err := os.Lstat(path); path != "" && !errors.Is(err, fs.ErrNotExist) {
			return path, nil
		}
	}
	return "", e.absent()
}

// absent tells an engine that is not there from one that does not run.
func (e *Engine) absent() error {
	for _, program := range []string{e.Name + "d", e.Name} {
		if e.Name+"d" == program && e.serve != nil {
			continue // it has no daemon
		}
		if _, err := exec.LookPath(program); err == nil {
			return e.trouble("", errStopped)
		}
	}
	return e.trouble("", errMissing)
}

var (
	errMissing = errors.New("it is not installed")
	errStopped = errors.New("it does not run: there is no socket")
	errDeep    = fmt.Errorf("the path of its socket is longer than the %d bytes that it could open; unix(7)", socket.Most)
)
