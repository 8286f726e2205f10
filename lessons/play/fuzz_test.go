package play

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/content"
	"github.com/tentpole-labs/tentpole/lessons"
)

// Whatever is typed into whatever lesson, on an engine that does or refuses: the
// lesson ends with its input, no sandbox stays open, what is written is bounded
// and does nothing to a terminal, and what was done is taken up again.
func FuzzPlain(f *testing.F) {
	course, err := lessons.LoadAll(content.FS, Known())
	if err != nil {
		f.Fatal(err)
	}
	all := append([]*lessons.Lesson{lesson(f)}, course.Lessons...)
	f.Add(uint8(0), uint8(0), strings.Join(played, "\n"))
	f.Add(uint8(1), uint8(1), "\n\n1\n\ns\nhint\nhint\nhint\nhint\nsolution\ndone\nskip\n\n2\n1\n\nb\nb\nn\n")
	f.Add(uint8(0), uint8(0), "\n1\nreset\nstep\n2\n\nhint\nreset\nskip\nreset\nlesson\n\n\n")
	f.Add(uint8(2), uint8(2), "\ns\n\nmount -t tmpfs tmpfs /tmp\ntouch x\nq\n")
	f.Add(uint8(3), uint8(0), "1\x00\n\xff\n\u202e\n"+strings.Repeat("9", 300)+"\n\r\n\t\n")
	f.Fuzz(func(t *testing.T, which, how uint8, typed string) {
		hung := time.AfterFunc(time.Minute, func() { panic("plain mode hangs") })
		defer hung.Stop()
		e := &fakeEngine{writes: "out\x1b[2J\n"}
		if how%3 == 1 {
			e.refuses = errors.New("no\x1b[2J")
		}
		s := NewSession(Options{Lesson: all[int(which)%len(all)], Engine: e, Variant: lessons.User, Now: func() time.Time { return time.Unix(1, 0) }})
		var out strings.Builder
		if err := Plain(t.Context(), s, strings.NewReader(typed), &out); err != nil {
			t.Error(err)
		}
		if _, open := e.count(); open != 0 {
			t.Errorf("%d sandboxes stay open", open)
		}
		if most := (strings.Count(typed, "\n") + 3) * 16 << 10; out.Len() > most {
			t.Errorf("%d bytes are written, more than %d", out.Len(), most)
		}
		if i := strings.IndexFunc(out.String(), func(r rune) bool { return r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 || r == '\u202e' }); i >= 0 {
			t.Errorf("written: %q", out.String()[i:min(i+20, out.Len())])
		}
		again := lessons.NewWalk(s.Walk.Lesson())
		again.Resume(s.Walk.Record())
		if again.Step().ID != s.Walk.Step().ID {
			t.Errorf("left at %s, taken up at %s", s.Walk.Step().ID, again.Step().ID)
		}
	})
}
