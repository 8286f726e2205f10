//go:build unix

package server

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/ssh"
	gossh "golang.org/x/crypto/ssh"

	"github.com/tentpole-labs/tentpole/class/board"
	"github.com/tentpole-labs/tentpole/class/lectern"
	"github.com/tentpole-labs/tentpole/lessons"
)

// withTeacher is a server with a board, which is one line.
func withTeacher(t *testing.T, key gossh.Signer) (*school, *lectern.Lectern) {
	t.Helper()
	var l *lectern.Lectern
	s := open(t, func(c *Config) {
		l = withLectern(t, c)
		c.Teachers = []gossh.PublicKey{key.PublicKey()}
		c.Board = func(_ context.Context, s ssh.Session, p ssh.Pty) error {
			_, err := fmt.Fprintf(s, "the board on %s, %d columns\n", p.Term, p.Window.Width)
			return err
		}
	})
	return s, l
}

// withLectern gives a server one, for a course of a lesson.
func withLectern(t *testing.T, c *Config) *lectern.Lectern {
	t.Helper()
	course := &lessons.Course{Lessons: []*lessons.Lesson{{ID: "mounts", Steps: []lessons.Step{{ID: "read"},
		{ID: "guess", Predict: &lessons.Prediction{Ask: "Where?", Options: []lessons.Option{{ID: "here", Text: "here"}, {ID: "there", Text: "there"}}}}}}}}
	c.Lectern, c.Lines = lectern.New(c.Class, c.Store, course, c.Log), t.TempDir()
	must(t, c.Lectern.Refresh(t.Context()))
	return c.Lectern
}

func TestOnlyTheTeachersKeyOpensTheBoard(t *testing.T) {
	key := newKey(t)
	s, _ := withTeacher(t, key)
	c, err := s.dial(&person{name: "teacher", keys: []gossh.Signer{newKey(t), key}})
	must(t, err)
	w := s.window(c)
	w.waitFor("the board on xterm-256color, 80 columns")
	if code := w.status(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
	for what, p := range map[string]*person{
		"another key":    {name: "teacher", keys: []gossh.Signer{newKey(t)}, answers: []string{s.class.Code}},
		"no key":         {name: "Teacher", answers: []string{s.class.Code, "heron on ice"}},
		"the public key": {name: "teacher", keys: []gossh.Signer{pretender{newKey(t), key.PublicKey()}}},
	} {
		if _, err := s.dial(p); err == nil {
			t.Errorf("%s is let in as the teacher", what)
		}
	}
	if n := s.tents.standing(); n != 0 {
		t.Errorf("%d tents stand for a teacher", n)
	}
	learner := s.come(&person{name: "ada", keys: []gossh.Signer{key}, answers: []string{s.class.Code}}) // by another name they learn
	learner.say("exit 0")
	learner.status()
}

// TestBoardFollowsALearner: who comes, what they do and that they leave is on the
// board, and with them goes the socket.
func TestBoardFollowsALearner(t *testing.T) {
	s, l := withTeacher(t, newKey(t))
	watch := l.Watch()
	defer watch.Close()
	var b board.Board
	until := func(ok func(board.Learner) bool) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), enough)
		defer cancel()
		for len(b.Learners) == 0 || !ok(b.Learners[0]) {
			n, err := watch.Next(ctx)
			if err != nil {
				t.Fatalf("%v; the board has %+v", err, b)
			}
			b.Take(n)
		}
	}
	w := s.come(&person{name: "ada", keys: []gossh.Signer{newKey(t)}, answers: []string{s.class.Code}})
	until(func(l board.Learner) bool { return l.Here && l.Name == "ada" })
	socket := linePath(s.server.Lines, b.Learners[0].ID)
	if st, err := os.Lstat(socket); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the learner's socket: %v, %v", st, err)
	}
	w.say(`do {"schema": "tentpole/progress/v1", "lessons": {"mounts": {"at": "read", "steps": {"read": {"hash": "x", "done": "2026-05-04T12:00:00Z"}}}}}`)
	until(func(l board.Learner) bool { return l.Steps["mounts"]["read"].Done && l.At.Step == "read" })
	w.say("exit 0")
	w.status()
	until(func(l board.Learner) bool { return !l.Here })
	if _, err := os.Lstat(socket); err == nil {
		t.Error("their socket is left")
	}
}

func TestTeachersFile(t *testing.T) {
	one, two := gossh.MarshalAuthorizedKey(newKey(t).PublicKey()), gossh.MarshalAuthorizedKey(newKey(t).PublicKey())
	file := filepath.Join(t.TempDir(), "keys")
	for text, want := range map[string]string{
		"# mine\n" + string(one) + "\n" + string(two): "",
		"": "there is no key in it", "hello": "public key that is wanted", `command="x" ` + string(one): "options",
	} {
		must(t, os.WriteFile(file, []byte(text), 0o600))
		keys, err := LoadTeachers(file)
		if want == "" && (err != nil || len(keys) != 2) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %d keys, %v", text, len(keys), err)
		}
	}
}
