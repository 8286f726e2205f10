package tent

import (
	"testing"
	"time"
)

// TestTurn: who computes without end has no credit, who types and draws has some;
// a new tent has enough for its first screen.
func TestTurn(t *testing.T) {
	now := time.Unix(0, 0)
	used := time.Duration(0)
	of := newTurn(now, used)
	lives := func(long, each time.Duration, keys int) {
		for range long / (100 * time.Millisecond) {
			for range keys {
				of.key(now)
			}
			now = now.Add(100 * time.Millisecond)
			used += each
			of.spend(now, used)
		}
	}
	for _, c := range []struct {
		what  string
		long  time.Duration
		each  time.Duration // of the processors, in 100 ms
		keys  int           // in 100 ms
		first bool
	}{
		{"a new one draws its screen", time.Second, 40 * time.Millisecond, 0, true},
		{"and waits", 1100 * time.Millisecond, 0, 0, true},
		{"a loop among many after that", 200 * time.Millisecond, 5 * time.Millisecond, 0, false},
		{"nothing is typed for long", time.Minute, 0, 0, true},
		{"one types and is answered", time.Minute, 8 * time.Millisecond, 1, true},
		{"another", 100 * time.Millisecond, 8 * time.Millisecond, 1, true},
		{"a loop among many", 100 * time.Millisecond, 5 * time.Millisecond, 0, true},
		{"it is no answer any more", 400 * time.Millisecond, 5 * time.Millisecond, 0, false},
		{"it is over", 5 * time.Second, 0, 0, true},
		{"a loop", 200 * time.Millisecond, 100 * time.Millisecond, 0, false},
		{"a loop among many", time.Minute, 5 * time.Millisecond, 0, false},
		{"a loop and keys", time.Minute, 50 * time.Millisecond, 1, false},
		{"it is over", 5 * time.Second, 0, 0, true},
	} {
		if lives(c.long, c.each, c.keys); of.credit > 0 != c.first {
			t.Errorf("%s: credit %v, goes first: want %v", c.what, of.credit, c.first)
		}
	}
}

// TestSpend: what is used is told as processors.
func TestSpend(t *testing.T) {
	now := time.Unix(0, 0)
	of := newTurn(now, time.Second)
	if n := of.spend(now.Add(100*time.Millisecond), 1150*time.Millisecond); n < 1.49 || n > 1.51 {
		t.Errorf("150 ms in 100 ms are %v processors", n)
	}
}

// TestIsCrowd: it does not begin and end at the same share.
func TestIsCrowd(t *testing.T) {
	for _, c := range []struct {
		before bool
		share  float64
		want   bool
	}{{false, 0, false}, {false, 0.2, false}, {false, 0.9, true}, {true, 0.2, true}, {true, 0.05, false}} {
		if got := isCrowd(c.before, c.share); got != c.want {
			t.Errorf("before %v, share %v: %v", c.before, c.share, got)
		}
	}
}
