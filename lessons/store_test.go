package lessons

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// writes is how many steps each writer adds; TENTPOLE_WRITES raises it.
var writes = times("TENTPOLE_WRITES", 10)

// times is how often to do something: what the variable says, or else n.
func times(variable string, n int) int {
	if more, err := strconv.Atoi(os.Getenv(variable)); err == nil && more > 0 {
		return more
	}
	return n
}

// childWriter adds its steps one update at a time.
func childWriter(dir string) error {
	s, who := Store{Dir: dir}, os.Getenv("LESSONS_WHO")
	for i := range writes {
		err := s.Update(func(p *Progress) error {
			p.Put("lesson", doneStep(fmt.Sprintf("%s-%d", who, i)))
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func doneStep(id string) LessonRecord {
	at := noon
	return LessonRecord{At: id, Steps: map[string]StepRecord{id: {Hash: "h", Done: &at}}}
}

// put saves one more step.
func put(s *Store, id string) error {
	return s.Update(func(p *Progress) error { p.Put("lesson", doneStep(id)); return nil })
}

func TestStoreEmpty(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there")
	p, err := (&Store{Dir: dir}).Read()
	if err != nil || p.Schema != ProgressSchema || len(p.Lessons) != 0 {
		t.Errorf("Read = %+v, %v", p, err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("reading made the directory: %v", err)
	}
}

func TestStoreUpdate(t *testing.T) {
	s := &Store{Dir: filepath.Join(t.TempDir(), "state")}
	if err := s.Update(func(p *Progress) error { p.Put("lesson", doneStep("a")); return nil }); err != nil {
		t.Fatal(err)
	}
	refused := errors.New("refused")
	err := s.Update(func(p *Progress) error { p.Put("lesson", doneStep("b")); return refused })
	if err != refused {
		t.Errorf("Update = %v, want the error of change as it is", err)
	}
	p, err := s.Read()
	if err != nil || len(p.Lessons["lesson"].Steps) != 1 || p.Lessons["lesson"].At != "a" {
		t.Errorf("Read = %+v, %v", p, err)
	}
	raw, _ := os.ReadFile(filepath.Join(s.Dir, "progress.json"))
	if !strings.Contains(string(raw), `"schema": "tentpole/progress/v1"`) {
		t.Errorf("no schema in\n%s", raw)
	}
}

// Ten processes write at once; every step of each is there afterwards.
func TestStoreTenWriters(t *testing.T) {
	dir := t.TempDir()
	const writers = 10
	failed := make(chan error, writers)
	for i := range writers {
		go func() {
			out, err := child("writer", dir, fmt.Sprintf("LESSONS_WHO=w%d", i)).CombinedOutput()
			if err != nil {
				err = fmt.Errorf("writer %d: %w\n%s", i, err, out)
			}
			failed <- err
		}()
	}
	for range writers {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	p, err := (&Store{Dir: dir}).Read()
	if err != nil {
		t.Fatal(err)
	}
	if got := len(p.Lessons["lesson"].Steps); got != writers*writes {
		t.Errorf("%d steps are kept, want %d", got, writers*writes)
	}
}

func onlyFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s holds %v, want %v", dir, got, want)
	}
}

func TestStoreCorrupt(t *testing.T) {
	for name, content := range map[string]string{
		"empty":        "",
		"torn":         `{"schema": "tentpole/progress/v1", "lessons": {"a`,
		"other":        `{"schema": "something/else/v1"}`,
		"wrong types":  `{"schema": "tentpole/progress/v1", "lessons": [1]}`,
		"binary":       "\x00\xff\x00",
		"not a schema": `[]`,
	} {
		for _, by := range []string{"read", "update"} {
			t.Run(name+"/"+by, func(t *testing.T) {
				dir := t.TempDir()
				file := filepath.Join(dir, "progress.json")
				for i, aside := range []string{file + ".bad", file + ".bad2"} { // twice: both are kept
					if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
						t.Fatal(err)
					}
					var told []error
					s := &Store{Dir: dir, Tell: func(err error) { told = append(told, err) }}
					var err error
					if by == "read" {
						_, err = s.Read()
					} else {
						err = s.Update(func(p *Progress) error { return nil })
					}
					if err != nil {
						t.Fatal(err)
					}
					var bad *CorruptError
					if len(told) != 1 || !errors.As(told[0], &bad) || bad.Aside != aside || bad.File != file {
						t.Fatalf("round %d: told %v", i, told)
					}
					if kept, err := os.ReadFile(aside); err != nil || string(kept) != content {
						t.Errorf("set aside: %q, %v", kept, err)
					}
				}
			})
		}
	}
}

// What a newer tentpole wrote is not ours to touch.
func TestStoreNewer(t *testing.T) {
	dir := t.TempDir()
	const content = `{"schema": "tentpole/progress/v2"}`
	file := filepath.Join(dir, "progress.json")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &Store{Dir: dir}
	_, err := s.Read()
	if !errors.Is(err, ErrNewer) {
		t.Errorf("Read = %v", err)
	}
	if err := s.Update(func(*Progress) error { return nil }); !errors.Is(err, ErrNewer) {
		t.Errorf("Update = %v", err)
	}
	if got, _ := os.ReadFile(file); string(got) != content {
		t.Errorf("the file is now %s", got)
	}
}

func TestStoreBusy(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, lockFile)
	unlock, err := lockPath(name, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lockPath(name, 0); !errors.Is(err, ErrBusy) {
		t.Errorf("a second lock: %v", err)
	}
	mustContain(t, (&Store{Dir: dir}).failed("lock", ErrBusy), dir, "close the other tentpole")
	unlock()
	// The second, who gave up, may get it first, and lets go of it.
	unlock, err = lockPath(name, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}

func TestPutKeepsWhatWasDone(t *testing.T) {
	later := noon.Add(time.Hour)
	p := NewProgress()
	p.Put("l", LessonRecord{At: "s", Steps: map[string]StepRecord{"s": {
		Hash: "1", Done: &noon, Hints: 2, Quiz: &QuizRecord{"a", "a"}, Prediction: &PredictionRecord{"x", "y"},
	}}})
	p.Put("l", LessonRecord{Steps: map[string]StepRecord{"s": {Hash: "1", Done: &later, Quiz: &QuizRecord{"b", "b"}}}})
	got := p.Lessons["l"].Steps["s"]
	if !got.Done.Equal(noon) || got.Hints != 2 || *got.Quiz != (QuizRecord{"a", "b"}) || got.Prediction.Said != "x" || p.Lessons["l"].At != "s" {
		t.Errorf("merged: %+v", got)
	}
	p.Put("l", LessonRecord{Steps: map[string]StepRecord{"s": {Hash: "2"}}})
	if got := p.Lessons["l"].Steps["s"]; got.Done != nil || got.Hints != 0 {
		t.Errorf("changed content kept: %+v", got)
	}
}

func TestDefaultDirXDG(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_STATE_HOME", dir)
	got, err := DefaultDir()
	if want := filepath.Join(dir, "tentpole"); err != nil || got != want {
		t.Errorf("DefaultDir = %q, %v; want %q", got, err, want)
	}
	t.Setenv("XDG_STATE_HOME", "relative") // to be ignored, says the specification
	if got, err := DefaultDir(); err != nil || !filepath.IsAbs(got) || filepath.Base(got) != "tentpole" {
		t.Errorf("DefaultDir = %q, %v", got, err)
	}
}
