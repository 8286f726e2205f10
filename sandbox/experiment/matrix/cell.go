package matrix

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// patience is how much longer than it says an experiment may take.
const patience = 30 * time.Second

// cell runs one experiment at one stage, or on one subject.
func (r *runner) cell(ctx context.Context, info experiment.Info, s Stage) Cell {
	cell := Cell{Stage: s.Name}
	if s.Lacks != "" {
		cell.Outcome, cell.Reason = experiment.NotApplicable, s.Lacks
		return cell
	}
	if gone := s.lacks(); gone != nil {
		cell.Outcome, cell.Reason = experiment.NotApplicable, facts.Clean(fmt.Sprintf("this machine cannot raise the layer %s for this user: %s", gone.Layer, gone.Because))
		return cell
	}
	limit := patience + time.Duration(10*info.Seconds*float64(time.Second))
	inner, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	result, err := r.once(inner, info.ID, s)
	cell.Outcome, cell.Reason = result.Outcome, result.Reason
	cell.Observations, cell.Numbers, cell.Milliseconds = result.Observations, result.Numbers, result.Milliseconds
	switch {
	case err == nil:
	case errors.Is(err, sandbox.ErrNotSupported):
		cell.Outcome, cell.Reason = experiment.NotApplicable, facts.Clean(err.Error())
	case inner.Err() != nil && ctx.Err() == nil:
		cell.Outcome, cell.Error = "", fmt.Sprintf("it had not ended after %v", limit)
	default:
		cell.Outcome, cell.Error = "", facts.Clean(err.Error())
	}
	return cell
}

// once raises a sandbox or another subject, runs the experiment in it and ends it.
func (r *runner) once(ctx context.Context, id string, s Stage) (result experiment.Result, err error) {
	open := r.Open
	if s.open != nil {
		open = s.open
	}
	subject, err := open(ctx, s.spec)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, subject.Close()) }()
	// Another run, of the other lane or of somebody else, has another file.
	path := "/tmp/tentpole-canary-" + rand.Text() + ".txt"
	return r.run(ctx, id, subject, experiment.Options{Path: path})
}

// lacks returns the stage's own layer when this machine cannot raise it: then
// there is no such stage.
func (s Stage) lacks() *sandbox.Missing {
	for _, m := range s.Missing {
		if m.Layer == s.Adds {
			return &m
		}
	}
	return nil
}
