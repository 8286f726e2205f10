package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// onPairs runs a test on each kind of store with each.
func onPairs(t *testing.T, test func(t *testing.T, from, to string)) {
	for _, a := range kinds {
		for _, b := range kinds {
			t.Run(a.name+"_to_"+b.name, func(t *testing.T) { test(t, a.empty(t), b.empty(t)) })
		}
	}
}

// described is all that is kept, without the numbers that a database has for it.
func described(t *testing.T, s *Store) (all []string) {
	t.Helper()
	for _, query := range []string{
		"SELECT name || ' ' || code || ' ' || created FROM classes ORDER BY name",
		"SELECT l.name || ' ' || c.name || ' ' || joined || ' ' || seen || ' ' || (word IS NULL) FROM learners l JOIN classes c ON c.id = l.class ORDER BY c.name, l.name",
		"SELECT l.name || ' ' || saved FROM progress JOIN learners l ON l.id = learner ORDER BY l.name",
		"SELECT l.name || ' ' || lesson || ' ' || step || ' ' || coalesce(done, 0) || ' ' || outcome || ' ' || hints || ' ' || solution FROM steps JOIN learners l ON l.id = learner ORDER BY 1",
		"SELECT l.name || ' ' || lesson || ' ' || step || ' ' || said || ' ' || happened FROM predictions JOIN learners l ON l.id = learner ORDER BY 1",
		"SELECT l.name || ' ' || lesson || ' ' || step || ' ' || kind || ' ' || first || ' ' || latest || ' ' || tries FROM attempts JOIN learners l ON l.id = learner ORDER BY 1",
		"SELECT c.name || ' ' || invited || ' ' || lesson || ' ' || step FROM rooms JOIN classes c ON c.id = class ORDER BY 1",
		"SELECT c.name || ' ' || lesson FROM held JOIN classes c ON c.id = class ORDER BY 1",
		"SELECT c.name || ' ' || number || ' ' || lesson || ' ' || step || ' ' || asked || ' ' || coalesce(ended, 0) FROM polls JOIN classes c ON c.id = class ORDER BY 1",
		"SELECT l.name || ' ' || hand || ' ' || since || ' ' || coalesce(lesson, '-') || ' ' || coalesce(step, '-') FROM seats JOIN learners l ON l.id = learner ORDER BY 1",
		"SELECT l.name || ' ' || number || ' ' || words FROM messages JOIN learners l ON l.id = learner ORDER BY 1",
		"SELECT l.name || ' ' || poll || ' ' || said FROM answers JOIN learners l ON l.id = learner ORDER BY 1",
	} {
		for _, line := range texts(t, s.db, query) {
			all = append(all, strings.NewReplacer("true", "1", "false", "0").Replace(line))
		}
	}
	return all
}

// fill keeps two classes, with a learner who has a key and one who has a word.
func fill(t *testing.T, s *Store) {
	t.Helper()
	join(t, s, class(t, s), "early") // so that numbers differ
	must(t, s.Delete(t.Context(), "blue"))
	_, err := s.Class(t.Context(), "empty")
	must(t, err)
	c := class(t, s)
	ada := join(t, s, c, "ada")
	must(t, s.Save(t.Context(), ada.ID, []byte(file)))
	_, err = s.JoinWithWord(t.Context(), c.ID, "bob", "heron")
	must(t, err)
	furnish(t, s, c, ada)
}

func TestBackupAndRestore(t *testing.T) { onPairs(t, backupAndRestore) }

func backupAndRestore(t *testing.T, from, to string) {
	old, fresh := open(t, from), open(t, to)
	fill(t, old)
	name := filepath.Join(t.TempDir(), "blue.backup")
	must(t, old.Backup(t.Context(), name))
	must(t, fresh.Restore(t.Context(), name, false))
	if got, want := described(t, fresh), described(t, old); !slices.Equal(got, want) {
		t.Errorf("restored is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	c, err := fresh.Find(t.Context(), "blue")
	must(t, err)
	ada, err := fresh.Learner(t.Context(), c.ID, "ada")
	if err != nil || !ada.Has([]byte("key of ada")) {
		t.Errorf("ada comes back as %+v, %v", ada, err)
	}
	if raw, err := fresh.Progress(t.Context(), ada.ID); string(raw) != file || err != nil {
		t.Errorf("her progress is %q, %v", raw, err)
	}
	bob, err := fresh.Learner(t.Context(), c.ID, "bob")
	if err != nil || !bob.Knows("heron") {
		t.Errorf("bob comes back as %+v, %v", bob, err)
	}
	if next := join(t, fresh, c, "cyd"); next.ID <= max(ada.ID, bob.ID) {
		t.Errorf("the next learner has the number %d, after %d and %d", next.ID, ada.ID, bob.ID)
	}
}

func TestRestoreIntoAClassThatIsThere(t *testing.T) { onEach(t, restoreIntoAClassThatIsThere) }

func restoreIntoAClassThatIsThere(t *testing.T, where string) {
	s := open(t, where)
	fill(t, s)
	name := filepath.Join(t.TempDir(), "backup")
	must(t, s.Backup(t.Context(), name))
	was := described(t, s)
	c := class(t, s)
	join(t, s, c, "eve")
	changed := described(t, s)
	var there *ThereError
	if err := s.Restore(t.Context(), name, false); !errors.As(err, &there) || !slices.Equal(there.Classes, []string{"blue"}) {
		t.Errorf("restored over a class: %v", err)
	}
	if now := described(t, s); !slices.Equal(now, changed) {
		t.Errorf("refused, and yet changed to %q", now)
	}
	must(t, s.Restore(t.Context(), name, true))
	if now := described(t, s); !slices.Equal(now, was) {
		t.Errorf("replaced by %q, want %q", now, was)
	}
	if now := class(t, s); now != c {
		t.Errorf("the class was %+v and is %+v: whoever serves it knows it by that", c, now)
	}
}

func TestBackupOfAnEarlierVersion(t *testing.T) {
	all := migrations
	defer func() { migrations = all }()
	name := filepath.Join(t.TempDir(), "backup")
	db, err := sqliteFile(name, fmt.Sprintf("application_id(%d)", application))
	must(t, err)
	migrations = all[:1]
	must(t, migrate(t.Context(), db, sqlite))
	migrations = all
	_, err = db.Exec("INSERT INTO classes (name, code, created) VALUES ('old', 'aaaa-aaaa', 1)")
	must(t, err)
	must(t, db.Close())
	before, err := os.ReadFile(name)
	must(t, err)
	s := open(t, t.TempDir())
	must(t, s.Restore(t.Context(), name, false))
	if c, err := s.Find(t.Context(), "old"); c.Code != "aaaa-aaaa" || err != nil {
		t.Errorf("restored %+v, %v", c, err)
	}
	if after, err := os.ReadFile(name); string(after) != string(before) || err != nil {
		t.Errorf("the file was changed, %v", err)
	}
}

func TestWhatIsNoBackup(t *testing.T) {
	s := open(t, t.TempDir())
	fill(t, s)
	was := described(t, s)
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole")
	must(t, s.Backup(t.Context(), whole))
	raw, err := os.ReadFile(whole)
	must(t, err)
	newer := filepath.Join(dir, "newer")
	must(t, os.WriteFile(newer, raw, 0o600))
	db, err := sqliteFile(newer)
	must(t, err)
	_, err = db.Exec("PRAGMA user_version = 99")
	must(t, errors.Join(err, db.Close()))
	other := filepath.Join(t.TempDir(), "other")
	must(t, open(t, other).Close())
	for what, c := range map[string]struct {
		raw  []byte
		want string
	}{
		"cut":      {raw[:len(raw)/2], "malformed"},
		"text":     {[]byte(strings.Repeat("no back-up ", 100)), "not a database"},
		"empty":    {nil, "no back-up"},
		"newer":    {read(t, newer), "update this one"},
		"database": {read(t, filepath.Join(other, File)), "no back-up"},
	} {
		name := filepath.Join(dir, what+".backup")
		must(t, os.WriteFile(name, c.raw, 0o600))
		if err := s.Restore(t.Context(), name, true); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, want %q", what, err, c.want)
		}
	}
	if now := described(t, s); !slices.Equal(now, was) {
		t.Errorf("changed to %q", now)
	}
	if err := s.Restore(t.Context(), filepath.Join(dir, "none"), false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(name)
	must(t, err)
	return raw
}

func TestBackupReplacesNothing(t *testing.T) {
	s := open(t, t.TempDir())
	dir := t.TempDir()
	name := filepath.Join(dir, "backup")
	must(t, os.WriteFile(name, []byte("other"), 0o644))
	if err := s.Backup(t.Context(), name); !errors.Is(err, fs.ErrExist) {
		t.Errorf("written over another file: %v", err)
	}
	must(t, s.Backup(t.Context(), name+"2"))
	st, err := os.Stat(name + "2")
	must(t, err)
	if st.Mode().Perm()&0o077 != 0 {
		t.Errorf("others can read it: %v", st.Mode())
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*")); len(left) != 2 || err != nil {
		t.Errorf("beside it: %q, %v", left, err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".*")); len(left) != 0 || err != nil {
		t.Errorf("left behind: %q, %v", left, err)
	}
}

// TestTablesAreAll: what is kept of a class is in the list that back-ups, and
// deletions, go by.
func TestTablesAreAll(t *testing.T) {
	var listed []string
	for _, table := range tables {
		for _, column := range table.columns {
			listed = append(listed, table.name+" "+column)
		}
	}
	// They say where somebody is, and by what the server is known.
	listed = append(listed, "learners server", "learners wanted", "host_key one", "host_key pem")
	slices.Sort(listed)
	s := open(t, t.TempDir())
	there := texts(t, s.db, `SELECT t.name || ' ' || c.name FROM sqlite_schema t, pragma_table_info(t.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' ORDER BY 1`)
	if !slices.Equal(there, listed) {
		t.Errorf("the schema has\n%s\nlisted are\n%s", strings.Join(there, "\n"), strings.Join(listed, "\n"))
	}
}
