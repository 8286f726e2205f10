package tent

import (
	"maps"
	"runtime"
	"sync"
	"sync/atomic"
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

	crowded atomic.Bool
	mu      sync.Mutex
	tents   map[*Tent]*member
}

// member is a tent in a crowd. Each has a lock of its own: the machine may take the
// processor from whoever holds one, and a key waits for no other tent.
type member struct {
	mu        sync.Mutex
	turn      *turn
	last      bool // it goes last now
	processor *cgroup.Processor
}

const (
	// The crowd is looked at this often, and when it is one.
	lookedCalm, lookedCrowded = 100 * time.Millisecond, 50 * time.Millisecond
	// It begins to be one with this share of the processors, and ends with that.
	crowdedAbove, calmBelow = 0.25, 0.1
)

// NewCrowd begins to watch; nobody is there yet.
func NewCrowd() *Crowd {
	c := &Crowd{processors: float64(runtime.GOMAXPROCS(0)), sysctls: ptySysctls, closed: make(chan struct{}), tents: map[*Tent]*member{}}
	c.watching.Go(func() { c.watch(c.look) })
	c.watching.Go(func() { c.watch(c.guard) })
	return c
}

// Close ends watching.
func (c *Crowd) Close() error {
	close(c.closed)
	c.watching.Wait()
	return nil
}

// watch does something again and again, which tells how long to wait until then.
func (c *Crowd) watch(do func(time.Time) time.Duration) {
	for next := time.NewTimer(lookedCalm); ; {
		select {
		case <-c.closed:
			next.Stop()
			return
		case now := <-next.C:
			next.Reset(do(now))
		}
	}
}

// look has everybody go first or last, and tells when to look again.
func (c *Crowd) look(now time.Time) time.Duration {
	members := c.everybody()
	wanted := 0.0
	for _, m := range members {
		wanted += m.spend(now)
	}
	c.crowded.Store(len(members) > 1 && isCrowd(c.crowded.Load(), wanted/c.processors))
	for _, m := range members {
		m.place(c, func() {})
	}
	if c.crowded.Load() {
		return lookedCrowded
	}
	return lookedCalm
}

// everybody are those who are in it now.
func (c *Crowd) everybody() map[*Tent]*member {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.tents)
}

// isCrowd tells whether tents that use this share of the processors are too many.
func isCrowd(before bool, share float64) bool {
	if before {
		return share >= calmBelow
	}
	return share > crowdedAbove
}

// spend tells how many processors a member has used since it was last asked.
func (m *member) spend(now time.Time) float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.turn.spend(now, m.processor.Used())
}

// place has a member go first or last, after something that changes its turn.
func (m *member) place(c *Crowd, change func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	change()
	last := c.crowded.Load() && m.turn.credit <= 0
	if last == m.last {
		return
	}
	m.last = last
	if last {
		m.processor.Yield() // an error leaves the limit in processors
	} else {
		m.processor.Compete()
	}
}

// enter counts a tent in; nil has no tents.
func (c *Crowd) enter(t *Tent) error {
	if c == nil {
		return nil
	}
	processor, err := t.box.Processor()
	if err != nil {
		return err
	}
	t.member = &member{turn: newTurn(time.Now(), processor.Used()), processor: processor}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tents[t] = t.member
	return nil
}

// leave counts it out. It takes processor time to end, too, which others wait for.
func (c *Crowd) leave(t *Tent) {
	if c == nil {
		return
	}
	c.mu.Lock()
	m := c.tents[t]
	delete(c.tents, t)
	c.mu.Unlock()
	if m != nil {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.processor.Compete() // an error is that it has ended
		m.processor.Close()   // who still looks at it finds nothing used
	}
}

// Typed tells that somebody types in this tent.
func (t *Tent) Typed() {
	if m := t.member; m != nil {
		m.place(t.crowd, func() { m.turn.key(time.Now()) })
	}
}

// weight is a tent's. Others have 100: the server, which passes on what is typed and
// tells who goes first, and the threads of the kernel; cgroups(7).
const weight = 50

// group are the limits of the control group of a tent.
func (l Limits) group() cgroup.Limits {
	return cgroup.Limits{Memory: l.Memory, CPUs: l.CPUs, PIDs: l.PIDs, Weight: weight}
}
