package lessons

import (
	"testing"
	"time"
)

const oneOfEach = `## Why?

<!-- step {id: run, kind: predict} -->
<!-- predict {ask: What?, options: [{id: a, text: the one, when: inside.uid == 0}, {id: b, text: the other, when: inside.uid != 0}]} -->

## Own

<!-- step {id: own, kind: explain} -->
<!-- explain {ask: In a word?} -->
`

// TestSummaries: what was said stands beside what it was, in the words that the
// lesson has now; what it no longer has is left out.
func TestSummaries(t *testing.T) {
	l, err := loadText(t, oneOfEach)
	if err != nil {
		t.Fatal(err)
	}
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, said, happened string
		want                 []Predicted
		surprises            int
	}{
		{"as said", "a", "a", []Predicted{{"What?", "the one", "the one"}}, 0},
		{"otherwise", "a", "b", []Predicted{{"What?", "the one", "the other"}}, 1},
		{"not measured", "a", "", []Predicted{{"What?", "the one", ""}}, 0},
		{"skipped", "", "b", nil, 0},
		{"no longer an option", "gone", "b", nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := NewProgress()
			p.Lessons[l.ID] = LessonRecord{Steps: map[string]StepRecord{
				"run": {Hash: l.Steps[0].Hash, Done: &noon, Prediction: &PredictionRecord{c.said, c.happened}, Solution: true},
				"own": {Words: "mine"}, "gone": {Words: "lost"},
			}}
			all := p.Summaries(&Course{Lessons: []*Lesson{l}})
			if len(all) != 1 {
				t.Fatalf("%d summaries", len(all))
			}
			s := all[0]
			if len(s.Predictions) != len(c.want) || len(c.want) == 1 && s.Predictions[0] != c.want[0] || s.Surprises() != c.surprises {
				t.Errorf("%+v", s)
			}
			if len(s.Own) != 1 || s.Own[0].Words != "mine" || s.Solutions != 1 || !s.First.Equal(noon) || !s.Last.Equal(noon) {
				t.Errorf("%+v", s)
			}
		})
	}
	if all := NewProgress().Summaries(&Course{Lessons: []*Lesson{l}}); all != nil {
		t.Errorf("of nothing: %v", all)
	}
}
