package experiment

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"

	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

// Terminal is the near side of a pseudo terminal inside a subject, of whatever
// kind: the act "terminal" makes it there. What is read from it is hostile.
type Terminal struct {
	talk   *Talk
	screen *os.File
	typing sync.Mutex
}

// OpenTerminal starts a command inside on a terminal of its own, with more in its
// environment. The caller closes it.
func OpenTerminal(ctx context.Context, s Subject, cols, rows int, environment []string, args ...string) (*Terminal, error) {
	screen, theirs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	t := &Terminal{screen: screen}
	given := inside.Terminal{Args: args, Environment: environment, Size: *size(cols, rows)}
	t.talk, err = begin(ctx, s, asking{act: "terminal", given: given, besides: theirs, lasts: years})
	theirs.Close()
	if err != nil {
		return nil, errors.Join(err, screen.Close())
	}
	var began bool
	if err := t.talk.Hear(ctx, &began); err != nil {
		return nil, errors.Join(err, t.Close())
	}
	return t, nil
}

func size(cols, rows int) *inside.Size { return &inside.Size{Rows: uint16(rows), Cols: uint16(cols)} }

// Read gives what the terminal shows, and io.EOF when nobody uses it any more.
func (t *Terminal) Read(b []byte) (int, error) { return t.screen.Read(b) }

// Write types.
func (t *Terminal) Write(b []byte) (int, error) {
	if err := t.say(inside.Typed{Text: b}); err != nil {
		return 0, io.ErrClosedPipe
	}
	return len(b), nil
}

// Resize tells the command the size in character cells.
func (t *Terminal) Resize(cols, rows int) error { return t.say(inside.Typed{Size: size(cols, rows)}) }

func (t *Terminal) say(typed inside.Typed) error {
	t.typing.Lock()
	defer t.typing.Unlock()
	return t.talk.Say(typed)
}

// Close hangs up, as a terminal window does that is closed.
func (t *Terminal) Close() error { return errors.Join(t.talk.Close(), t.screen.Close()) }
