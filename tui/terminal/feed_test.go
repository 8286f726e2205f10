package terminal

import (
	"bytes"
	"testing"
)

// TestFeed: one frame takes a screenful of lines, or of letters, and no more.
func TestFeed(t *testing.T) {
	for _, c := range []struct {
		name string
		in   []byte
		left int // bytes
	}{
		{"little", []byte("tent# "), 0},
		{"lines", bytes.Repeat([]byte("y\n"), 40), 2 * 30},
		{"letters", bytes.Repeat([]byte("x"), 1000), 1000 - 4*10*20},
	} {
		o := newOwner(20, 10)
		if o.feed(c.in); len(o.rest) != c.left || !o.dirty {
			t.Errorf("%s: %d bytes are left, not %d", c.name, len(o.rest), c.left)
		}
	}
}
