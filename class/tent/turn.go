package tent

import "time"

// turn is what a tent has saved to go first in a crowd: processor time.
type turn struct {
	credit  time.Duration
	at      time.Time     // the credit was counted
	used    time.Duration // of the processors by then
	settled time.Time     // it is no more new
	typed   time.Time
	busy    time.Time // it has last done more than nothing
}

const (
	// A new tent goes first for this long, and for this much processor time, to draw
	// its first screen. When it has used some of that, and then next to nothing for a
	// while, the screen is drawn.
	settling, furnishing = 5 * time.Second, 500 * time.Millisecond
	drawing, drawn       = 60 * time.Millisecond, time.Second
	// each key is worth eachKey, and each second eachSecond. Until a key is answered,
	// which is not long, mostSaved of that is kept, and later mostIdle: else a crowd
	// would begin with all that everybody has saved. mostOwed can be owed.
	eachKey, eachSecond = 25 * time.Millisecond, 10 * time.Millisecond
	mostSaved, mostIdle = 50 * time.Millisecond, 5 * time.Millisecond
	answered            = 250 * time.Millisecond
	mostOwed            = 30 * time.Millisecond
)

func newTurn(now time.Time, used time.Duration) *turn {
	return &turn{credit: furnishing, at: now, used: used, settled: now.Add(settling), busy: now}
}

// key notes that somebody has typed.
func (t *turn) key(now time.Time) {
	t.typed = now
	t.credit = max(t.credit, min(t.credit+eachKey, mostSaved))
}

// spend counts what was used until now, and tells of how many processors that was.
func (t *turn) spend(now time.Time, used time.Duration) float64 {
	since, spent := now.Sub(t.at), max(used-t.used, 0)
	t.at, t.used = now, used
	t.credit += time.Duration(since.Seconds()*float64(eachSecond)) - spent
	if spent > since/20 || t.credit > furnishing-drawing {
		t.busy = now
	}
	switch {
	case now.Before(t.settled) && now.Sub(t.busy) < drawn:
	case now.Sub(t.typed) < answered:
		t.settled, t.credit = now, min(t.credit, mostSaved)
	default:
		t.settled, t.credit = now, min(t.credit, mostIdle)
	}
	t.credit = max(t.credit, -mostOwed)
	return spent.Seconds() / max(since.Seconds(), 0.001)
}
