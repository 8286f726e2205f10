package tent

import "time"

// turn is what a tent has saved to go first in a crowd: processor time.
type turn struct {
	credit  time.Duration
	at      time.Time     // the credit was counted
	used    time.Duration // of the processors by then
	settled time.Time     // it is no more new
	last    bool          // it goes last now
}

const (
	// A new tent goes first for this long, and for this much processor time: it has
	// to draw its first screen.
	settling, furnishing = 5 * time.Second, 500 * time.Millisecond
	// each key is worth eachKey, and each second eachSecond; mostSaved of that can
	// be saved, and mostOwed be owed.
	eachKey, eachSecond = 25 * time.Millisecond, 10 * time.Millisecond
	mostSaved, mostOwed = 50 * time.Millisecond, 30 * time.Millisecond
)

func newTurn(now time.Time, used time.Duration) *turn {
	return &turn{credit: furnishing, at: now, used: used, settled: now.Add(settling)}
}

// key notes that somebody has typed.
func (t *turn) key() { t.credit = max(t.credit, min(t.credit+eachKey, mostSaved)) }

// spend counts what was used until now, and tells of how many processors that was.
func (t *turn) spend(now time.Time, used time.Duration) float64 {
	since, spent := now.Sub(t.at), used-t.used
	t.at, t.used = now, used
	t.credit += time.Duration(since.Seconds()*float64(eachSecond)) - spent
	if now.After(t.settled) {
		t.credit = min(t.credit, mostSaved)
	}
	t.credit = max(t.credit, -mostOwed)
	return spent.Seconds() / max(since.Seconds(), 0.001)
}
