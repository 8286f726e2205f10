package play

import (
	"context"
	"fmt"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// prompt is what a shell inside asks with: the host's is another word.
const prompt = "PS1=tent# "

// Shell starts an interactive shell inside on a terminal of its own.
func (r *running) Shell(ctx context.Context, cols, rows int) (Shell, error) {
	p, err := r.Start(ctx, sandbox.Command{
		Args:     []string{"sh"},
		Env:      append(r.Environment(), prompt, "TERM=xterm-256color"),
		Terminal: &sandbox.Size{Rows: uint16(rows), Cols: uint16(cols)},
	})
	if err != nil {
		return nil, fmt.Errorf("start a shell inside: %w", err)
	}
	r.note(p)
	return shell{p}, nil
}

type shell struct{ process *sandbox.Process }

func (s shell) Read(b []byte) (int, error)  { return s.process.Terminal().Read(b) }
func (s shell) Write(b []byte) (int, error) { return s.process.Terminal().Write(b) }

func (s shell) Resize(cols, rows int) error {
	return s.process.Resize(sandbox.Size{Rows: uint16(rows), Cols: uint16(cols)})
}

func (s shell) Close() error {
	s.process.Release()
	return nil
}
