package report

import (
	"encoding/csv"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/tentpole-labs/tentpole/class/store"
	"github.com/tentpole-labs/tentpole/lessons"
)

var course = &lessons.Course{Lessons: []*lessons.Lesson{
	{ID: "a-root", Title: "A root", Steps: []lessons.Step{{ID: "one", Title: "One"}}},
	{ID: "mounts", Title: "Mounts <of its own>", Steps: []lessons.Step{
		{ID: "guess", Title: "A guess", Predict: &lessons.Prediction{Ask: "Where is `/tmp` now?", Options: []lessons.Option{{ID: "here", Text: "*here*"}, {ID: "there", Text: "there"}}}},
		{ID: "quiz", Title: "A quiz"},
	}},
}}

var at = time.Date(2026, 1, 2, 10, 4, 0, 0, time.Local)

var (
	board   = []store.Place{{Name: "ada"}, {Name: "bob"}, {Name: "cyd"}}
	records = []store.Record{
		{Learner: "ada", Lesson: "mounts", Step: "guess", Done: at, Said: "there", Happened: "here", Hints: 2},
		{Learner: "ada", Lesson: "mounts", Step: "quiz", Done: at.Add(31 * time.Minute), Tries: 3},
		{Learner: "bob", Lesson: "mounts", Step: "guess", Said: "here"},
		// What a learner's side makes up.
		{Learner: "cyd", Lesson: "mounts", Step: "<script>", Done: at, Said: "here"},
		{Learner: "cyd", Lesson: "=cmd()", Step: "=cmd()", Done: at},
		{Learner: "cyd", Lesson: "mounts", Step: "guess", Said: "<b>", Happened: "=cmd()"},
	}
	polls = []store.Poll{
		{Number: 3, Lesson: "mounts", Step: "guess", Asked: at, Answers: map[string]string{"ada": "here", "bob": "there", "cyd": "<b>"}},
		{Number: 4, Lesson: "gone", Step: "guess", Asked: at},
	}
)

func TestReportAddsUp(t *testing.T) {
	r := New("blue", course, board, records, polls, false)
	if want := []Learner{{"ada", 2, at, at.Add(31 * time.Minute)}, {Name: "bob"}, {Name: "cyd"}}; !cmp.Equal(r.Learners, want) {
		t.Error(cmp.Diff(want, r.Learners))
	}
	if r.Steps != 3 || len(r.Lessons) != 1 || r.Lessons[0].ID != "mounts" {
		t.Fatalf("%d steps in %+v", r.Steps, r.Lessons)
	}
	want := []Prediction{{ID: "mounts-p1", Step: "A guess", Ask: "Where is `/tmp` now?", Said: 2, Options: []Option{{ID: "here", Text: "*here*", Said: 1, Happened: 1}, {ID: "there", Text: "there", Said: 1}}}}
	if got := r.Lessons[0].Predictions; !cmp.Equal(got, want) {
		t.Error(cmp.Diff(want, got))
	}
	want[0].ID, want[0].Options = "poll-1", []Option{{ID: "here", Text: "*here*", Said: 1}, {ID: "there", Text: "there", Said: 1}}
	if len(r.Polls) != 1 || !r.Polls[0].Asked.Equal(at) || !cmp.Equal(r.Polls[0].Prediction, want[0]) {
		t.Errorf("polls are %+v, want %+v", r.Polls, want)
	}
}

func TestPageHasNoNamesWithPredictionsUnlessAsked(t *testing.T) {
	for _, names := range []bool{false, true} {
		var b strings.Builder
		if err := New("blue", course, board, records, polls, names).HTML(&b); err != nil {
			t.Fatal(err)
		}
		_, predictions, _ := strings.Cut(b.String(), "What the class predicted")
		for _, name := range []string{"ada", "bob"} {
			if strings.Contains(predictions, name) != names {
				t.Errorf("names asked for: %v, and %s is in\n%s", names, name, predictions)
			}
		}
		for _, want := range []string{"A root", "<script", "<b>", "cmd()"} {
			if strings.Contains(b.String(), want) {
				t.Errorf("%q is in the page", want)
			}
		}
		for _, want := range []string{"Where is /tmp now?", "1 of 2", "happened for 1", "10:04", "2 hints", "begun", "31 min", "Mounts &lt;of its own&gt;", "What everybody was asked"} {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%q is not in the page", want)
			}
		}
	}
}

// TestPageIsAccessible: a language, one heading of the first kind and none left
// out, headers of tables with a scope, names for what can be scrolled, ids once.
func TestPageIsAccessible(t *testing.T) {
	var b strings.Builder
	if err := New("blue", course, board, records, polls, false).HTML(&b); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	ids, level, first := map[string]bool{}, 0, 0
	heading := regexp.MustCompile(`^h[1-6]$`)
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		has := map[string]string{}
		for _, a := range n.Attr {
			has[a.Key] = a.Val
		}
		if id := has["id"]; id != "" && ids[id] {
			t.Errorf("the id %s is there twice", id)
		} else {
			ids[id] = true
		}
		switch {
		case n.Data == "html" && has["lang"] == "":
			t.Error("the page has no language")
		case n.Data == "th" && has["scope"] == "":
			t.Error("a header says not of what it is one")
		case n.Data == "script":
			t.Error("there is a script")
		case has["tabindex"] != "" && has["aria-labelledby"] == "":
			t.Error("something that can be reached has no name")
		case heading.MatchString(n.Data):
			now := int(n.Data[1] - '0')
			if now > level+1 {
				t.Errorf("%s comes after a heading of level %d", n.Data, level)
			}
			if level = now; now == 1 {
				first++
			}
		}
	}
	if first != 1 {
		t.Errorf("%d headings of the first level", first)
	}
	for _, m := range regexp.MustCompile(`aria-labelledby="([^"]*)"|href="#([^"]*)"`).FindAllStringSubmatch(b.String(), -1) {
		if !ids[m[1]+m[2]] {
			t.Errorf("%s leads nowhere", m[0])
		}
	}
}

func TestCSV(t *testing.T) {
	for _, names := range []bool{false, true} {
		var b strings.Builder
		if err := New("blue", course, board, records, polls, names).CSV(&b); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != 5 || len(rows[0]) != map[bool]int{false: 8, true: 10}[names] {
			t.Errorf("names asked for: %v\n%s", names, b.String())
		}
		if !strings.Contains(b.String(), "blue,ada,mounts,guess,"+at.UTC().Format(time.RFC3339)+",2,false,0") {
			t.Errorf("no line of ada's in\n%s", b.String())
		}
		if strings.Contains(b.String(), "<") || strings.Contains(b.String(), "=") {
			t.Errorf("what the course does not have is in\n%s", b.String())
		}
	}
}
