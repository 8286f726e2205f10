package sandbox

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
	"github.com/tentpole-labs/tentpole/sandbox/internal/stage"
)

// File is a file that an ordinary process inside has made and watches over.
// Remove it; if nobody does, it goes when the sandbox is closed.
type File struct {
	Identity
	process *Process
	orders  *os.File
	answers *bufio.Reader
	out     *os.File
}

// Create makes a file inside by a process inside: with the root, the
// namespaces and the rights of any command. content is one line. The error
// wraps fs.ErrExist when there is such a file already: it is left alone.
func (s *Sandbox) Create(ctx context.Context, file, content string) (*File, error) {
	content = strings.ReplaceAll(content, "\n", " ")
	if s.plan.Caught(file) == "" {
		// It may land on the host itself: then even a killed run must not
		// leave it behind.
		if err := s.Canary(file, content+"\n"); err != nil {
			return nil, err
		}
	}
	inR, inW, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	outR, outW, err := os.Pipe()
	if err != nil {
		inR.Close()
		inW.Close()
		return nil, err
	}
	f := &File{orders: inW, out: outR, answers: bufio.NewReader(outR)}
	f.process, err = s.Start(ctx, Command{Args: []string{proto.ToolName, "create", file}, Stdin: inR, Stdout: outW, tool: true})
	inR.Close()
	outW.Close()
	if err == nil {
		err = f.begin(ctx, content)
	}
	if err != nil {
		inW.Close()
		outR.Close()
		return nil, err
	}
	return f, nil
}

func (f *File) begin(ctx context.Context, content string) error {
	if _, err := fmt.Fprintln(f.orders, content); err != nil {
		return err
	}
	var made stage.Created
	if err := f.answer(ctx, &made); err != nil {
		return err
	}
	f.Identity = Identity{Path: made.Path, Device: made.Device, Inode: made.Inode, UID: made.UID, GID: made.GID}
	if made.Error != "" {
		return &Error{Op: "create", Target: made.Path, Err: cause(made.Errno, made.Error), Remedy: createRemedy(syscall.Errno(made.Errno))}
	}
	return nil
}

func cause(errno int, text string) error {
	if errno != 0 {
		return syscall.Errno(errno)
	}
	return errors.New(text)
}

func createRemedy(errno syscall.Errno) string {
	switch errno {
	case syscall.EEXIST:
		return "there is such a file already and it was left alone: remove it, or choose another path with --path"
	case syscall.ENOENT:
		return "the directory does not exist inside: choose another path with --path"
	}
	return "choose a path that can be written inside with --path"
}

// answer reads one line of the helper; a cancelled ctx ends the wait.
func (f *File) answer(ctx context.Context, v any) error {
	stop := context.AfterFunc(ctx, func() { f.out.Close() })
	defer stop()
	line, err := f.answers.ReadBytes('\n')
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return &Error{Op: "hear from the process inside about", Target: f.Path, Err: err, Remedy: "it was ended before it could answer"}
	}
	return json.Unmarshal(line, v)
}

// PID is the host's number of the process that made the file and stays until
// it is removed.
func (f *File) PID() int { return f.process.PID() }

// Remove removes the file, through the directory it was made in, if it is
// still the same one.
func (f *File) Remove(ctx context.Context) error {
	defer f.out.Close()
	defer f.orders.Close()
	if _, err := fmt.Fprintln(f.orders, "remove"); err != nil {
		return err
	}
	var gone stage.Removed
	if err := f.answer(ctx, &gone); err != nil {
		return err
	}
	if !gone.Removed {
		return &Error{Op: "remove", Target: f.Path, Err: errors.New(gone.Error), Remedy: "look at what lies there now before you remove it by hand"}
	}
	_, err := f.process.Wait(ctx)
	return err
}
