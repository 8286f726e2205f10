package server

import (
	"context"

	"github.com/tentpole-labs/tentpole/class/store"
	"github.com/tentpole-labs/tentpole/class/tent"
	"github.com/tentpole-labs/tentpole/sandbox"
)

// InTents raises real tents with these limits; program is from tent.Install, and
// lines where the learners' sockets are.
func InTents(program, class, lines string, limits tent.Limits) Raise {
	return func(ctx context.Context, l store.Learner, progress []byte) (Tent, error) {
		// The number is the learner's in the database, where none is given twice.
		t, err := tent.Open(ctx, tent.Pitch{Number: int(l.ID), Hostname: class, Program: program, Line: linePath(lines, l.ID), Limits: limits}, progress)
		if err != nil {
			return nil, err
		}
		return raised{t}, nil
	}
}

// raised is a tent with the server's own word for what runs in it.
type raised struct{ *tent.Tent }

func (r raised) Start(ctx context.Context, term string, size sandbox.Size) (Program, error) {
	return r.Tent.Start(ctx, term, size)
}
