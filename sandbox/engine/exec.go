package engine

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// execBody is ContainerExec of the Engine API.
type execBody struct {
	AttachStdin, AttachStdout, AttachStderr bool
	Env, Cmd                                []string
	User                                    string `json:",omitempty"`
}

// execState is what the engine tells of an exec.
type execState struct {
	Running  bool
	ExitCode *int
	Pid      int
}

// exec starts a command in the container, with its files on the stream.
func (c *container) exec(ctx context.Context, given experiment.Command) (id string, s *stream, err error) {
	// Podman wants a stream, be it that nobody reads it.
	b := execBody{AttachStdin: given.Stdin != nil, AttachStdout: true, AttachStderr: given.Stderr != nil, Cmd: given.Args, User: given.User}
	path := c.path
	if given.Program != nil {
		dir, err := c.put(ctx, given.Args[0], given.Program)
		if err != nil {
			return "", nil, err
		}
		path = dir + ":" + path
	}
	b.Env = []string{"PATH=" + path}
	var created struct {
		ID string `json:"Id"`
	}
	if err := c.do(ctx, request{did: "prepare " + given.Args[0], method: "POST", path: c.at("exec"), body: b}, &created); err != nil {
		return "", nil, err
	}
	s, err = c.hijack(ctx, request{did: "start " + given.Args[0], method: "POST", path: "/exec/" + created.ID + "/start",
		body: struct{ Detach, Tty bool }{}})
	return created.ID, s, err
}

// execStarts waits until a command runs or has ended.
func (c *container) execStarts(ctx context.Context, id, name string, s *stream) (execState, error) {
	state, err := c.execUntil(ctx, id, func(s execState) bool { return s.Pid != 0 || s.ended() })
	if err != nil || !state.ended() || state.Pid != 0 || !notStarted(*state.ExitCode) {
		return state, err
	}
	// What the runtime answered comes where the output would.
	said, _ := io.ReadAll(io.LimitReader(&frames{from: s}, 1000))
	return state, &sandbox.CommandError{Name: name, Err: refusal{facts.Clean(strings.TrimSpace(string(said))), *state.ExitCode}}
}

// notStarted tells the exit statuses of what could not be started: 126 and 127,
// as in a shell.
func notStarted(code int) bool { return code == 126 || code == 127 }

// refusal is why a runtime did not start a command.
type refusal struct {
	text string
	code int
}

func (r refusal) Error() string { return r.text }

func (r refusal) Is(target error) bool {
	missing := r.code == 127 || strings.Contains(r.text, "not found") || strings.Contains(r.text, "no such file")
	return target == fs.ErrNotExist && missing || target == fs.ErrPermission && !missing
}

func (s execState) ended() bool { return !s.Running && s.ExitCode != nil }

// execUntil asks again and again, less and less often: the API has nothing to
// wait by.
func (c *container) execUntil(ctx context.Context, id string, enough func(execState) bool) (s execState, err error) {
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		err := c.do(ctx, request{did: "tell of a command", method: "GET", path: "/exec/" + id + "/json"}, &s)
		if err != nil || enough(s) {
			return s, err
		}
		select {
		case <-ctx.Done():
			return s, ctx.Err()
		case <-time.After(pause):
		}
	}
}

// frames reads what comes from a command without a terminal: frames of a header
// and bytes. The header is 1 for standard output and 2 for standard error, three
// zeros, and the length as four bytes, the highest first.
type frames struct {
	from io.Reader
	kind byte
	left uint32
}

const frameHeader = 8

// next begins a frame when the last one has been read.
func (f *frames) next() error {
	for f.left == 0 {
		var h [frameHeader]byte
		if _, err := io.ReadFull(f.from, h[:]); err != nil {
			return err
		}
		f.kind, f.left = h[0], binary.BigEndian.Uint32(h[4:])
		if f.kind > 2 || h[1]|h[2]|h[3] != 0 {
			return fmt.Errorf("a frame begins with % x", h)
		}
	}
	return nil
}

func (f *frames) Read(p []byte) (int, error) {
	if err := f.next(); err != nil {
		return 0, err
	}
	if uint32(len(p)) > f.left {
		p = p[:f.left]
	}
	n, err := f.from.Read(p)
	f.left -= uint32(n)
	return n, err
}

// copyTo gives each frame to the file it is for, until the command's output
// ends. A file that nobody reads any more gets nothing.
func (f *frames) copyTo(out, errs *os.File) {
	to := map[byte]io.Writer{1: discardNil(out), 2: discardNil(errs)}
	for buffer := make([]byte, 32<<10); ; {
		n, err := f.Read(buffer)
		if err != nil {
			return
		}
		if w := to[f.kind]; w != nil {
			if _, err := w.Write(buffer[:n]); err != nil {
				delete(to, f.kind)
			}
		}
	}
}

func discardNil(f *os.File) io.Writer {
	if f == nil {
		return io.Discard
	}
	return f
}
