package lessons

import (
	"testing"
	"time"
)

// TestMerge: nothing that either of two files knows is lost, the order in which
// they come together does not matter, and again changes nothing.
func TestMerge(t *testing.T) {
	day := func(d int) *time.Time { at := time.Date(2026, 1, d, 0, 0, 0, 0, time.UTC); return &at }
	here := func() *Progress {
		p := NewProgress()
		p.Lessons["mounts"] = LessonRecord{At: "task", Seconds: 100, Steps: map[string]StepRecord{
			"both": {Hash: "a", Done: day(2), Hints: 1},
			"old":  {Hash: "old", Done: day(1)},
			"mine": {Hash: "a", Done: day(1)},
		}}
		p.Judge("I7", ClaimRecord{"in-part", *day(3)})
		return p
	}
	there := func() *Progress {
		p := NewProgress()
		p.Lessons["mounts"] = LessonRecord{At: "quiz", Seconds: 50, Steps: map[string]StepRecord{
			"both":   {Hash: "a", Done: day(1), Hints: 2, Solution: true},
			"old":    {Hash: "new", Done: day(3)},
			"theirs": {Hash: "a", Done: day(1)},
		}}
		p.Judge("I7", ClaimRecord{"holds", *day(2)})
		p.Judge("P1", ClaimRecord{"holds", *day(2)})
		p.Lessons["cpu"] = LessonRecord{At: "first", Steps: map[string]StepRecord{"first": {Hash: "c"}}}
		return p
	}
	a, b := here(), there()
	a.Merge(there())
	b.Merge(here())
	a.Merge(there())
	for name, p := range map[string]*Progress{"there into here": a, "here into there": b} {
		steps := p.Lessons["mounts"].Steps
		switch both := steps["both"]; {
		case len(steps) != 4 || len(p.Lessons) != 2:
			t.Errorf("%s: %+v", name, p)
		case !both.Done.Equal(*day(1)) || both.Hints != 2 || !both.Solution:
			t.Errorf("%s: both: %+v", name, both)
		case steps["old"].Hash != "new":
			t.Errorf("%s: the later content is %+v", name, steps["old"])
		case p.Lessons["mounts"].Seconds != 100:
			t.Errorf("%s: %d seconds", name, p.Lessons["mounts"].Seconds)
		case len(p.Claims) != 2 || p.Claims["I7"].Said != "in-part" || p.Claims["P1"].Said != "holds":
			t.Errorf("%s: claims %+v", name, p.Claims)
		}
	}
	if at := a.Lessons["mounts"].At; at != "task" {
		t.Errorf("the place here became %q", at)
	}
}
