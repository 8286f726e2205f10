package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/vm"
)

// learner sits before `tentpole learn --plain`, reads what it says and types
// answers. One who knows what was measured before predicts that, and does what
// the solutions say. One who knows nothing is wrong wherever that is possible.
type learner struct {
	t     *testing.T
	env   []string
	knows map[string]lessons.LessonRecord // by lesson: what somebody has seen before; nil for nothing
	notes map[string]*notes               // by lesson: what the screen said
	pids  []int                           // of the commands
}

// notes are what the screen said of a lesson, and what was typed.
type notes struct {
	predicted      []prediction // the latest of each step, in order
	hints, givenUp int
	finished       bool // it said that this was the last step
}

// prediction is one as the screen compared it; was is empty when nothing was
// measured.
type prediction struct{ step, said, was string }

func (p prediction) surprised() bool { return p.was != "" && p.was != p.said }

func (n *notes) surprises() (count int) {
	for _, p := range n.predicted {
		if p.surprised() {
			count++
		}
	}
	return count
}

// measured counts those that something was put beside.
func (n *notes) measured() (count int) {
	for _, p := range n.predicted {
		if p.was != "" {
			count++
		}
	}
	return count
}

// sitting is one lesson being played.
type sitting struct {
	*learner
	*notes
	lesson   *lessons.Lesson
	step     *lessons.Step
	unread   string   // what was said since the last answer
	tried    []string // options that were predicted at this step, the latest last
	task     work
	kept     map[string]string
	refusals int
	volumes  []string // variables of the lesson's volumes
}

// longestLesson is after how long a lesson is taken to be stuck.
const longestLesson = 10 * time.Minute

// play plays a lesson to its end.
func (l *learner) play(lesson *lessons.Lesson) {
	l.t.Helper()
	s := &sitting{learner: l, notes: &notes{}, lesson: lesson, kept: map[string]string{}}
	l.notes[lesson.ID] = s.notes
	ctx, cancel := context.WithTimeout(l.t.Context(), longestLesson)
	defer cancel()
	cmd := exec.CommandContext(ctx, "tentpole", "learn", lesson.ID, "--plain")
	cmd.Env = l.env
	in, err := cmd.StdinPipe()
	if err != nil {
		l.t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		l.t.Fatal(err)
	}
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	if err := cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	l.pids = append(l.pids, cmd.Process.Pid)
	s.converse(in, out)
	in.Close()
	if err := cmd.Wait(); err != nil || complaint.Len() > 0 {
		l.t.Errorf("%s: %v\n%s", lesson.ID, err, &complaint)
	}
	if !s.finished {
		l.t.Errorf("%s ended before its last step, after\n%s", lesson.ID, s.unread)
	}
}

// converse answers until there is nothing more to read.
func (s *sitting) converse(in io.Writer, out io.Reader) {
	s.t.Helper()
	chunk := make([]byte, 1<<12)
	for {
		n, err := out.Read(chunk)
		s.unread += string(chunk[:n])
		if err != nil {
			s.listen()
			return
		}
		for _, p := range prompts {
			if !strings.HasSuffix(s.unread, p.ending) || p.alone && s.unread != p.ending {
				continue
			}
			s.listen()
			answer := p.answer(s)
			s.unread = ""
			if _, err := fmt.Fprintln(in, answer); err != nil {
				s.t.Fatalf("%s: %v", s.lesson.ID, err)
			}
		}
	}
}

// prompts are all questions of plain mode, by their last words.
var prompts = []struct {
	ending string
	answer func(*sitting) string
	alone  bool // nothing stands before it
}{
	{ending: "Enter to go on, q leave: ", answer: func(*sitting) string { return "" }},
	{ending: "Enter to run it, s to skip, q leave: ", answer: func(*sitting) string { return "" }},
	{ending: "Enter to try again, s to skip, q leave: ", answer: (*sitting).refused},
	{ending: "Enter for the next step, b back, reset, q leave: ", answer: (*sitting).onward},
	{ending: "[step, lesson, Enter for neither]: ", answer: func(*sitting) string { return "step" }},
	{ending: "In your own words, on one line, s to skip: ", answer: func(s *sitting) string { return "my words on " + s.step.ID }},
	{ending: "such as 2 1 3, s to skip: ", answer: (*sitting).arrange},
	{ending: ", s to skip]: ", answer: (*sitting).choose},
	{ending: "tent# ", answer: (*sitting).command},
	{ending: "> ", answer: func(s *sitting) string { return s.task.line() }, alone: true},
}

var (
	stepLine = regexp.MustCompile(`(?m)^tentpole · [a-z-]+ · step (\d+) of \d+$`)
	compared = regexp.MustCompile(`You said "(.+?)"(, and so it was measured|\. Measured: "(.+?)")\.`)
	volumeAt = regexp.MustCompile(`inside is (\S+) on the host, where the shell knows it as \$([A-Z0-9_]+)\.`)
)

// listen takes in what was said.
func (s *sitting) listen() {
	for _, m := range stepLine.FindAllStringSubmatch(s.unread, -1) {
		if n, _ := strconv.Atoi(m[1]); s.step != &s.lesson.Steps[n-1] {
			s.step, s.tried, s.task = &s.lesson.Steps[n-1], nil, work{}
		}
	}
	plain := onOneLine(s.unread)
	if m := compared.FindStringSubmatch(plain); m != nil {
		was := m[3]
		if was == "" {
			was = m[1]
		}
		s.note(prediction{s.step.ID, m[1], was})
	}
	for _, m := range volumeAt.FindAllStringSubmatch(plain, -1) {
		s.volumes = append(s.volumes, m[2]+"="+m[1])
	}
	s.finished = s.finished || strings.Contains(plain, "That was the last step.")
}

// note keeps the latest prediction of each step.
func (s *sitting) note(p prediction) {
	s.predicted = slices.DeleteFunc(s.predicted, func(old prediction) bool { return old.step == p.step })
	s.predicted = append(s.predicted, p)
}

// onOneLine is a text as if no line were broken.
func onOneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// refused tries again what did not work, as it says, and not for ever.
func (s *sitting) refused() string {
	if s.refusals++; s.refusals <= mostTimes {
		s.t.Logf("%s: the step %s did not work:\n%s", s.lesson.ID, s.step.ID, s.unread)
		return ""
	}
	s.t.Errorf("%s: the step %s does not work:\n%s", s.lesson.ID, s.step.ID, s.unread)
	return "s"
}

// choose answers a prediction or a quiz by number.
func (s *sitting) choose() string {
	if s.step.Quiz != nil {
		return s.answer(s.step.Quiz.Answers)
	}
	options := s.step.Predict.Options
	i := max(slices.IndexFunc(options, s.wants), 0)
	s.tried = append(s.tried, options[i].ID)
	s.note(prediction{step: s.step.ID, said: onOneLine(options[i].Text)})
	return strconv.Itoa(i + 1)
}

// wants tells whether to predict this: what was measured before, just now or by
// somebody else; or of whoever knows nothing, what was not tried yet.
func (s *sitting) wants(o lessons.Option) bool {
	if s.knows == nil {
		return !slices.Contains(s.tried, o.ID)
	}
	if now := s.predictionHere(); now != nil {
		return onOneLine(o.Text) == now.was
	}
	before := s.knows[s.lesson.ID].Steps[s.step.ID].Prediction
	return before != nil && o.ID == before.Happened
}

// predictionHere is the latest at this step, nil when there is none.
func (s *sitting) predictionHere() *prediction {
	if n := len(s.predicted); n > 0 && s.predicted[n-1].step == s.step.ID {
		return &s.predicted[n-1]
	}
	return nil
}

// answer is a right answer; before that a wrong one of whoever knows nothing.
func (s *sitting) answer(answers []lessons.Answer) string {
	right := s.knows != nil || len(s.tried) > 0
	i := slices.IndexFunc(answers, func(a lessons.Answer) bool { return a.Right == right })
	s.tried = append(s.tried, answers[i].ID)
	return strconv.Itoa(i + 1)
}

// arrange puts a puzzle in order; whoever knows nothing leaves the lines as
// they stand first.
func (s *sitting) arrange() string {
	shown := s.step.Order.Shuffled()
	wanted := shown
	if s.knows != nil || len(s.tried) > 0 {
		wanted = nil
		for _, line := range s.step.Order.Lines {
			wanted = append(wanted, line.ID)
		}
	}
	s.tried = append(s.tried, "an order")
	var numbers []string
	for _, id := range wanted {
		numbers = append(numbers, strconv.Itoa(slices.Index(shown, id)+1))
	}
	return strings.Join(numbers, " ")
}

// onward goes on. Whoever knows and was surprised, or knows nothing and was not,
// forgets the step and plays it once more: what is measured may hang on what was
// done before, and on how busy the machine is.
func (s *sitting) onward() string {
	s.task.cleanUp(s)
	p := s.predictionHere()
	if p == nil || p.was == "" || len(s.tried) != 1 || p.surprised() != (s.knows != nil) {
		return ""
	}
	return "reset"
}

// newLearner is one whose progress is kept below a directory of its own.
// Who knows nothing has no virtual machine either, and reads what is seen in one.
func newLearner(t *testing.T, state string, knows map[string]lessons.LessonRecord) *learner {
	env := append(os.Environ(), "XDG_STATE_HOME="+state, "SUDO_UID=", "LANG=C.UTF-8")
	if knows == nil {
		env = append(env, vm.KernelVariable+"="+filepath.Join(state, "no-kernel"))
	}
	return &learner{t: t, knows: knows, notes: map[string]*notes{}, env: env}
}
