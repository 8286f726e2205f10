package features

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox/features/internal/probe"
)

// Check probes the features that matter to whoever asks, or those of them with
// the given IDs, in the order of the table. It stops early only when ctx ends:
// then the answers are fewer.
func Check(ctx context.Context, engine Engine, ids ...string) []Answer {
	root := os.DirFS("/")
	e := &examination{engine: engine, caller: callerOf(root, os.Geteuid()), batches: map[place]*batch{}}
	for _, f := range table {
		if f.concerns(e.caller) && (len(ids) == 0 || slices.Contains(ids, f.ID)) {
			e.features = append(e.features, f)
		}
	}
	for _, f := range e.features {
		begin := time.Now()
		r := e.try(ctx, f)
		if ctx.Err() != nil {
			return e.answers
		}
		if r.took == 0 {
			r.took = time.Since(begin)
		}
		e.answers = append(e.answers, answer(f, scene{root: root, feature: r.stopped(f), caller: e.caller, err: r.err}, r))
	}
	return e.answers
}

// result is what came of trying a feature.
type result struct {
	detail string
	took   time.Duration
	err    error
	// nowhere tells that there was no process to try it in: the error is that
	// of a user namespace.
	nowhere bool
}

// stopped is the feature that the error is about.
func (r result) stopped(f Feature) Feature {
	for _, other := range table {
		if r.nowhere && other.where == inUser {
			return other
		}
	}
	return f
}

// examination is one run of Check.
type examination struct {
	engine   Engine
	caller   caller
	features []Feature // asked for
	answers  []Answer  // so far
	batches  map[place]*batch
	limits   *result // of all limits together
}

// try tries a feature in its place.
func (e *examination) try(ctx context.Context, f Feature) result {
	if f.asks == needsRoot && !e.caller.admin {
		return result{err: &RefusedError{Did: "change the host's network", Err: syscall.EPERM}}
	}
	switch f.where {
	case onHost:
		return e.tryOnHost(ctx, f)
	case inLimit:
		return e.tryLimit(ctx, f)
	case inBox:
		return e.tryBox(ctx, f)
	case inAll:
		return result{err: e.engine.Raise(ctx, e.available(), f.root)}
	}
	return e.tryInProcess(ctx, f)
}

func (e *examination) tryBox(ctx context.Context, f Feature) result {
	if f.root == "" {
		return result{err: e.engine.Raise(ctx, nil, "host")}
	}
	return result{err: e.engine.Raise(ctx, []string{"mount", "root"}, f.root)}
}

// tryLimit tries all limits in one sandbox first: where that starts, it
// answers for each of them.
func (e *examination) tryLimit(ctx context.Context, f Feature) result {
	if e.limits == nil {
		begin := time.Now()
		err := e.engine.Raise(ctx, limiting, "host")
		e.limits = &result{took: time.Since(begin) / time.Duration(len(limiting)), err: err}
	}
	if e.limits.err == nil {
		return *e.limits
	}
	return result{err: e.engine.Raise(ctx, f.Layers, "host")}
}

// available lists the layers that nothing has been found to stand in the way of.
func (e *examination) available() []string {
	decided := Layers(e.answers)
	return slices.DeleteFunc(slices.Clone(all), func(l string) bool {
		a, asked := decided[l]
		return asked && !a.OK
	})
}

// tryOnHost tries a feature in the calling process.
func (e *examination) tryOnHost(ctx context.Context, f Feature) (r result) {
	act, ok := hostActs[f.ID]
	if !ok {
		return result{err: errors.ErrUnsupported}
	}
	r.detail, r.err = act(ctx, e)
	return r
}

// batch is what one process has tried.
type batch struct {
	reports map[string]probe.Report
	err     error // why the others have none
}

// tryInProcess looks up what a process found that tries all features of this
// place.
func (e *examination) tryInProcess(ctx context.Context, f Feature) result {
	at := e.process(f.where)
	if e.batches[at] == nil {
		e.batches[at] = e.run(ctx, at)
	}
	b := e.batches[at]
	if r, ok := b.reports[f.ID]; ok {
		return result{detail: r.Detail, took: r.Took, err: r.Err}
	}
	return result{err: b.err, nowhere: at == inUser}
}

// process is the place whose process a feature is tried in: root is at home
// without a user namespace, others only in one.
func (e *examination) process(p place) place {
	switch {
	case p == inOwn && e.caller.admin:
		return inKernel
	case p == inOwn:
		return inUser
	}
	return p
}

var errNoReport = errors.New("the process that tries ended without a report")

func (e *examination) run(ctx context.Context, at place) *batch {
	var ids []string
	for _, f := range e.features {
		if f.where <= inUser && e.process(f.where) == at {
			ids = append(ids, f.ID)
		}
	}
	b := &batch{reports: map[string]probe.Report{}}
	where := probe.Place{User: at == inUser}
	if i := slices.Index(ids, "upper"); i >= 0 {
		dir, err := e.scratch()
		if err != nil {
			b.reports["upper"] = probe.Report{ID: "upper", Err: err}
			ids = slices.Delete(ids, i, i+1)
		} else {
			where.Upper = dir
			defer os.RemoveAll(dir)
		}
	}
	var reports []probe.Report
	reports, b.err = probe.Run(ctx, where, ids)
	if b.err == nil {
		b.err = errNoReport // for what has none all the same
	}
	for _, r := range reports {
		b.reports[r.ID] = r
	}
	return b
}

// runs numbers what is made, for several may be under way in one process.
var runs atomic.Int64

// own is a name for something of this probe's.
func (e *examination) own() string { return e.engine.Own(fmt.Sprint("doctor-", runs.Add(1))) }

// answer puts in words what was found.
func answer(f Feature, s scene, r result) Answer {
	a := Answer{ID: f.ID, Group: f.Group, What: f.What, OK: r.err == nil, Detail: r.detail, Layers: f.Layers, Cost: f.Cost, Microseconds: r.took.Microseconds()}
	if a.OK {
		return a
	}
	a.Error = causeOf(r.err).Error()
	c := s.cause()
	a.Because, a.Remedy = c.because(s), c.remedy(s)
	if !conclusive(r.err) && !c.settles {
		a.Unknown, a.Err = true, r.err
		return a
	}
	a.Err = &NotSupportedError{Feature: f.What, Cause: causeOf(r.err), Remedy: a.Remedy}
	return a
}
