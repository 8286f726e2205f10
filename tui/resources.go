package tui

import (
	"errors"
	"sync"

	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// resources is what must be closed however the program ends. It is the one
// thing that the model shares with other goroutines.
type resources struct {
	mu   sync.Mutex
	open map[int]func() error
}

func (r *resources) add(id int, close func() error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open == nil {
		r.open = map[int]func() error{}
	}
	r.open[id] = close
}

// close closes one and forgets it.
func (r *resources) close(id int) error {
	r.mu.Lock()
	f := r.open[id]
	delete(r.open, id)
	r.mu.Unlock()
	if f == nil {
		return nil
	}
	return f()
}

func (r *resources) closeAll() error {
	r.mu.Lock()
	all := r.open
	r.open = nil
	r.mu.Unlock()
	var errs []error
	for _, f := range all {
		errs = append(errs, f())
	}
	return errors.Join(errs...)
}

func clean(err error) string { return facts.Clean(err.Error()) }
