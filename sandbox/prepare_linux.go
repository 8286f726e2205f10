package sandbox

import (
	"errors"
	"path"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/userland"
)

// prepare makes the sandbox's directory and the overlays; those that need the
// child's id map when there is one.
func (s *starting) prepare() error {
	if err := s.makeTree(); err != nil {
		return err
	}
	if s.script != nil {
		if err := s.script.makeLink(s.plan); err != nil {
			return err
		}
	}
	report := func(d Done) { s.built = append(s.built, d) }
	if err := s.tiny(report); err != nil {
		return err
	}
	return errors.Join(s.overlays(false, report), s.devices(report), s.limit(report), s.ahead())
}

// ahead makes of the overlays that need an id map what does not need it.
func (s *starting) ahead() error {
	s.uppers = map[string]int{}
	for _, step := range s.plan.Steps {
		o, ok := step.Operation.(op.BuildOverlay)
		if !ok || !o.IDMapped || !o.Memory {
			continue
		}
		upper, err := upperAhead(o)
		if err != nil {
			return explain("build overlay of", o.Lower, err)
		}
		s.uppers[o.Name] = upper
	}
	return nil
}

// upper is what there is of an overlay; whoever asks closes it.
func (s *starting) upper(o op.BuildOverlay) int {
	upper, ok := s.uppers[o.Name]
	if !ok {
		return -1
	}
	delete(s.uppers, o.Name)
	return upper
}

// mapped makes what needs the child's id map, and gives all to who waits for it.
func (s *starting) mapped() error {
	if s.users != nil {
		if err := s.overlays(true, func(d Done) { s.built = append(s.built, d) }); err != nil {
			return err
		}
	}
	if s.pid == 0 || s.script == nil {
		return nil
	}
	return s.script.handMounts(s)
}

// limit makes the cgroup's limits while the first process is being made, where
// there is a cgroup by then. One that only tracks waits: that process may turn out
// to be one that the kernel does not let be born there.
func (s *starting) limit(report func(Done)) error {
	s.early = s.group != nil && s.plan.limited() && s.scripted()
	if !s.early {
		return nil
	}
	return s.operate(limits, func(step Step, begin time.Time, err error) {
		report(Done{Operation: step.Operation, Layer: step.Layer, Microseconds: time.Since(begin).Microseconds(), Err: err})
	})
}

// limits tells whether an operation is one of those.
func limits(o Operation) bool {
	switch o.(type) {
	case op.MakeBranches, op.SetLimits:
		return true
	}
	return false
}

// tiny builds the tiny root, unless an earlier sandbox has.
func (s *starting) tiny(report func(Done)) error {
	for i, step := range s.plan.Steps {
		o, ok := step.Operation.(op.BuildTiny)
		if !ok {
			continue
		}
		begin := time.Now()
		err := passable(path.Dir(o.Path))
		if err == nil {
			_, err = userland.Build(path.Dir(o.Path), path.Join(s.plan.tree, "tiny"))
		}
		if err != nil {
			err = explain("build", o.Path, err)
		} else {
			err = s.onPurpose(i, step)
		}
		report(Done{Operation: o, Layer: step.Layer, Microseconds: time.Since(begin).Microseconds(), Err: err})
		if err != nil {
			return err
		}
	}
	return nil
}

// devices builds the parts of /dev, where the plan wants them of the parent.
func (s *starting) devices(report func(Done)) error {
	for i, step := range s.plan.Steps {
		var mounts []mountFD
		var err error
		begin := time.Now()
		switch o := step.Operation.(type) {
		case op.BuildDevices:
			mounts, err = buildDevices(o)
		case op.BuildTerminals:
			mounts, err = buildTerminals(o)
		default:
			continue
		}
		if err != nil {
			err = explain("build", "/dev", err)
		}
		if err == nil {
			err = s.onPurpose(i, step)
		}
		s.mounts = append(s.mounts, mounts...)
		report(Done{Operation: step.Operation, Layer: step.Layer, Microseconds: time.Since(begin).Microseconds(), Err: err})
		if err != nil {
			return err
		}
	}
	return nil
}

// overlays builds the overlays that are id-mapped, or those that are not.
func (s *starting) overlays(idMapped bool, report func(Done)) error {
	for i, step := range s.plan.Steps {
		o, ok := step.Operation.(op.BuildOverlay)
		if !ok || o.IDMapped != idMapped {
			continue
		}
		begin := time.Now()
		fd, err := buildOverlay(o, s.users, s.upper(o), func(mount int) { s.spent = append(s.spent, mount) })
		if err != nil {
			err = explain("build overlay of", o.Lower, err)
		} else {
			s.mounts = append(s.mounts, mountFD{o.Name, fd})
			err = s.onPurpose(i, step)
		}
		report(Done{Operation: o, Layer: step.Layer, Microseconds: time.Since(begin).Microseconds(), Err: err})
		if err != nil {
			return err
		}
	}
	return nil
}
