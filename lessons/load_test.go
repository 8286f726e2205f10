package lessons

import (
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

var known = Known{
	Layers:      []string{"mount", "uts", "pid", "user"},
	Roots:       []string{"host", "overlay"},
	Experiments: []string{"file"},
	Rows:        []string{"ns.mount", "mounts", "hostname"},
}

func goodSource(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile("testdata/good.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func load(source string) (*Lesson, error) {
	return Load(fstest.MapFS{"good.md": {Data: []byte(source)}}, "good.md", known)
}

// spread is a lesson with everything that methods return, for the golden file.
func spread(l *Lesson) any {
	type step struct {
		Step
		Expect, Body, After, Solution map[Variant]string
		Hints                         map[Variant][]string
	}
	out := struct {
		Lesson
		Steps []step
		Lint  []string
		Label string
	}{Lesson: *l, Label: l.Label()}
	for _, w := range l.Lint() {
		out.Lint = append(out.Lint, w.String())
	}
	for _, s := range l.Steps {
		d := step{s, map[Variant]string{}, map[Variant]string{}, map[Variant]string{}, map[Variant]string{}, map[Variant][]string{}}
		for _, v := range variants {
			d.Body[v], d.After[v], d.Solution[v], d.Hints[v] = s.Body(v), s.After(v), s.Solution(v), s.Hints(v)
			if s.Run != nil {
				d.Expect[v] = string(s.Run.Expected(v))
			}
		}
		out.Steps = append(out.Steps, d)
	}
	return out
}

func TestLoadGolden(t *testing.T) {
	l, err := load(goodSource(t))
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	enc := json.NewEncoder(&got)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(spread(l)); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/good.golden.json"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("run with -update and read the difference:\n%s", diff)
	}
}

// The same lesson from Windows: a byte order mark and CRLF line ends.
func TestLoadLineEnds(t *testing.T) {
	source := goodSource(t)
	unix, err := load(source)
	if err != nil {
		t.Fatal(err)
	}
	windows, err := load("\uFEFF" + strings.ReplaceAll(source, "\n", "\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range unix.Steps {
		if unix.Steps[i].Hash != windows.Steps[i].Hash || unix.Steps[i].Body(User) != windows.Steps[i].Body(User) {
			t.Errorf("step %s differs", unix.Steps[i].ID)
		}
	}
}

// The hash follows the content and nothing else.
func TestHash(t *testing.T) {
	source := goodSource(t)
	base, err := load(source)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, old, new string
		changed        string // ids of the steps whose hash changes
	}{
		{"wrapping", "Common text with", "Common text\nwith", ""},
		{"notes", "For this step.", "For that step.", ""},
		{"prose", "Afterwards.", "Before long.", "run-it"},
		{"condition", `"/tmp/f").exists`, `"/tmp/g").exists`, "do-it"},
		{"layers of the lesson", "layers: [uts]", "layers: [pid]", "run-it do-it"},
		{"quiz", "this one", "this option", "answer-it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := load(replaced(t, source, c.old, c.new))
			if err != nil {
				t.Fatal(err)
			}
			var changed []string
			for i := range l.Steps {
				if l.Steps[i].Hash != base.Steps[i].Hash {
					changed = append(changed, l.Steps[i].ID)
				}
			}
			if got := strings.Join(changed, " "); got != c.changed {
				t.Errorf("changed: %q, want %q", got, c.changed)
			}
		})
	}
}

func replaced(t *testing.T, source, old, new string) string {
	t.Helper()
	if strings.Count(source, old) < 1 {
		t.Fatalf("good.md does not contain %q", old)
	}
	return strings.Replace(source, old, new, 1)
}

func TestLoadMissingFile(t *testing.T) {
	_, err := Load(fstest.MapFS{}, "none.md", Known{})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
}

func TestErrorsAs(t *testing.T) {
	_, err := load("x")
	var one *Error
	if !errors.As(err, &one) || one.File != "good.md" || one.Line != 1 || one.Column != 1 || one.Remedy == "" {
		t.Errorf("got %#v from %v", one, err)
	}
}

// Without Known, every name passes.
func TestLoadUnknownEngine(t *testing.T) {
	source := replaced(t, goodSource(t), "experiment: file", "experiment: of-tomorrow")
	if _, err := Load(fstest.MapFS{"good.md": {Data: []byte(source)}}, "good.md", Known{}); err != nil {
		t.Error(err)
	}
}
