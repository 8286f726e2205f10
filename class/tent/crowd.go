package tent

import (
	"runtime"
	"sync"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
)

// Crowd are the tents of one server. When they want most of the machine's
// processors, those where somebody types go first, as long as they compute no more
// than answers take, and all others get what is left. A limit in processors does
// not do that: of forty who compute without end each gets so little that it is no
// more than others use to draw a screen. Nor can one of them take the machine's
// terminals from the others; see guard. Close it.
type Crowd struct {
	processors float64
	sysctls    string // of terminals
	closed     chan struct{}
	watching   sync.WaitGroup

	mu      sync.Mutex
	tents   map[*Tent]*turn
	crowded bool
}

const (
	// The crowd is looked at this often, and when it is one.
	lookedCalm, lookedCrowded = 100 * time.Millisecond, 50 * time.Millisecond
	// It begins to be one with this share of the processors, and ends with that.
	crowdedAbove, calmBelow = 0.25, 0.1
)

// NewCrowd begins to watch; nobody is there yet.
func NewCrowd() *Crowd {
	c := &Crowd{processors: float64(runtime.GOMAXPROCS(0)), sysctls: ptySysctls, closed: make(chan struct{}), tents: map[*Tent]*turn{}}
	c.watching.Go(c.watch)
	c.watching.Go(c.guard)
	return c
}

// Close ends watching.
func (c *Crowd) Close() error {
	close(c.closed)
	c.watching.Wait()
	return nil
}

func (c *Crowd) watch() {
	for next := time.NewTimer(lookedCalm); ; {
		select {
		case <-c.closed:
			next.Stop()
			return
		case now := <-next.C:
			next.Reset(c.look(now))
		}
	}
}

// look has everybody go first or last, and tells when to look again.
func (c *Crowd) look(now time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	wanted := 0.0
	for t, turn := range c.tents {
		wanted += turn.spend(now, t.processor.Used())
	}
	c.crowded = len(c.tents) > 1 && isCrowd(c.crowded, wanted/c.processors)
	for t, turn := range c.tents {
		c.place(t, turn)
	}
	if c.crowded {
		return lookedCrowded
	}
	return lookedCalm
}

// isCrowd tells whether tents that use this share of the processors are too many.
func isCrowd(before bool, share float64) bool {
	if before {
		return share >= calmBelow
	}
	return share > crowdedAbove
}

// place has a tent go first or last.
func (c *Crowd) place(t *Tent, turn *turn) {
	last := c.crowded && turn.credit <= 0
	if last == turn.last {
		return
	}
	turn.last = last
	if last {
		t.processor.Yield() // an error leaves the limit in processors
	} else {
		t.processor.Compete()
	}
}

// enter counts a tent in; nil has no tents.
func (c *Crowd) enter(t *Tent) (err error) {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.processor, err = t.box.Processor(); err == nil {
		c.tents[t] = newTurn(time.Now(), t.processor.Used())
	}
	return err
}

func (c *Crowd) leave(t *Tent) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tents[t] != nil {
		t.processor.Close()
		delete(c.tents, t)
	}
}

// Typed tells that somebody types in this tent.
func (t *Tent) Typed() {
	c := t.crowd
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if turn := c.tents[t]; turn != nil {
		turn.key(time.Now())
		c.place(t, turn)
	}
}

// weight is a tent's. Others have 100: the server, which passes on what is typed and
// tells who goes first, and the threads of the kernel; cgroups(7).
const weight = 50

// group are the limits of the control group of a tent.
func (l Limits) group() cgroup.Limits {
	return cgroup.Limits{Memory: l.Memory, CPUs: l.CPUs, PIDs: l.PIDs, Weight: weight}
}
