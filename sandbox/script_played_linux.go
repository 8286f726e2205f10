package sandbox

import (
	"cmp"
	"errors"
	"io"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
)

// This is the parent's part while the first process plays its script, and what is
// made of how that went.

// handMounts gives the child the mounts that the parent has built.
func (sc *script) handMounts(s *starting) error { return sc.hand(s, sc.mounts, s.mounts) }

// hand sends descriptors in the order in which the child expects them.
func (sc *script) hand(s *starting, names []string, from []mountFD) error {
	var fds []int
	for _, name := range names {
		i := slices.IndexFunc(from, func(m mountFD) bool { return m.name == name })
		if i < 0 {
			return explain("hand over", name, unix.ENOENT)
		}
		fds = append(fds, from[i].fd)
	}
	return explainNil("hand over", strings.Join(names, " "), proto.Hand(sc.hands, fds...))
}

// finish waits until the first process has executed, and gives one with a script
// what it waits for before. After a failure of the parent's it ends.
func (s *starting) finish(failed error) error {
	if s.script == nil {
		late := explainNil("clone", s.plan.Name, s.executed())
		return cmp.Or(failed, late) // a process whose ids cannot be mapped fails by that
	}
	if failed == nil {
		failed = s.script.hand(s, s.script.group, s.ways())
	}
	if failed != nil {
		s.script.program.Kill()
	}
	late := s.executed()
	if blamed := s.script.blame(s, late); failed == nil || ownFault(late) {
		return blamed
	}
	return failed
}

// ownFault tells whether a child has failed by itself, and not for what the parent
// did not give it.
func ownFault(err error) bool {
	var refused *fork.Error
	return errors.As(err, &refused) && !errors.Is(refused, unix.EPIPE)
}

// read takes what the children have noted, while their page is there, and what the
// raiser has sent.
func (sc *script) read() (err error) {
	sc.times = sc.program.Marks()
	sc.begun = sc.pid != nil && *sc.pid > 0 && !sc.program.Lost()
	if sc.sent, err = proto.Handed(sc.hands); err == nil && len(sc.sent) != len(sc.stay) {
		err = io.ErrUnexpectedEOF
	}
	return explainNil("raise", "the sandbox", err)
}

// took is the time from one mark to the next, in microseconds.
func (sc *script) took(mark int) int64 {
	if mark < 0 || mark >= len(sc.times) {
		return 0
	}
	return sc.times[mark].Microseconds()
}

// blame finds the operation of a call that was refused.
func (sc *script) blame(s *starting, err error) error {
	var refused *fork.Error
	if !errors.As(err, &refused) {
		return explainNil("clone", s.plan.Name, err)
	}
	typed := explain(refused.Name, cmp.Or(refused.Target, s.plan.Name), refused.Err)
	for i, t := range sc.turns {
		if refused.Index >= t.from && refused.Index < t.to {
			sc.performed(s, i)
			s.note(i, 0, typed)
		}
	}
	return typed
}

// tell records what the child did.
func (sc *script) tell(s *starting) { sc.performed(s, len(sc.turns)) }

// performed records the first of its operations.
func (sc *script) performed(s *starting, number int) {
	var done proto.Performed
	for i, t := range sc.turns[:number] {
		took := sc.took(t.mark)
		switch o := s.child[i].(type) {
		case op.Choice:
			if errno := unix.Errno(*t.refused); errno != 0 {
				done.Refused = append(done.Refused, proto.Failed{Index: i, Op: op.Kind(o.First()), Target: o.First().String(), Errno: int(errno), Text: errno.Error()})
			}
		case op.Performer:
		default:
			took = proto.Later
		}
		done.Took = append(done.Took, took)
	}
	s.noteAll(done)
}

// configure tells the init what it need not do, and gives it what is there.
func (sc *script) configure(cfg *proto.Configure) (fds []int) {
	cfg.Raised = true
	cfg.Kept = []proto.Kept{{Name: op.ProgramDescriptor, FD: programFD}}
	if !sc.begun || sc.pid != sc.raiser {
		cfg.Raiser = int(*sc.raiser)
	}
	for i, name := range sc.stay {
		if name != proto.BegunDescriptor || sc.begun {
			cfg.Descriptors = append(cfg.Descriptors, name)
			fds = append(fds, sc.sent[i])
		}
	}
	return fds
}

// adopted has the init know the first command, which runs.
func (s *starting) adopted(cfg *proto.Configure) error {
	p := newProcess(*s.first)
	var run proto.Run
	if err := s.register(&run, p); err != nil {
		return err
	}
	s.process = p
	cfg.Begun = &proto.Started{ID: run.ID, PID: int(*s.script.pid), Operations: s.script.carried}
	for i := range s.script.carried {
		took := s.script.took(s.script.carryAt + i)
		cfg.Begun.Took = append(cfg.Begun.Took, took)
		cfg.Begun.Microseconds += took
	}
	return nil
}
