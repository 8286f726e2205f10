package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"github.com/tentpole-labs/tentpole/class/scribe"
	"github.com/tentpole-labs/tentpole/class/store"
	"github.com/tentpole-labs/tentpole/class/tent"
	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
)

// InTents raises real tents with these limits; program is from tent.Install, and
// lines where the learners' sockets are. The scribe holds each, and they share the
// processors as the crowd does.
func InTents(program, class, lines string, limits tent.Limits, s *scribe.Scribe, c *tent.Crowd) Raise {
	return func(ctx context.Context, l store.Learner, progress []byte) (Tent, error) {
		t, err := tent.Open(ctx, tent.Pitch{Hostname: class, Program: program, Line: linePath(lines, l.ID), Crowd: c, Limits: limits}, progress)
		if err != nil {
			return nil, err
		}
		if err := s.Hold(l.ID, t.Last()); err != nil {
			return nil, errors.Join(err, t.Close())
		}
		return raised{t, l.ID, s}, nil
	}
}

// raised is a tent with the server's own word for what runs in it.
type raised struct {
	*tent.Tent
	learner int64
	scribe  *scribe.Scribe
}

func (r raised) Start(ctx context.Context, term string, size sandbox.Size) (Program, error) {
	p, err := r.Tent.Start(ctx, term, size)
	if err != nil {
		return nil, err
	}
	return running{p, r.Tent}, nil
}

// running is a program in its tent, which hears of keys.
type running struct {
	*sandbox.Process
	tent *tent.Tent
}

func (r running) Typed() { r.tent.Typed() }

func (r raised) Close() error { return errors.Join(r.scribe.Drop(r.learner), r.Tent.Close()) }

// TakeIn keeps what the scribe of a killed server has written down, and returns how
// many learners' progress that is. What could not be kept stays for the next time.
func TakeIn(ctx context.Context, s *store.Store, dir string) (n int, err error) {
	left, err := scribe.Left(dir)
	for learner, raw := range left {
		switch failed := takeIn(ctx, s, learner, raw); {
		case failed == nil:
			n++
			err = errors.Join(err, scribe.Forget(dir, learner))
		case errors.Is(failed, store.ErrNone): // the class was deleted
			err = errors.Join(err, scribe.Forget(dir, learner))
		default:
			err = errors.Join(err, failed)
		}
	}
	return n, err
}

// takeIn adds it to what is kept: another server may have had the learner since.
func takeIn(ctx context.Context, s *store.Store, learner int64, raw []byte) error {
	last, err := lessons.DecodeProgress(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	if err := s.Take(ctx, learner); err != nil {
		return err
	}
	defer s.Leave(ctx, learner) // the next to ask finds a server that is gone
	before, err := s.Progress(ctx, learner)
	if err != nil {
		return err
	}
	if before != nil {
		kept, err := lessons.DecodeProgress(bytes.NewReader(before))
		if err != nil {
			return err
		}
		last.Merge(kept)
	}
	merged, err := json.Marshal(last)
	if err != nil {
		return err
	}
	return s.Save(ctx, learner, merged)
}
