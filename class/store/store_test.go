package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func class(t *testing.T, s *Store) Class {
	t.Helper()
	c, err := s.Class(t.Context(), "blue")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func join(t *testing.T, s *Store, c Class, name string) Learner {
	t.Helper()
	l, err := s.JoinWithKey(t.Context(), c.ID, name, []byte("key of "+name))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

const file = `{"schema": "tentpole/progress/v1", "lessons": {"mounts": {"at": "two", "steps": {
	"one": {"hash": "a", "done": "2026-01-02T03:04:05Z", "prediction": {"said": "open", "happened": "contained"}, "outcome": "contained"},
	"two": {"hash": "b", "quiz": {"first": "x", "latest": "y"}, "hints": 2},
	"three": {"hash": "c", "order": {"latest": ["k", "l"], "tries": 3}}}}}}`

func TestClassKeepsItsCode(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir)
	c := class(t, first)
	if len(c.Code) != 9 {
		t.Errorf("the code is %q", c.Code)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if again := class(t, open(t, dir)); again != c {
		t.Errorf("it was %+v, and is %+v after a restart", c, again)
	}
}

func TestOnlyTheOwnerReads(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a Unix: modes of files are a matter of theirs")
	}
	dir := filepath.Join(t.TempDir(), "data")
	s := open(t, dir)
	join(t, s, class(t, s), "ada")
	for _, name := range []string{"", File, File + "-wal", File + "-shm"} {
		st, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if st.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", st.Name(), st.Mode())
		}
	}
}

func TestLearnersComeBackByWhatTheyBrought(t *testing.T) {
	s := open(t, t.TempDir())
	c := class(t, s)
	join(t, s, c, "ada")
	if _, err := s.JoinWithWord(t.Context(), c.ID, "bob", "heron"); err != nil {
		t.Fatal(err)
	}
	ada, err := s.Learner(t.Context(), c.ID, "ada")
	if err != nil || !ada.Has([]byte("key of ada")) || ada.Has([]byte("key of bob")) || ada.Knows("") {
		t.Errorf("ada: %+v, %v", ada, err)
	}
	bob, err := s.Learner(t.Context(), c.ID, "bob")
	if err != nil || !bob.Knows("heron") || bob.Knows("crane") || bob.Knows("") {
		t.Errorf("bob: %+v, %v", bob, err)
	}
	if bytes.Contains(bob.word, []byte("heron")) {
		t.Error("the word itself is kept")
	}
	if _, err := s.JoinWithWord(t.Context(), c.ID, "ada", "x"); !errors.Is(err, ErrTaken) {
		t.Errorf("a second ada: %v", err)
	}
	if _, err := s.Learner(t.Context(), c.ID, "eve"); !errors.Is(err, ErrNone) {
		t.Errorf("who never joined: %v", err)
	}
}

func TestNameIsGivenOnce(t *testing.T) {
	s := open(t, t.TempDir())
	c := class(t, s)
	got := make(chan error, 20)
	var all sync.WaitGroup
	for i := range cap(got) {
		all.Go(func() {
			_, err := s.JoinWithKey(t.Context(), c.ID, "ada", []byte(fmt.Sprint(i)))
			got <- err
		})
	}
	all.Wait()
	close(got)
	joined := 0
	for err := range got {
		if err == nil {
			joined++
		} else if !errors.Is(err, ErrTaken) {
			t.Error(err)
		}
	}
	if joined != 1 {
		t.Errorf("%d have joined under one name", joined)
	}
}

func TestProgressIsKeptWholeAndInRows(t *testing.T) {
	s := open(t, t.TempDir())
	ada := join(t, s, class(t, s), "ada")
	if raw, err := s.Progress(t.Context(), ada.ID); raw != nil || err != nil {
		t.Fatalf("before anything: %q, %v", raw, err)
	}
	for range 2 { // the second replaces the first
		if err := s.Save(t.Context(), ada.ID, []byte(file)); err != nil {
			t.Fatal(err)
		}
	}
	if raw, err := s.Progress(t.Context(), ada.ID); string(raw) != file || err != nil {
		t.Errorf("kept %q, %v", raw, err)
	}
	for query, want := range map[string]string{
		"SELECT group_concat(step || ' ' || (done IS NOT NULL) || ' ' || hints, ', ') FROM (SELECT * FROM steps ORDER BY step)": "one 1 0, three 0 0, two 0 2",
		"SELECT group_concat(step || ' ' || said || ' ' || happened) FROM predictions":                                          "one open contained",
		"SELECT group_concat(kind || ' ' || latest || ' ' || tries, ', ') FROM (SELECT * FROM attempts ORDER BY kind)":          "order  3, quiz y 1",
	} {
		var got string
		if err := s.db.QueryRowContext(t.Context(), query).Scan(&got); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", query, got, err, want)
		}
	}
	if err := s.Save(t.Context(), ada.ID, []byte(`{"schema": "something/v1"}`)); err == nil {
		t.Error("what is no progress was kept")
	}
	many := []byte(`{"schema": "tentpole/progress/v1", "lessons": {"mounts": {"steps": {"0": {"hash": ""}`)
	for i := range MaxSteps {
		many = fmt.Appendf(many, `, "%d": {"hash": ""}`, i+1)
	}
	if err := s.Save(t.Context(), ada.ID, append(many, "}}}}"...)); err == nil {
		t.Error("progress in more steps than there are was kept")
	}
}

func TestBoardSaysWhereEverybodyIs(t *testing.T) {
	s := open(t, t.TempDir())
	c := class(t, s)
	ada := join(t, s, c, "ada")
	join(t, s, c, "bob")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.Save(t.Context(), ada.ID, []byte(`{"schema": "tentpole/progress/v1", "lessons": {
		"mounts": {"steps": {"one": {"hash": "a", "done": "2026-01-02T03:04:05Z"}, "two": {"hash": "b"}}},
		"a-root": {"steps": {"one": {"hash": "a", "done": "2026-01-02T03:04:06Z"}}}}}`)))
	board, err := s.Board(t.Context(), c.ID)
	must(err)
	for i := range board {
		if board[i].Seen.IsZero() {
			t.Errorf("%s was never seen", board[i].Name)
		}
		board[i].Seen = time.Time{}
	}
	if want := []Place{{Name: "ada", Done: 2, Lesson: "a-root", Step: "one"}, {Name: "bob"}}; !slices.Equal(board, want) {
		t.Errorf("the board is %+v, want %+v", board, want)
	}
}

func TestDeletedClassLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	ada := join(t, s, class(t, s), "ada-of-the-blue-class")
	if err := s.Save(t.Context(), ada.ID, []byte(file)); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(t.Context(), "blue"); err != nil {
		t.Fatal(err)
	}
	if err := s.Save(t.Context(), ada.ID, []byte(file)); !errors.Is(err, ErrNone) {
		t.Errorf("progress of a deleted class: %v", err)
	}
	if err := s.Delete(t.Context(), "blue"); !errors.Is(err, ErrNone) {
		t.Errorf("deleted twice: %v", err)
	}
	if list, err := s.Classes(t.Context()); len(list) > 0 || err != nil {
		t.Errorf("classes: %v, %v", list, err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil || bytes.Contains(raw, []byte("ada-of-the-blue")) || bytes.Contains(raw, []byte("tentpole/progress")) {
			t.Errorf("%s still has it, %v", name, err)
		}
	}
	if next := join(t, s, class(t, s), "ada"); next.ID == ada.ID {
		t.Error("a learner's number was given again")
	}
}

func TestDatabaseOfANewerTentpoleIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	if _, err := s.db.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := Open(t.Context(), dir); err == nil {
		t.Error("it was opened")
	}
}

// TestEveryVersionBecomesTheLatest begins with a database of each earlier version.
func TestEveryVersionBecomesTheLatest(t *testing.T) {
	latest := tables(t, open(t, t.TempDir()).db)
	for version := range migrations {
		dir := t.TempDir()
		old, err := sql.Open("sqlite", filepath.Join(dir, File))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range migrations[:version] {
			if _, err := old.ExecContext(context.Background(), m); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := old.Exec(fmt.Sprintf("PRAGMA user_version = %d", version)); err != nil {
			t.Fatal(err)
		}
		old.Close()
		if now := tables(t, open(t, dir).db); !slices.Equal(now, latest) {
			t.Errorf("from version %d: %v, want %v", version, now, latest)
		}
	}
}

func tables(t *testing.T, db *sql.DB) (list []string) {
	t.Helper()
	rows, err := db.Query("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY sql")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		list = append(list, text)
	}
	return list
}
