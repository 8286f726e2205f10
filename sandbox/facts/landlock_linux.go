package facts

import (
	"errors"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/landlock"
)

// errUntold is why a Landlock row can be without a number.
var errUntold = errors.New("the kernel shows Landlock domains to nobody; a process can only count its own")

// readLandlock has two ways: somebody said so ([WithLandlock]), or the process
// is the reader itself, which counts on a thread that is thrown away.
func (r *reader) readLandlock() error {
	if r.opts.landlock != nil {
		r.facts.Landlock = *r.opts.landlock
		return nil
	}
	self, err := r.target.same(r.own)
	if err != nil {
		return err
	}
	n, err := countDomains(self)
	if errors.Is(err, errors.ErrUnsupported) { // nobody can be in one
		return nil
	}
	r.facts.Landlock = n
	return err
}

// countDomains counts the caller's; for anybody else it finds out only whether
// there can be any.
func countDomains(self bool) (n int, err error) {
	if !self {
		ruleset, err := landlock.Ruleset()
		if err != nil {
			return 0, err
		}
		unix.Close(ruleset)
		return 0, errUntold
	}
	counted := make(chan struct{})
	onThrowawayThread(func() {
		defer close(counted)
		n, err = landlock.Count()
	})
	<-counted
	return n, err
}
