package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
)

// converse sends the child what it is to do, and hears how it went.
func (s *starting) converse() error {
	cfg := proto.Configure{Operations: s.child, Host: s.hostNamespaces(), Own: s.plan.namespaces(), Environment: s.env, FailAt: -1}
	if f := s.opts.fail; f != nil {
		cfg.FailAt, cfg.FailHow = slices.Index(s.at, f.step), f.how
	}
	var fds []int
	if s.script == nil {
		for _, m := range s.mounts {
			cfg.Descriptors = append(cfg.Descriptors, m.name)
			fds = append(fds, m.fd)
		}
	}
	if s.script != nil {
		fds = s.script.configure(&cfg)
	}
	for _, d := range s.groupDescriptors() {
		cfg.Descriptors = append(cfg.Descriptors, d.name)
		fds = append(fds, d.fd)
	}
	if s.script != nil && s.script.begun {
		if err := s.adopted(&cfg); err != nil {
			return err
		}
	}
	if err := s.conn.Send(proto.KindConfigure, &cfg, fds...); err != nil {
		return s.broken(err)
	}
	if s.first != nil && s.process == nil {
		// It waits in the socket until the init is ready for it.
		var err error
		if s.process, err = s.request(*s.first); err != nil {
			// The init may have gone already; then it has said why.
			return cmp.Or(s.hear(), err)
		}
	}
	// The janitor finds the cgroups of one that was killed before this, too.
	if err := s.writeRecord(); err != nil {
		return err
	}
	return s.hear()
}

// delegate lets a user inside have limits of their own.
func (s *starting) delegate() error {
	if s.opts.Delegate == nil || s.group == nil {
		return nil
	}
	return explainNil("delegate the cgroup of", s.plan.Name, s.group.Delegate(*s.opts.Delegate))
}

// groupDescriptors are what the init needs of the cgroups: the end of all, and
// the way in for its commands. They stay the group's, or are closed by letGo.
func (s *starting) groupDescriptors() []mountFD {
	if s.group == nil {
		return nil
	}
	var list []mountFD
	if s.group.Path != "" {
		s.kill, _ = s.group.OpenKill() // before kernel 5.14 there is none
	}
	if s.kill != nil {
		list = append(list, mountFD{proto.KillDescriptor, int(s.kill.Fd())})
	}
	if thaw, err := s.group.OpenThaw(); err == nil && thaw != nil {
		s.thaw = thaw
		list = append(list, mountFD{proto.ThawDescriptor, int(thaw.Fd())})
	}
	return append(list, s.ways()...)
}

// ways are by what commands join the cgroups.
func (s *starting) ways() (list []mountFD) {
	if s.group == nil {
		return nil
	}
	if leaf := s.group.Commands(); leaf != nil {
		list = append(list, mountFD{op.LeafDescriptor, int(leaf.Fd())})
	}
	if root := s.group.NamespaceRoot(); root != nil {
		list = append(list, mountFD{op.NamespaceRootDescriptor, int(root.Fd())})
	}
	for i, tasks := range s.group.Tasks() {
		list = append(list, mountFD{op.TasksDescriptor(i), int(tasks.Fd())})
	}
	return list
}

func (s *starting) hostNamespaces() []proto.Namespace {
	var list []proto.Namespace
	for layer, inode := range s.plan.machine.Namespaces {
		list = append(list, proto.Namespace{Layer: layer, Inode: inode})
	}
	return list
}

// hear collects the child's reports until it is ready or has failed.
func (s *starting) hear() error {
	for {
		m, _, err := s.conn.Receive()
		if err != nil {
			return s.broken(err)
		}
		switch m.Kind {
		case proto.KindReady:
			return nil
		case proto.KindPerformed:
			var done proto.Performed
			if err := m.Decode(&done); err != nil {
				return err
			}
			s.heard = done.First + len(done.Took)
			if f := s.opts.fail; f != nil && f.how == proto.FailKill && s.heard < len(s.at) && s.at[s.heard] == f.step {
				s.init.signal(unix.SIGKILL)
			}
			s.noteAll(done)
		case proto.KindFailed:
			var failed proto.Failed
			if err := m.Decode(&failed); err != nil {
				return err
			}
			err := explain(failed.Op, failed.Target, errors.Unwrap(failed.Error()))
			s.note(failed.Index, failed.Microseconds, err)
			return err
		}
	}
}

// noteAll records those of the child's operations that a report is about.
func (s *Sandbox) noteAll(done proto.Performed) {
	for _, f := range done.Refused {
		s.refused[f.Index] = f.Error()
	}
	for i, took := range done.Took {
		if took != proto.Later {
			s.note(done.First+i, took, nil)
		}
	}
}

// note records one of the child's operations.
func (s *Sandbox) note(index int, microseconds int64, err error) {
	if index < 0 || index >= len(s.at) {
		return
	}
	step := s.plan.Steps[s.at[index]]
	s.observe(Done{Operation: performed(step.Operation, s.refused[index]), Layer: step.Layer, Microseconds: microseconds, Err: err})
}

// record records one of the parent's operations.
func (s *starting) record(step Step, begin time.Time, err error) {
	s.observe(Done{Operation: step.Operation, Layer: step.Layer, Microseconds: time.Since(begin).Microseconds(), Err: err})
}

func (s *Sandbox) observe(d Done) {
	s.mu.Lock()
	s.transcript = append(s.transcript, d)
	s.mu.Unlock()
	if s.observer != nil {
		s.observer(d)
	}
}

// broken explains a conversation that ended early by what the init said last.
func (s *starting) broken(err error) error {
	if text := s.lastWords(); text != "" {
		err = fmt.Errorf("%w: %s", err, text)
	}
	target := s.plan.Name
	if s.heard < len(s.child) {
		target = s.child[s.heard].String()
	}
	return &Error{Op: "perform", Target: target, Err: err, Remedy: "the sandbox's init ended before it was ready"}
}

func (s *Sandbox) lastWords() string {
	if s.stderr == nil {
		return ""
	}
	b := make([]byte, 2048)
	n, err := s.stderr.ReadAt(b, 0)
	if err != nil && err != io.EOF {
		return ""
	}
	return strings.TrimSpace(string(b[:n]))
}
