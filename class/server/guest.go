package server

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// guest is somebody who looks on at a learner's terminal, or has asked to. The
// learner says yes with a key and ends it with the same key; no answer is no.
type guest struct {
	who   string
	types bool
	shown chan Sight    // what the guest is to see
	yes   chan struct{} // closed when the learner has said yes
	ended chan struct{} // closed at the end; why says the reason
	end   sync.Once
	why   error
}

// Why somebody does not look on any more, or never did: for the guest.
var (
	errNobody   = errors.New("nobody of that name is here")
	errOccupied = errors.New("somebody else is looking on there, or has asked to")
	errNo       = errors.New("there was no yes")
	errEnded    = errors.New("the learner has ended it")
	errGuest    = errors.New("you have ended it")
	errAway     = errors.New("the learner has gone")
	errBehind   = errors.New("your terminal did not keep up")
)

// consent is the key: ctrl-t as it is, and as terminals send it that were asked to
// tell keys apart, with Caps Lock or Num Lock on or not; xterm's modifyOtherKeys,
// and the keyboard protocol of kitty.
var consent = regexp.MustCompile("\x14|\x1b\\[116;(5|69|133|197)u|\x1b\\[27;5;116~")

func newGuest(who string, types bool) *guest {
	const room = 256
	return &guest{who: who, types: types, shown: make(chan Sight, room), yes: make(chan struct{}), ended: make(chan struct{})}
}

// says is what the learner reads.
func (g *guest) says() string {
	what := "look on"
	if g.types {
		what = "look on and type"
	}
	if g.looks() {
		return fmt.Sprintf(" %s can %s. ctrl-t ends it.", g.who, what)
	}
	return fmt.Sprintf(" %s asks to %s. ctrl-t is yes, no answer is no.", g.who, what)
}

// looks tells whether the learner has said yes.
func (g *guest) looks() bool {
	select {
	case <-g.yes:
		return true
	default:
		return false
	}
}

// see passes something on. A learner does not wait for a guest.
func (g *guest) see(s Sight) bool {
	select {
	case g.shown <- s:
		return true
	default:
		return false
	}
}

// ask has a guest's question shown to the learner.
func (t *seat) ask(g *guest) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.viewer == nil:
		return errAway
	case t.guest != nil:
		return errOccupied
	}
	t.guest = g
	t.arrange()
	return nil
}

// dismiss is the end of a guest's stay, whoever wants it.
func (t *seat) dismiss(g *guest, why error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dismissed(g, why)
}

func (t *seat) dismissed(g *guest, why error) {
	if g == nil || t.guest != g {
		return
	}
	t.guest = nil
	g.end.Do(func() {
		g.why = why
		close(g.ended)
	})
	t.arrange()
}

// arrange gives the program the room that the bar leaves it. The program draws
// itself anew for that, and the bar comes after.
func (t *seat) arrange() {
	t.bar.text = ""
	if t.guest != nil {
		t.bar.text = t.guest.says()
	}
	size := t.bar.inside()
	t.program.Resize(size) // the next one is right again
	if g := t.guest; g != nil && g.looks() {
		g.see(Sight{Size: &size})
	}
}

// answered looks for the learner's key in what is typed, and returns the rest.
func (t *seat) answered(b []byte) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last = time.Now()
	key := consent.FindIndex(b)
	if t.guest == nil || key == nil {
		return b
	}
	if g := t.guest; g.looks() {
		t.dismissed(g, errEnded)
	} else {
		close(g.yes)
		t.arrange()
		t.again()
	}
	return slices.Concat(b[:key[0]], b[key[1]:])
}

// typeFor types what a guest may type.
func (t *seat) typeFor(g *guest, b []byte) {
	t.mu.Lock()
	may := t.guest == g && g.types && g.looks()
	t.mu.Unlock()
	if may {
		t.program.Typed()
		t.program.Terminal().Write(b)
	}
}

// passOn shows a chunk to the learner, and to a guest.
func (t *seat) passOn(chunk []byte) {
	t.mu.Lock()
	w, g, foot := t.viewer, t.guest, t.bar.after(chunk)
	t.mu.Unlock()
	if w != nil { // a slow one is waited for, with nothing locked
		w.out.Write(append(chunk, foot...)) // an error is that it is being closed
	}
	if g != nil && g.looks() && !g.see(Sight{Shown: bytes.Clone(chunk)}) {
		t.dismiss(g, errBehind)
	}
}

// seatOf finds where somebody is at work: of several windows, the one that was typed
// in last.
func (c *camp) seatOf(name string) *seat {
	c.mu.Lock()
	defer c.mu.Unlock()
	var found *seat
	var last time.Time
	for _, h := range c.homes {
		if h.learner.Name != name {
			continue
		}
		for _, t := range h.seats {
			if at, here := t.active(); here && (found == nil || at.After(last)) {
				found, last = t, at
			}
		}
	}
	return found
}

// active tells when the learner who sits there has typed last.
func (t *seat) active() (time.Time, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last, t.viewer != nil
}

// Sight is what a guest gets to see: a size of the terminal, something shown there,
// or a sentence.
type Sight struct {
	Size  *sandbox.Size `json:"size,omitempty"`
	Shown []byte        `json:"shown,omitempty"`
	Says  string        `json:"says,omitempty"`
	Over  bool          `json:"over,omitempty"`
}
