package main

import (
	"maps"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
)

// work is what is done for a task.
type work struct {
	begun  int             // times; when it was not seen to work, it is done again
	blocks []lessons.Fence // still to be done
	lines  []string        // of the block at hand, still to be typed
	keep   string          // the name for what that block prints last
	ticks  map[string]bool // parts that were seen to be done
	before int             // how many they were before that block
	until  time.Time       // for so long one more is waited for
	helped int             // times that help was asked for
}

// patient is how long a learner waits for a part to be ticked before going on,
// and stubbornly how long for the last.
const (
	patient    = time.Second
	stubbornly = 10 * time.Second
)

// command is what to type in a task.
func (s *sitting) command() string {
	if s.knows == nil {
		return s.task.giveUp(s)
	}
	return s.task.next(s)
}

// giveUp asks for all help there is, and goes on without having done anything.
func (w *work) giveUp(s *sitting) string {
	hints := len(s.step.Hints(play.VariantHere()))
	switch w.helped++; {
	case w.helped <= hints:
		s.hints++
		return "hint"
	case w.helped == hints+1:
		return "solution"
	}
	s.givenUp++
	return "skip"
}

// next is the next line to type for a solution. Blocks for the host are run on
// the way.
func (w *work) next(s *sitting) string {
	w.look(s)
	if len(w.lines) > 0 {
		return w.line()
	}
	if len(w.ticks) <= w.before && time.Now().Before(w.until) {
		time.Sleep(50 * time.Millisecond) // as somebody who looks again
		return "done"
	}
	if len(w.blocks) == 0 {
		w.begin(s)
	}
	block := w.blocks[0]
	w.blocks = w.blocks[1:]
	w.before, w.until = len(w.ticks), time.Now().Add(patient)
	if len(w.blocks) == 0 {
		w.until = time.Now().Add(stubbornly)
		w.before = len(s.step.Task.Parts) // it is over when all are done
	}
	if block.Where == lessons.Host {
		s.onHost(block)
		return "done"
	}
	w.lines, w.keep = strings.Split(strings.TrimSpace(s.filled(block.Text)), "\n"), block.Keep
	return w.line()
}

// look takes in what was ticked, and what a block printed before that.
func (w *work) look(s *sitting) {
	if w.ticks == nil {
		w.ticks = map[string]bool{}
	}
	for line := range strings.Lines(s.unread) {
		if strings.HasPrefix(line, "[x] ") {
			w.ticks[line] = true
		}
	}
	if w.keep != "" && len(w.lines) == 0 {
		printed, _, _ := strings.Cut(s.unread, "[x] ")
		s.keepLast(w.keep, printed)
		w.keep = ""
	}
}

// mostTimes is how often something is tried before it is taken not to work.
const mostTimes = 3

// begin lists the blocks of the solution.
func (w *work) begin(s *sitting) {
	if w.begun++; w.begun > 1 {
		s.t.Logf("%s: the task %s is done once more, after\n%s", s.lesson.ID, s.step.ID, s.unread)
	}
	w.blocks = append(s.step.Blocks(play.VariantHere()), s.step.Solving(play.VariantHere())...)
	if len(w.blocks) == 0 || w.begun > mostTimes {
		s.t.Fatalf("%s: the solution of the task %s does not do it", s.lesson.ID, s.step.ID)
	}
}

func (w *work) line() string {
	line := w.lines[0]
	w.lines = w.lines[1:]
	return line
}

var plainWord = regexp.MustCompile(`[0-9A-Za-z._/:-]+`)

// keepLast keeps the first word of the last line.
func (s *sitting) keepLast(name, printed string) {
	lines := strings.Split(strings.TrimSpace(strings.TrimSuffix(printed, "tent# ")), "\n")
	s.kept[name] = plainWord.FindString(lines[len(lines)-1])
}

// filled is a block with the words that were kept.
func (s *sitting) filled(text string) string {
	for _, name := range slices.Sorted(maps.Keys(s.kept)) {
		text = regexp.MustCompile(`\b`+name+`\b`).ReplaceAllLiteralString(text, s.kept[name])
	}
	return text
}

// cleanUp does what a solution says for the host after the task was done.
func (w *work) cleanUp(s *sitting) {
	for _, block := range w.blocks {
		if block.Where == lessons.Host {
			s.onHost(block)
		}
	}
	w.blocks = nil
}

// onHost runs a block in the learner's second terminal.
func (s *sitting) onHost(block lessons.Fence) {
	cmd := exec.Command("sh", "-c", s.filled(block.Text))
	cmd.Env = slices.Concat(s.env, s.volumes)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if block.Fails != (err != nil) {
		s.t.Errorf("%s:%d: %v\n%s", s.lesson.File, block.Line, err, out)
	}
	if block.Keep != "" {
		s.keepLast(block.Keep, string(out))
	}
}
