package server

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// rates bounds how often each name does something. Names, not addresses: a class
// sits behind one.
type rates struct {
	every time.Duration // one more is allowed
	burst int           // at once

	mu     sync.Mutex
	byName map[string]*rate.Limiter
}

func newRates(every time.Duration, burst int) *rates {
	return &rates{every: every, burst: burst, byName: map[string]*rate.Limiter{}}
}

// allow counts one more of that name.
func (r *rates) allow(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	l, known := r.byName[name]
	if !known {
		r.forget()
		l = rate.NewLimiter(rate.Every(r.every), r.burst)
		r.byName[name] = l
	}
	return l.Allow()
}

// forget drops names that have been quiet, when there are many: anybody can make
// them up.
func (r *rates) forget() {
	const many = 4096
	if len(r.byName) < many {
		return
	}
	for name, l := range r.byName {
		if l.Tokens() >= float64(r.burst) {
			delete(r.byName, name)
		}
	}
}
