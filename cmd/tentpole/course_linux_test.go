package main

import (
	"bytes"
	"fmt"
	"html"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/content"
	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// TestCoursePlayed plays the whole course on plain lines: once by somebody who
// is wrong at everything and does no task, and then by somebody who knows what
// the first has seen. What both are told at the end is what they were told on
// the way, and nothing is left on the machine.
func TestCoursePlayed(t *testing.T) {
	course, err := lessons.LoadAll(content.FS, play.Known())
	if err != nil {
		t.Fatal(err)
	}
	var seen map[string]lessons.LessonRecord
	for _, name := range []string{"wrong", "right"} {
		t.Run(name, func(t *testing.T) {
			l := newLearner(t, workRoot(t), seen)
			for _, lesson := range course.Lessons {
				l.play(lesson)
			}
			seen = l.progress().Lessons
			l.checkTable(course)
			l.checkPage(course)
			l.checkNothingLeft()
			sum := l.tally()
			t.Logf("%s, %s, %s", facts.Count(sum.predictions, "prediction"), facts.Count(sum.surprises, "surprise"), facts.Count(sum.hints, "hint"))
		})
	}
}

// command runs tentpole as the learner and returns what it prints.
func (l *learner) command(args ...string) []byte {
	l.t.Helper()
	cmd := exec.Command("tentpole", args...)
	cmd.Env = l.env
	out, err := cmd.Output()
	if err != nil {
		l.t.Fatalf("tentpole %s: %v", strings.Join(args, " "), err)
	}
	return out
}

func (l *learner) progress() *lessons.Progress {
	l.t.Helper()
	p, err := lessons.DecodeProgress(bytes.NewReader(l.command("progress", "export")))
	if err != nil {
		l.t.Fatal(err)
	}
	return p
}

// sums are counts over all lessons.
type sums struct{ predictions, surprises, hints int }

func (l *learner) tally() (sum sums) {
	for _, n := range l.notes {
		sum.predictions += len(n.predicted)
		sum.surprises += n.surprises()
		sum.hints += n.hints
	}
	return sum
}

// checkTable compares `progress show` with what was seen and done.
func (l *learner) checkTable(course *lessons.Course) {
	l.t.Helper()
	table := string(l.command("progress", "show"))
	for _, lesson := range course.Lessons {
		n := l.notes[lesson.ID]
		row := fmt.Sprintf(`(?m)^%s +%d of +%d +%d of +%d +%d `, lesson.ID,
			len(lesson.Steps)-n.givenUp, len(lesson.Steps), n.measured()-n.surprises(), n.measured(), n.hints)
		if !regexp.MustCompile(row).MatchString(table) {
			l.t.Errorf("the table has no row %s:\n%s", row, table)
		}
	}
}

var (
	section = regexp.MustCompile(`(?s)<section id="([a-z-]+)">(.*?)</section>`)
	sayings = regexp.MustCompile(`(?s)<dt>you said</dt><dd>(.*?)</dd><dt>it was</dt><dd>(.*?)</dd>`)
)

// checkPage compares the page of predictions with what was said on the way.
func (l *learner) checkPage(course *lessons.Course) {
	l.t.Helper()
	page := string(l.command("progress", "export", "--html", "-"))
	sum := l.tally()
	card := fmt.Sprintf("I was surprised %s, in %s", times(sum.surprises), facts.Count(sum.predictions, "prediction"))
	top := fmt.Sprintf("%s, %s, %s, ", facts.Count(len(course.Lessons), "lesson"), facts.Count(sum.predictions, "prediction"), facts.Count(sum.hints, "hint"))
	for _, want := range []string{card, top} {
		if !strings.Contains(page, want) {
			l.t.Errorf("the page does not say %q", want)
		}
	}
	sections := map[string]string{}
	for _, m := range section.FindAllStringSubmatch(page, -1) {
		sections[m[1]] = m[2]
	}
	for _, lesson := range course.Lessons {
		n := l.notes[lesson.ID]
		var want []string
		for _, p := range n.predicted {
			want = append(want, p.said+" | "+p.onPage())
		}
		var got []string
		for _, m := range sayings.FindAllStringSubmatch(sections[lesson.ID], -1) {
			got = append(got, onOneLine(html.UnescapeString(m[1]+" | "+m[2])))
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			l.t.Errorf("%s: on the page\n%s\non the screen\n%s", lesson.ID, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if line := fmt.Sprintf("surprised %d of %d ·", n.surprises(), len(n.predicted)); !strings.Contains(sections[lesson.ID], line) {
			l.t.Errorf("%s: the page does not say %q", lesson.ID, line)
		}
	}
}

// onPage is what the page says that it was.
func (p prediction) onPage() string {
	switch {
	case p.was == "":
		return "not measured on this machine"
	case p.surprised():
		return p.was
	}
	return p.was + ", as you said"
}

func times(n int) string {
	switch n {
	case 0:
		return "not once"
	case 1:
		return "once"
	}
	return strconv.Itoa(n) + " times"
}

// checkNothingLeft looks for what belongs to one of the commands: it has their
// numbers in its name.
func (l *learner) checkNothingLeft() {
	l.t.Helper()
	var marks []string
	for _, pid := range l.pids {
		marks = append(marks, fmt.Sprintf("@%d.", pid))
	}
	if left := within(5*time.Second, marks...); len(left) > 0 {
		l.t.Errorf("processes are left: %v", left)
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		l.t.Fatal(err)
	}
	for line := range strings.Lines(string(mounts)) {
		if slices.ContainsFunc(marks, func(mark string) bool { return strings.Contains(line, mark) }) {
			l.t.Errorf("a mount is left: %s", line)
		}
	}
	if out := string(l.command("clean")); out != "nothing was left behind\n" {
		l.t.Errorf("tentpole clean: %s", out)
	}
}
