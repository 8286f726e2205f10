package board

import (
	"fmt"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/class/channel"
	"github.com/tentpole-labs/tentpole/lessons"
)

var (
	course = &lessons.Course{Lessons: []*lessons.Lesson{{ID: "mounts", Steps: []lessons.Step{
		{ID: "read"},
		{ID: "guess", Predict: &lessons.Prediction{Options: []lessons.Option{{ID: "here", Text: "at home"}, {ID: "there", Text: "away"}}}},
	}}}}
	guess = channel.Place{Lesson: "mounts", Step: "guess"}
	noon  = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
)

// class is a board of learners who have made no progress for so many minutes, all
// here and at the same step.
func class(minutes ...int) *Board {
	b := &Board{}
	for i, m := range minutes {
		b.Take(News{Learners: []Learner{{ID: int64(i + 1), Name: fmt.Sprintf("learner-%02d", i), Here: true, At: guess, Since: noon.Add(-time.Duration(m) * time.Minute)}}})
	}
	return b
}

func TestWhoIsStuck(t *testing.T) {
	done := map[string]map[string]Mark{"mounts": {"read": {Done: true}, "guess": {Done: true}}}
	for _, c := range []struct {
		name   string
		board  *Board
		change func(*Learner)
		want   int
	}{
		{"one of five", class(9, 1, 2, 1, 2), nil, 1},
		{"everybody listens", class(9, 8, 9, 10, 9), nil, 0},
		{"nobody for three minutes", class(2, 0, 0), nil, 0},
		{"alone", class(4), nil, 1},
		{"away", class(9, 1, 1), func(l *Learner) { l.Here = false }, 0},
		{"done with the lesson", class(9, 1, 1), func(l *Learner) { l.Steps = done }, 0},
	} {
		if c.change != nil {
			c.change(&c.board.Learners[0])
		}
		if stuck := c.board.Stuck(course, noon); len(stuck) != c.want || c.want == 1 && !stuck[1] {
			t.Errorf("%s: %v", c.name, stuck)
		}
	}
}

func TestCells(t *testing.T) {
	l := Learner{Here: true, At: guess, Steps: map[string]map[string]Mark{"mounts": {"read": {Done: true}, "guess": {Done: true}}}}
	read := channel.Place{Lesson: "mounts", Step: "read"}
	for _, c := range []struct {
		at    channel.Place
		stuck bool
		here  bool
		want  Cell
	}{{read, false, true, Done}, {guess, false, true, Now}, {guess, true, true, NowLong}, {guess, false, false, Done}, {channel.Place{Lesson: "other", Step: "read"}, false, true, Open}} {
		l.Here = c.here
		if got := l.Cell(c.at, c.stuck); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestBars(t *testing.T) {
	b := class(0, 0, 0)
	for i, said := range []string{"here", "there", "here"} {
		b.Learners[i].Steps = map[string]map[string]Mark{"mounts": {"guess": {Said: said}}}
	}
	bars, said := b.Predicted(course, guess)
	if said != 3 || len(bars) != 2 || bars[0].Text != "at home" || fmt.Sprint(bars[0].Names) != "[learner-00 learner-02]" {
		t.Errorf("%d: %v", said, bars)
	}
	if bars, _ := b.Predicted(course, channel.Place{Lesson: "mounts", Step: "read"}); bars != nil {
		t.Errorf("where nothing is predicted: %v", bars)
	}
	if bars, said := b.Answered(course); bars != nil || said != 0 {
		t.Errorf("without a poll: %v", bars)
	}
}

func TestNewsKeepTheOrderOfNames(t *testing.T) {
	b := &Board{}
	for _, name := range []string{"cyd", "ada", "bob", "ada"} {
		b.Take(News{Learners: []Learner{{Name: name}}})
	}
	var names []string
	for _, l := range b.Learners {
		names = append(names, l.Name)
	}
	if fmt.Sprint(names) != "[ada bob cyd]" {
		t.Error(names)
	}
}

func TestKeptIsWhereTheyWere(t *testing.T) {
	at := noon
	p := lessons.NewProgress()
	p.Lessons["mounts"] = lessons.LessonRecord{At: "guess", Steps: map[string]lessons.StepRecord{"read": {Done: &at}, "guess": {Prediction: &lessons.PredictionRecord{Said: "\x1bx"}}}}
	l := Kept{ID: 3, Name: "ada", Since: noon, Progress: p}.Learner(course)
	if l.At != guess || !l.Steps["mounts"]["read"].Done || l.Steps["mounts"]["guess"].Said != "" || l.Here {
		t.Errorf("%+v", l)
	}
	for at, want := range map[channel.Place]channel.Place{{Lesson: "mounts", Step: "read"}: {Lesson: "mounts", Step: "read"}, {}: {}, {Lesson: "gone", Step: "read"}: {}} {
		if l := (Kept{At: &at, Progress: p}).Learner(course); l.At != want {
			t.Errorf("their screen has said %v, and they are at %v", at, l.At)
		}
	}
	p.Lessons["mounts"] = lessons.LessonRecord{At: "../..", Steps: map[string]lessons.StepRecord{"read": {Done: &at}}}
	if at := Latest(course, p); at != (channel.Place{}) {
		t.Errorf("they are at %v", at)
	}
}
