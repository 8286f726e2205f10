package play

import (
	"errors"
	"slices"
	"testing"
)

// TestSaves: whatever comes last, the newest is kept, and what is to be forgotten
// is forgotten before that, once.
func TestSaves(t *testing.T) {
	var s saves
	var did []string
	writes := func(name string) func() error {
		return func() error { did = append(did, name); return nil }
	}
	old := s.next()
	forget := writes("forget")
	reset := s.owe(forget)
	newer := s.next()
	for _, step := range []struct {
		number int
		write  func() error
	}{{newer, writes("newer")}, {reset, forget}, {old, writes("old")}} {
		if err := s.do(step.number, step.write); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"forget", "newer"}; !slices.Equal(did, want) {
		t.Errorf("it wrote %v, not %v", did, want)
	}

	did = nil
	reset = s.owe(forget)
	if err := s.do(reset, forget); err != nil || !slices.Equal(did, []string{"forget"}) {
		t.Errorf("in order it wrote %v, %v", did, err)
	}
	full := errors.New("no space left on device")
	s.owe(func() error { return full })
	if err := s.do(s.next(), writes("newer")); !errors.Is(err, full) {
		t.Errorf("what could not be forgotten is not told: %v", err)
	}
}
