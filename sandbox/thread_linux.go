package sandbox

import (
	"runtime"
	"sync"
	"time"
)

// spawner starts every init from one thread that lives as long as the
// program: the parent-death signal is tied to the thread that forked, not to
// the process (prctl(2), PR_SET_PDEATHSIG).
var spawner = &thread{}

type thread struct {
	once sync.Once
	work chan func()
}

// do runs f on the thread and waits for it.
func (t *thread) do(f func()) {
	done := make(chan struct{})
	t.begin(func() { defer close(done); f() })
	<-done
}

// begin runs f on the thread as soon as it is free.
func (t *thread) begin(f func()) { t.start() <- f }

// start is where the thread takes its work from.
func (t *thread) start() chan<- func() {
	t.once.Do(func() {
		t.work = make(chan func())
		go func() {
			runtime.LockOSThread() // never unlocked
			for f := range t.work {
				f()
			}
		}()
	})
	return t.work
}

// ready has the thread come, if it is free, and run at once what it is then given;
// nil lets it go. To wake a processor takes the kernel as long as all that is done
// before: meanwhile the thread looks for its work, and sleeps only when that does
// not come.
func (t *thread) ready() (give func(func())) {
	next := make(chan func(), 1)
	waits := false
	if runtime.GOMAXPROCS(0) > 1 {
		select {
		case t.start() <- func() { soon(next)() }:
			waits = true
		default:
		}
	}
	return func(f func()) {
		switch {
		case waits && f == nil:
			next <- func() {}
		case waits:
			next <- f
		case f != nil:
			t.begin(f)
		}
		waits = false
	}
}

// soon is what comes next, which is looked for a while before it is waited for.
func soon(next chan func()) func() {
	const preparation = 500 * time.Microsecond
	for end := time.Now().Add(preparation); time.Now().Before(end); {
		select {
		case f := <-next:
			return f
		default:
		}
	}
	return <-next
}
