package experiment

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/internal/sealed"
)

// mostOutput bounds what is read of a command's output, in bytes.
const mostOutput = 64 << 10

// endPatience is how long a command may run that ends by itself.
const endPatience = 10 * time.Second

// finish is how a command ended, and what it said.
type finish struct {
	code   int
	output string
}

// capture runs a command to its end. What it says beyond mostOutput ends it.
func capture(ctx context.Context, s Subject, c Command) (finish, error) {
	ctx, cancel := context.WithTimeout(ctx, endPatience)
	defer cancel()
	ours, theirs, err := os.Pipe()
	if err != nil {
		return finish{}, err
	}
	defer ours.Close()
	stop := context.AfterFunc(ctx, func() { ours.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	c.Stdout, c.Stderr = theirs, theirs
	p, err := s.Start(ctx, c)
	theirs.Close()
	if err != nil {
		return finish{}, err
	}
	said, err := io.ReadAll(io.LimitReader(ours, mostOutput+1))
	if err != nil || len(said) > mostOutput {
		if kill := p.Signal(syscall.SIGKILL); kill != nil && !errors.Is(kill, os.ErrProcessDone) {
			return finish{}, kill
		}
	}
	status, err := p.Wait(ctx)
	return finish{status.Code, string(said)}, err
}

// hostProgram is a copy of a program of the host's, in memory: the same bytes
// run on either side, whatever root they find there. The caller closes it.
func hostProgram(file string) (*os.File, error) {
	st, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if st.Size() > mostProgram {
		return nil, &sandbox.Error{Op: "copy", Target: file, Err: syscall.EFBIG}
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return sealed.Program(b)
}

// mostProgram bounds a program of the host's that is copied, in bytes.
const mostProgram = 32 << 20

// unstartable tells whether the kernel found no such program, or nothing to
// load it with: execve(2) answers ENOENT to both.
func unstartable(err error) bool { return errors.Is(err, fs.ErrNotExist) }
