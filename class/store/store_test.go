package store

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/class/board"
	"github.com/tentpole-labs/tentpole/class/store/storetest"
)

func TestMain(m *testing.M) {
	if where := os.Getenv(writes); where != "" {
		fmt.Fprintln(os.Stderr, "the writer:", writer(where))
		os.Exit(1)
	}
	os.Exit(storetest.Main(m))
}

// kinds are the kinds of store; empty makes one with nothing in it, and says where.
var kinds = []struct {
	name  string
	empty func(*testing.T) string
}{
	{"sqlite", func(t *testing.T) string { return filepath.Join(t.TempDir(), "data") }},
	{"postgres", func(t *testing.T) string { return storetest.Postgres(t) }},
}

// onEach runs a test on every kind of store.
func onEach(t *testing.T, test func(t *testing.T, where string)) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) { test(t, k.empty(t)) })
	}
}

func open(t *testing.T, where string) *Store {
	t.Helper()
	s, err := Open(t.Context(), where)
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

// join has somebody join, at this server.
func join(t *testing.T, s *Store, c Class, name string) Learner {
	t.Helper()
	l, err := s.JoinWithKey(t.Context(), c.ID, name, []byte("key of "+name))
	must(t, err)
	must(t, s.Take(t.Context(), l.ID))
	return l
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const file = `{"schema": "tentpole/progress/v1", "lessons": {"mounts": {"at": "two", "steps": {
	"one": {"hash": "a", "done": "2026-01-02T03:04:05Z", "prediction": {"said": "open", "happened": "contained"}, "outcome": "contained"},
	"two": {"hash": "b", "quiz": {"first": "x", "latest": "y"}, "hints": 2},
	"three": {"hash": "c", "order": {"latest": ["k", "l"], "tries": 3}}}}}}`

func TestClassKeepsItsCode(t *testing.T) { onEach(t, classKeepsItsCode) }

func classKeepsItsCode(t *testing.T, where string) {
	first := open(t, where)
	c := class(t, first)
	if len(c.Code) != 9 {
		t.Errorf("the code is %q", c.Code)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if again := class(t, open(t, where)); again != c {
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
	onEach(t, learnersComeBackByWhatTheyBrought)
}

func learnersComeBackByWhatTheyBrought(t *testing.T, where string) {
	s := open(t, where)
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

func TestNameIsGivenOnce(t *testing.T) { onEach(t, nameIsGivenOnce) }

func nameIsGivenOnce(t *testing.T, where string) {
	s := open(t, where)
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

func TestProgressIsKeptWholeAndInRows(t *testing.T) { onEach(t, progressIsKeptWholeAndInRows) }

func progressIsKeptWholeAndInRows(t *testing.T, where string) {
	s := open(t, where)
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
	for query, want := range map[string][]string{
		"SELECT step || ' ' || coalesce(done, 0) || ' ' || hints FROM steps ORDER BY step": {"one 1767323045 0", "three 0 0", "two 0 2"},
		"SELECT step || ' ' || said || ' ' || happened FROM predictions":                   {"one open contained"},
		"SELECT kind || ' ' || latest || ' ' || tries FROM attempts ORDER BY kind":         {"order  3", "quiz y 1"},
	} {
		if got := texts(t, s.db, query); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", query, got, want)
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

func TestBoardSaysWhereEverybodyIs(t *testing.T) { onEach(t, boardSaysWhereEverybodyIs) }

func boardSaysWhereEverybodyIs(t *testing.T, where string) {
	s := open(t, where)
	c := class(t, s)
	ada := join(t, s, c, "ada")
	join(t, s, c, "bob")
	must(t, s.Save(t.Context(), ada.ID, []byte(`{"schema": "tentpole/progress/v1", "lessons": {
		"mounts": {"steps": {"one": {"hash": "a", "done": "2026-01-02T03:04:05Z"}, "two": {"hash": "b"}}},
		"a-root": {"steps": {"one": {"hash": "a", "done": "2026-01-02T03:04:06Z"}}}}}`)))
	places, err := s.Board(t.Context(), c.ID)
	must(t, err)
	for i := range places {
		if places[i].Seen.IsZero() {
			t.Errorf("%s was never seen", places[i].Name)
		}
		places[i].Seen = time.Time{}
	}
	if want := []Place{{Name: "ada", Done: 2, Lesson: "a-root", Step: "one"}, {Name: "bob"}}; !slices.Equal(places, want) {
		t.Errorf("the board is %+v, want %+v", places, want)
	}
}

func TestDeletedClassLeavesNothing(t *testing.T) { onEach(t, deletedClassLeavesNothing) }

func deletedClassLeavesNothing(t *testing.T, where string) {
	s := open(t, where)
	ada := join(t, s, class(t, s), "ada-of-the-blue-class")
	if err := s.Save(t.Context(), ada.ID, []byte(file)); err != nil {
		t.Fatal(err)
	}
	furnish(t, s, class(t, s), ada)
	ordered(t, s, class(t, s), board.Order{Say: "a message to the blue class"}, board.Order{Hold: "held-from-the-blue-class"})
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
	if s.Shared() {
		where = storetest.Data(t, where)
	}
	leavesNothing(t, where, "ada-of-the-blue", "tentpole/progress", "a message to the", "held-from-the")
	if next := join(t, s, class(t, s), "ada"); next.ID == ada.ID {
		t.Error("a learner's number was given again")
	}
}

// leavesNothing looks for words in all files below a directory.
func leavesNothing(t *testing.T, dir string, words ...string) {
	t.Helper()
	files := 0
	must(t, filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		raw, err := os.ReadFile(name)
		for _, word := range words {
			if bytes.Contains(raw, []byte(word)) {
				t.Errorf("%s still has %q", name, word)
			}
		}
		return err
	}))
	if files == 0 {
		t.Errorf("%s has no files", dir)
	}
}

func TestDatabaseOfANewerTentpoleIsLeftAlone(t *testing.T) {
	onEach(t, databaseOfANewerTentpoleIsLeftAlone)
}

func databaseOfANewerTentpoleIsLeftAlone(t *testing.T, where string) {
	s := open(t, where)
	_, err := s.db.Exec(fmt.Sprintf(s.engine.noted, 99))
	must(t, err)
	must(t, s.Close())
	if _, err := Open(t.Context(), where); err == nil {
		t.Error("it was opened")
	}
}

// TestEveryVersionBecomesTheLatest begins with a database of each earlier version.
func TestEveryVersionBecomesTheLatest(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			latest := schema(t, open(t, k.empty(t)))
			all := migrations
			defer func() { migrations = all }()
			for version := range all {
				where := k.empty(t)
				migrations = all[:version]
				must(t, open(t, where).Close())
				migrations = all
				if now := schema(t, open(t, where)); !slices.Equal(now, latest) {
					t.Errorf("from version %d: %v, want %v", version, now, latest)
				}
			}
		})
	}
}

// schema lists what a database is made of.
func schema(t *testing.T, s *Store) []string {
	t.Helper()
	query := "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY sql"
	if s.Shared() {
		query = `SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable FROM information_schema.columns
			WHERE table_schema = 'public' ORDER BY table_name, ordinal_position`
	}
	return texts(t, s.db, query)
}

// texts is the answer to a question for one column of text.
func texts(t *testing.T, db *sql.DB, query string) (list []string) {
	t.Helper()
	rows, err := db.Query(query)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var text string
		must(t, rows.Scan(&text))
		list = append(list, text)
	}
	must(t, rows.Err())
	return list
}
