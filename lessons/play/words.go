package play

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// Started says in a sentence what was started.
func Started(m Measured) string {
	if k, err := subject.Find(m.Subject); err == nil {
		return "Started " + k.What + "."
	}
	what := "a plain process"
	if words := m.Plan.Layers.Words(); len(words) > 0 {
		what = "a process with " + facts.Count(len(words), "layer") + ": " + strings.Join(words, ", ")
	}
	return fmt.Sprintf("Started %s. The kernel took %s.", what, Micros(sum(m.Transcript)))
}

// starting says that a subject is being started.
func starting(word string) string {
	k, err := subject.Find(word)
	if err != nil {
		return "starting " + word
	}
	return "starting " + k.What
}

// Renewed says that what the step wanted to go on in is another one.
func Renewed(m Measured) string {
	if m.Subject != "" {
		return "The " + m.Subject + " of the steps before is gone. This is a new one."
	}
	return "The sandbox of the steps before is gone. This is a new one with the same layers."
}

// goesOn says that the step is in what the step before was in.
func goesOn(m Measured) string {
	return "The " + cmp.Or(m.Subject, subject.Sandbox) + " of the step before goes on."
}

func sum(transcript []sandbox.Done) (us int64) {
	for _, d := range transcript {
		us += d.Microseconds
	}
	return us
}

// Findings says in lines what an experiment found, each clean and short
// enough to be wrapped by whoever shows it.
func Findings(r experiment.Result) []string {
	var out []string
	if r.EntriesSearched > 0 {
		out = append(out, fmt.Sprintf("Searched the host: %s entries in %s.", Number(r.EntriesSearched), Micros(int64(r.Milliseconds*1000))))
	}
	if r.Unreadable > 0 {
		out = append(out, "Not allowed to look into "+strconv.FormatInt(r.Unreadable, 10)+" directories"+".")
	}
	for _, p := range r.Places {
		out = append(out, fmt.Sprintf("Found: %s (inode %d): %s.", facts.Clean(p.Path), p.Inode, strings.TrimSuffix(facts.Clean(p.Why), ".")))
	}
	if len(r.Places) == 0 {
		out = append(out, observed(r)...)
	}
	if n := len(r.Namesakes); n > 0 {
		out = append(out, "Also of that name, and not the same file: "+strconv.Itoa(n)+".")
	}
	verdict := "Outcome: " + string(r.Outcome)
	if r.Reason != "" {
		verdict += ", " + withErrnoWords(facts.Clean(reason(r)))
	}
	return append(out, verdict+".")
}

// reason is why the outcome is what it is, without a place that was named
// above.
func reason(r experiment.Result) string {
	for _, p := range r.Places {
		if s, ok := strings.CutSuffix(r.Reason, ": "+p.Path); ok {
			return s
		}
	}
	return r.Reason
}

// Compared puts a prediction beside what was measured, without judging. It
// returns nothing when nothing was predicted.
func Compared(c lessons.Comparison) []string {
	if c.Said == nil {
		if c.Happened != nil {
			return []string{"Measured: " + c.Happened.Text + "."}
		}
		return nil
	}
	var out []string
	switch {
	case c.Agrees():
		out = append(out, "You said \""+c.Said.Text+"\", and so it was measured.")
	case c.Happened != nil:
		out = append(out, "You said \""+c.Said.Text+"\". Measured: \""+c.Happened.Text+"\".")
	default:
		out = append(out, "You said \""+c.Said.Text+"\". What was measured fits none of the answers.")
	}
	if c.Said.Say != "" {
		out = append(out, c.Said.Say)
	}
	return out
}

// Tick is a part of a task on one line: a box and the words.
func Tick(p lessons.PartResult) string {
	if p.Done {
		return "[x] " + p.Say
	}
	return "[ ] " + p.Say
}

// NotYet says what the first part that is not done waits for, in the words of
// its author, or returns nothing when all are done.
func NotYet(parts []lessons.PartResult) string {
	for _, p := range parts {
		switch {
		case p.Done:
		case p.Err != nil:
			return "Not yet: " + p.Say + " (" + facts.Clean(p.Err.Error()) + ")"
		default:
			return "Not yet: " + p.Say
		}
	}
	return ""
}

// Number writes a number with commas between the thousands.
func Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Micros writes a time given in microseconds with the unit that fits.
func Micros(us int64) string {
	switch {
	case us < 1000:
		return strconv.FormatInt(us, 10) + " µs"
	case us < 100_000:
		return strconv.FormatFloat(float64(us)/1000, 'f', 1, 64) + " ms"
	case us < 1_000_000:
		return strconv.FormatInt(us/1000, 10) + " ms"
	case us < 10_000_000:
		return strconv.FormatFloat(float64(us)/1_000_000, 'f', 1, 64) + " s"
	}
	return strconv.FormatInt(us/1_000_000, 10) + " s"
}
