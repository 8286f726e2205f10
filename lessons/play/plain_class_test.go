package play

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/tentpole-labs/tentpole/lessons"
)

// fakeClass says one thing, and takes the word hand.
type fakeClass struct {
	news chan string
	at   []string
}

func (f *fakeClass) News() <-chan string { return f.news }
func (f *fakeClass) At(_, step string)   { f.at = append(f.at, step) }
func (f *fakeClass) Typed(answer string) (string, bool) {
	return "Your hand is up.", answer == "hand"
}

// listening is an output that somebody waits for.
type listening struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{}
}

func (l *listening) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case l.more <- struct{}{}:
	default:
	}
	return l.text.Write(b)
}

func (l *listening) count(word string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), word)
}

// TestPlainInAClass: what the teacher says comes between a question and its
// answer, the question is asked once more, and words for the class answer none.
func TestPlainInAClass(t *testing.T) {
	f := &fakeClass{news: make(chan string)}
	s := NewSession(Options{Lesson: lesson(t), Engine: &fakeEngine{}, Variant: lessons.Root, Class: f})
	in, typed := io.Pipe()
	out := &listening{more: make(chan struct{}, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Plain(ctx, s, in, out) }()
	defer func() {
		cancel()
		typed.Close()
		if err := <-ended; err != nil && ctx.Err() == nil {
			t.Error(err)
		}
	}()
	asked := func(times int) {
		t.Helper()
		for out.count("Enter for the next step") < times {
			select {
			case <-out.more:
			case <-ended:
				t.Fatal("it has ended")
			}
		}
	}
	asked(1)
	f.news <- "The teacher: a break \x1b[31m now"
	asked(2)
	if out.count(`The teacher: a break \x1b[31m now`) != 1 {
		t.Errorf("it says %q", out.text.String())
	}
	io.WriteString(typed, "hand\n")
	asked(3)
	if out.count("Your hand is up.") != 1 || len(f.at) != 1 {
		t.Errorf("it says %q; told %v", out.text.String(), f.at)
	}
	io.WriteString(typed, "q\n")
	if err := <-ended; err != nil {
		t.Error(err)
	}
	ended <- nil
}
