package play

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tentpole-labs/tentpole/lessons"
)

// played is a whole lesson, line by line.
var played = []string{
	"",       // read, on
	"7", "2", // a number that is none, then the prediction
	"",     // on
	"hint", // the task
	"hint", "solution", "false", "mount it", "done", "touch it",
	"",       // on
	"1",      // predict and run in the kept sandbox
	"",       // on
	"1", "2", // the quiz: not that one
}

func plainly(t *testing.T, e *fakeEngine, lines []string) (string, *Session, error) {
	t.Helper()
	s := NewSession(Options{Lesson: lesson(t), Engine: e, Variant: lessons.Root})
	var out bytes.Buffer
	err := Plain(t.Context(), s, strings.NewReader(strings.Join(lines, "\n")), &out)
	if _, open := e.count(); open != 0 {
		t.Errorf("%d sandboxes are open after %q", open, lines)
	}
	return out.String(), s, err
}

func TestPlain(t *testing.T) {
	e := &fakeEngine{writes: "one\ttwo\r\n\x1b[2Jthree\u202e\n"}
	out, s, err := plainly(t, e, played)
	if err != nil {
		t.Fatal(err)
	}
	if !s.Walk.Complete() {
		t.Error("not every step is done")
	}
	at := 0
	for _, want := range []string{
		"tentpole · mounts · step 1 of 5\nWhat is a mount?\n\nA mount attaches a file system.\n",
		"Where will the host find the file?",
		"1. at the same path\n2. nowhere\nYour prediction [1-2, s to skip]: ",
		"Type a number from 1 to 2, or s.",
		"Started a process with 1 layer: mount.",
		"Searched the host: 438,013 entries in 181 ms.",
		`Found: /tmp/x\x1b[31m (inode 7): one path leads both to one file.`,
		"Board: mount ns: host 1, sandbox 10, own, new.",
		`You said "nowhere". Measured: "at the same path".`,
		"It has a list of its own, no files.",
		"The list was copied, not the book.",
		"[ ] /tmp inside is a tmpfs",
		"Type a command to run inside, or one of: done, hint, solution, skip, q.",
		"Use mount.", "There are no more hints.", "mount -t tmpfs tmpfs /tmp",
		"one     two\n\\x1b[2Jthree\\u202e\n(exit status 1)",
		"[x] /tmp inside is a tmpfs",
		"Not yet: the file exists inside",
		"[x] the file exists inside",
		"All parts are done.",
		"The sandbox of the step before goes on.",
		`You said "yes", and so it was measured.`,
		"Every file is where it was.", "Yes, nothing.",
		"That was the last step.",
	} {
		i := strings.Index(out[at:], want)
		if i < 0 {
			t.Fatalf("it does not say %q after\n%s\nall of it:\n%s", want, out[max(0, at-200):at], out)
		}
		at += i + len(want)
	}
	for line := range strings.Lines(out) {
		if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > plainWidth+40 { // a prompt and what follows it
			t.Errorf("a line of %d: %q", n, line)
		}
	}
	if strings.ContainsAny(out, "\x1b\r\t") {
		t.Error("something that acts on a terminal got through")
	}
}

// TestPlainEnds: wherever the input ends, the lesson ends, without an error
// and without a sandbox left.
func TestPlainEnds(t *testing.T) {
	for n := range played {
		if _, _, err := plainly(t, &fakeEngine{}, played[:n]); err != nil {
			t.Errorf("input of %d lines: %v", n, err)
		}
	}
	for n := range played { // and wherever the learner leaves
		if _, _, err := plainly(t, &fakeEngine{}, append(append([]string{}, played[:n]...), "q")); err != nil {
			t.Errorf("q after %d lines: %v", n, err)
		}
	}
}

func TestPlainMuchOutput(t *testing.T) {
	e := &fakeEngine{writes: strings.Repeat("y\n", 3*mostLines)}
	out, _, err := plainly(t, e, []string{"", "s", "", "yes", "skip"})
	if err != nil || strings.Count(out, "\ny\n")+strings.Count(out, "y\ny") > 2*mostLines {
		t.Errorf("%d bytes, %v", len(out), err)
	}
	if !strings.Contains(out, "the rest is left out") {
		t.Error("it does not say that something is left out")
	}
}

// TestPlainCancelled: a done context ends it while it waits for a line.
func TestPlainCancelled(t *testing.T) {
	e := &fakeEngine{}
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	defer w.Close()
	out := writerFunc(func(b []byte) (int, error) {
		if strings.Contains(string(b), "Your prediction") {
			cancel()
		}
		return len(b), nil
	})
	go io.WriteString(w, "\n")
	err := Plain(ctx, NewSession(Options{Lesson: lesson(t), Engine: e}), r, out)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// TestLongLines: a line without an end is broken and nothing of it is lost.
func TestLongLines(t *testing.T) {
	var out strings.Builder
	f := &filtered{to: out.WriteString, left: 100}
	all := strings.Repeat("0123456789", 3*longestLine/10)
	for i := 0; i < len(all); i += 7 {
		if _, err := f.Write([]byte(all[i:min(i+7, len(all))])); err != nil {
			t.Fatal(err)
		}
	}
	f.end()
	if got := strings.ReplaceAll(out.String(), "\n", ""); got != all {
		t.Errorf("%d bytes of %d", len(got), len(all))
	}
}
