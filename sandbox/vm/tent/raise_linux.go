package tent

import (
	"context"
	"encoding/json"
	"errors"
	"os"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

func init() { // before anything else of the program's
	if os.Args[0] != Name {
		return
	}
	said := Said{}
	board, err := raise(context.Background())
	if said.Board = board; err != nil {
		said.Error = err.Error()
	}
	if json.NewEncoder(os.Stdout).Encode(said) != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

// raise raises the stage at which everything is, with the machine's own files,
// and reads it from outside, as the host does with a sandbox of its own.
func raise(ctx context.Context) (board facts.Board, err error) {
	here, err := sandbox.Look()
	if err != nil {
		return board, err
	}
	ladder := sandbox.Ladder()
	top := ladder[len(ladder)-1]
	plan, err := sandbox.NewPlan(sandbox.Spec{Layers: top.Layers, Root: top.Root, Partial: true, Hostname: "tent"}, here)
	if err != nil {
		return board, err
	}
	s, err := sandbox.Start(ctx, plan, sandbox.Options{})
	if err != nil {
		return board, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	held, err := s.Hold(ctx)
	if err != nil {
		return board, err
	}
	host, err := facts.Self(ctx)
	if err != nil {
		return board, err
	}
	inside, err := s.Facts(ctx, held.PID())
	return facts.Compare(host, inside), err
}
