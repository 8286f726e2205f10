package tent

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// ErrHoards is why a tent was ended that held more terminals than its limit, in words
// for its learner.
var ErrHoards = errors.New("your programs held so many terminals that others could have had none, so all of them were ended. What you have done is kept: log in again")

const (
	// mostTerminals is a learner's limit where there are enough, and fewTerminals
	// where there are not: what three windows with a lesson in each take, and some.
	mostTerminals, fewTerminals = 64, 12
	// Terminals are scarce from this share on of those that the kernel lets tents
	// inside tents have.
	scarceAbove = 0.75
	// lookedTerminals is how often that is looked at. Counting that finds nobody takes
	// at most one part in countingShare of a processor.
	lookedTerminals, countingShare = 100 * time.Millisecond, 10
)

// terminals is the kernel's account of them, for the whole machine; see pty_table in
// drivers/tty/pty.c. Where it cannot be read they are never scarce.
type terminals struct{ most, reserved, used int64 }

// ptySysctls is where the kernel has it.
const ptySysctls = "/proc/sys/kernel/pty"

func readTerminals(dir string) terminals {
	read := func(name string) int64 {
		raw, _ := os.ReadFile(filepath.Join(dir, name))
		n, _ := strconv.ParseInt(strings.TrimSpace(string(raw)), 10, 64)
		return n
	}
	return terminals{read("max"), read("reserve"), read("nr")}
}

func (t terminals) scarce() bool {
	return t.most > 0 && float64(t.used) > scarceAbove*float64(t.most-t.reserved)
}

// share is each learner's of those that the kernel reserves, so that whatever is
// taken of the others, a log-in finds one.
func (t terminals) share(learners int) int {
	if t.most == 0 {
		return mostTerminals
	}
	return max(fewTerminals, min(mostTerminals, int(t.reserved)/learners))
}

// guard sees to it that no tent takes the terminals of all. What is in a tent's own
// /dev/pts the kernel bounds; but whoever is root of a user namespace can mount
// another devpts, as each sandbox in a tent does, and no limit of the kernel's holds
// for all of them together. So when they get scarce, tents end that hold more than
// their limit. It tells when to look again.
func (c *Crowd) guard(now time.Time) time.Duration {
	if !c.scarce() || c.relieve() {
		return lookedTerminals
	}
	return max(lookedTerminals, countingShare*time.Since(now))
}

func (c *Crowd) scarce() bool { return readTerminals(c.sysctls).scarce() }

// relieve ends those who hoard terminals, who has most of them first, until there
// are enough for all. It tells whether there was one. To look at every descriptor of
// everybody takes long when somebody has opened all that there can be; the first of
// each process show most hoarders.
func (c *Crowd) relieve() (found bool) {
	const some, all = 128, 0
	hoarders := c.hoarders(some)
	if len(hoarders) == 0 {
		hoarders = c.hoarders(all)
	}
	for _, t := range hoarders {
		if found && !c.scarce() {
			break
		}
		found = true
		t.expelled.Store(true)
		c.leave(t)
		t.box.Close() // the tent's own Close tells what went wrong
	}
	return found
}

// hoarders are the tents with more terminals than their limit.
func (c *Crowd) hoarders(first int) []*Tent {
	held := map[*Tent]int{}
	for t := range c.everybody() {
		if n := t.terminals(first); t.limits.Terminals > 0 && n > t.limits.Terminals {
			held[t] = n
		}
	}
	return slices.SortedFunc(maps.Keys(held), func(a, b *Tent) int { return held[b] - held[a] })
}

// terminals is how many the tent's processes hold. The way to them is by an open
// directory of the init's, which leads to nobody else when that has ended.
func (t *Tent) terminals(first int) (n int) {
	init, err := t.last.Init.SyscallConn()
	if err != nil {
		return 0
	}
	init.Control(func(fd uintptr) { n = facts.Terminals(fmt.Sprintf("/proc/self/fd/%d/root/proc", fd), first) }) // an error is that it is closed
	return n
}

// Why tells why everything in the tent was ended by force, nil when it was not.
func (t *Tent) Why() error {
	if t.expelled.Load() {
		return ErrHoards
	}
	return nil
}
