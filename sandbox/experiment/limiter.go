package experiment

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

// Limiter is a subject whose commands are in a cgroup of their own. Errors wrap
// ErrNotSupported where there is none.
type Limiter interface {
	Statistics() (cgroup.Statistics, error)
	// Freeze stops all commands where they are; it waits at most patience for
	// the last of them.
	Freeze(patience time.Duration) error
	Thaw() error
}

// statistics are what the kernel has counted for a subject's commands. Where it
// counts nothing, all of it is nil.
func statistics(s Subject) cgroup.Statistics {
	if l, ok := s.(Limiter); ok {
		if now, err := l.Statistics(); err == nil {
			return now
		}
	}
	return cgroup.Statistics{}
}

// rise is how much a counter has grown; false where it is not kept.
func rise(before, after *uint64) (uint64, bool) {
	if before == nil || after == nil || *after < *before {
		return 0, false
	}
	return *after - *before, true
}

// tightened is a subject like the trial's with a limit so small that it is
// reached at once. A trial's subject without that layer is tried itself.
func (t *Trial) tightened(ctx context.Context, layer sandbox.Layer, set func(*cgroup.Limits)) (Subject, error) {
	if !t.has(layer) {
		return t.Subject, nil
	}
	return t.another(ctx, func(spec *sandbox.Spec) { set(&spec.Limits) })
}

// silence is how long a process may say nothing until it counts as dead, on a
// slow machine too.
const silence = 10 * time.Second

// witness is a process of a subject's that stands by, and is asked whether it is
// still alive.
type witness struct{ talk *Talk }

func (t *Trial) witness(ctx context.Context, s Subject) (witness, error) {
	talk, err := t.talkIn(ctx, s, "witness", struct{}{})
	if err != nil {
		return witness{}, err
	}
	w := witness{talk}
	return w, w.hear(ctx)
}

// alive asks.
func (w witness) alive(ctx context.Context) bool {
	return w.talk.Say(struct{}{}) == nil && w.hear(ctx) == nil
}

func (w witness) hear(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	return w.talk.Hear(ctx, &inside.Witness{})
}

// ended waits, at most a moment, for how an act's process ended.
func ended(ctx context.Context, talk *Talk) (sandbox.Status, error) {
	ctx, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	return talk.Process.Wait(ctx)
}

// cut ends a conversation at once: an act that is held back would take its time
// to hear that it may leave.
func cut(talk *Talk) error {
	err := talk.Process.Signal(syscall.SIGKILL)
	if errors.Is(err, os.ErrProcessDone) {
		err = nil
	}
	return errors.Join(err, talk.Close())
}

// mebibytes is for sentences.
func mebibytes(n int64) float64 { return float64(n) / (1 << 20) }
