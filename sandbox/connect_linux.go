package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// bridge is the one that sandboxes with this state directory share.
func bridge(state string) network.Bridge {
	return network.Bridge{StateDir: state, Alive: ownerLives}
}

func ownerLives(tag string) bool {
	_, o, ok := parseOwned(tag)
	return !ok || !o.dead() // what cannot be read or judged may be somebody's
}

// attach puts the sandbox onto the bridge, while its init puts the root
// together, and tells the init what came of it.
func (s *starting) attach(ctx context.Context) error {
	if s.plan.network == nil {
		return nil
	}
	ns, err := network.OpenNamespace(s.init.pid)
	if err != nil {
		return explain("open network namespace of", s.plan.Name, err)
	}
	defer ns.Close()
	s.attachment, err = bridge(s.plan.machine.State).Attach(ctx, network.Request{
		Owner: s.plan.owned, NetNS: ns, Hostname: s.plan.Spec.Hostname,
		Around: func(o network.Operation, perform func() error) error {
			begin := time.Now()
			err := perform()
			if err == nil {
				err = s.failsAt(o)
			}
			s.observe(Done{Operation: connection{o}, Layer: Net, Microseconds: time.Since(begin).Microseconds(), Err: err})
			return err
		},
	})
	if err != nil {
		return err
	}
	// Another sandbox may have come first since the plan: this is the address.
	for i, o := range s.child {
		if w, ok := o.(op.WriteFile); ok && w.Path == hostsFile {
			w.Content = s.attachment.Hosts
			s.child[i] = w
		}
	}
	return nil
}

// failsAt is the error of an operation that a test wants to fail.
func (s *starting) failsAt(o network.Operation) error {
	for i, step := range s.plan.Steps {
		if c, ok := step.Operation.(connection); ok && c.String() == o.String() {
			return s.onPurpose(i, step)
		}
	}
	return nil
}

// publish listens on the host for the ports of the plan.
func (s *Sandbox) publish(ctx context.Context) (err error) {
	if len(s.plan.Spec.Publish) == 0 {
		return nil
	}
	if s.attachment != nil {
		s.published, err = network.Publish(ctx, s.plan.Spec.Publish, s, s.attachment.Addrs()...)
	} else {
		s.published, err = network.Publish(ctx, s.plan.Spec.Publish, s)
	}
	return err
}

// Published lists where the host listens for the sandbox, nil without a
// published port.
func (s *Sandbox) Published() []network.Listening {
	if s.published == nil {
		return nil
	}
	return s.published.Listening()
}

// Attachment is the sandbox's place on the bridge, nil without one.
func (s *Sandbox) Attachment() *network.Attachment { return s.attachment }

// disconnect ends what the host does for the sandbox's network.
func (s *Sandbox) disconnect() error {
	var errs []error
	if s.published != nil {
		errs = append(errs, s.published.Close())
	}
	if s.attachment != nil {
		errs = append(errs, s.attachment.Close())
	}
	return errors.Join(errs...)
}

// joinFlags are what setns(2) is told of each namespace that can be joined.
var joinFlags = map[Layer]int{Net: unix.CLONE_NEWNET, IPC: unix.CLONE_NEWIPC, UTS: unix.CLONE_NEWUTS}

// joining opens the namespaces of other sandboxes and this thread's own, and
// returns how to enter the one and go back to the other. It runs on the thread
// that forks.
func (s *starting) joining() (enter, leave func() error, err error) {
	var theirs, ours []joint
	letGo := func() {
		for _, j := range append(theirs, ours...) {
			j.ns.Close()
		}
	}
	for _, j := range s.plan.Spec.Join {
		pid, err := findInit(s.plan.machine.State, j.Name)
		if err != nil {
			letGo()
			return nil, nil, err
		}
		for _, l := range j.Namespaces.List() {
			for _, side := range []struct {
				list *[]joint
				dir  string
			}{{&theirs, fmt.Sprintf("/proc/%d", pid)}, {&ours, "/proc/thread-self"}} {
				ns, err := os.Open(side.dir + "/ns/" + l.Info().Namespace)
				if err != nil {
					letGo()
					return nil, nil, explain("join "+string(l)+" of", j.Name, errno(err))
				}
				*side.list = append(*side.list, joint{l, ns})
			}
		}
	}
	return func() error { return setAll(theirs) }, func() error { defer letGo(); return setAll(ours) }, nil
}

// joint is a namespace to enter.
type joint struct {
	layer Layer
	ns    *os.File
}

func setAll(list []joint) error {
	for _, j := range list {
		if err := unix.Setns(int(j.ns.Fd()), joinFlags[j.layer]); err != nil {
			return explain("setns", string(j.layer), err)
		}
	}
	return nil
}
