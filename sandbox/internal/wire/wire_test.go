package wire

import (
	"errors"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

type sample struct {
	S    string
	I    int
	U    uint64
	B    bool
	List []string
}

func (s *sample) Code(c *Coder) {
	c.String(&s.S)
	c.Int(&s.I)
	c.Uint64(&s.U)
	c.Bool(&s.B)
	c.Strings(&s.List)
}

func draw(t *rapid.T) sample {
	return sample{
		S: rapid.String().Draw(t, "s"), I: rapid.Int().Draw(t, "i"), U: rapid.Uint64().Draw(t, "u"),
		B: rapid.Bool().Draw(t, "b"), List: rapid.SliceOf(rapid.String()).Draw(t, "list"),
	}
}

func TestThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := draw(t)
		var got sample
		if err := Decode(Encode(&want), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestCutShortOrLonger(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := draw(t)
		b := Encode(&want)
		cut := rapid.IntRange(0, len(b)-1).Draw(t, "cut")
		var got sample
		if err := Decode(b[:cut], &got); !errors.Is(err, syscall.EBADMSG) {
			t.Fatalf("cut at %d of %d: %v", cut, len(b), err)
		}
		if err := Decode(append(b, 0), &got); !errors.Is(err, syscall.EBADMSG) {
			t.Fatalf("one byte too many: %v", err)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add(Encode(&sample{S: "x", List: []string{"a", "b"}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		var got sample
		Decode(b, &got)
	})
}
