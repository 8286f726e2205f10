package play

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/tentpole-labs/tentpole/content"
	"github.com/tentpole-labs/tentpole/lessons"
)

// TestCourse plays every lesson of the course as `lesson test` does.
func TestCourse(t *testing.T) {
	course, err := lessons.LoadAll(content.FS, Known())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range course.Lessons {
		t.Run(l.ID, func(t *testing.T) {
			found, err := Prove(t.Context(), l, remembering{}, VariantHere(), nil)
			if err != nil {
				t.Fatal(err)
			}
			judge(t, found)
		})
	}
}

// judge fails for what was found, and skips for what could not be tried here. An
// ordinary user need not have what a step requires, and nobody another subject.
func judge(t *testing.T, found []Finding) {
	t.Helper()
	for _, f := range found {
		if !f.Untested {
			t.Error(f)
		}
	}
	for _, f := range found {
		switch {
		case !f.Untested || t.Failed():
		case f.Subject != "":
			t.Log(f)
		case f.Lacks && VariantHere() == lessons.User:
			t.Skip("needs root: " + f.String())
		default:
			skip(t, errors.New(f.String()))
		}
	}
}

// mutations make a lesson say what is not so. Each is tried at every place that
// it fits.
var mutations = []struct {
	name string
	at   *regexp.Regexp
	to   func(string) string
	// of says what has to be looked at to notice.
	of scope
}{
	{"another outcome", regexp.MustCompile(`(?m)^expect: .*$`), func(s string) string {
		if strings.Contains(s, "contained") {
			return "expect: open"
		}
		return "expect: contained"
	}, theOutcome},
	{"another outcome for one kind of learner", regexp.MustCompile(`\b(root|user): \{expect: [a-z/-]+`), func(s string) string {
		kind, _, _ := strings.Cut(s, ":")
		if strings.Contains(s, "contained") {
			return kind + ": {expect: open"
		}
		return kind + ": {expect: contained"
	}, theOutcome},
	{"a solution that does nothing", regexp.MustCompile("(?m)^```sh (inside|host)( fails| > [A-Z]+)?\n[^`]*"), func(s string) string {
		first, rest, _ := strings.Cut(s, "\n")
		return first + "\n" + strings.Repeat("true\n", strings.Count(rest, "\n"))
	}, theStep},
	{"a check of the opposite", regexp.MustCompile(`(?m)^( +- say: .*\n +when: )(.*)$`), func(s string) string {
		i := strings.LastIndex(s, "when: ") + len("when: ")
		return s[:i] + "not (" + s[i:] + ")"
	}, theCheck},
	{"a statement of the opposite", regexp.MustCompile(`(?m)^holds:\n  - (.*)$`), func(s string) string {
		first, rest, _ := strings.Cut(s, "  - ")
		return first + "  - not (" + rest + ")"
	}, theStep},
	{"no such step kind", regexp.MustCompile(`(?m)^kind: run$`), func(string) string { return "kind: runn" }, theText},
	{"an id twice", regexp.MustCompile(`(?m)^id: [a-z-]+\nkind: (run|task|quiz)$`), func(s string) string {
		_, rest, _ := strings.Cut(s, "\n")
		return "id: question\n" + rest
	}, theText},
	{"no such row", regexp.MustCompile(`(?m)^observe: \[.*\]$`), func(string) string { return "observe: [ns.mout]" }, theText},
	{"no such lesson before it", regexp.MustCompile(`(?m)^after: \[.+\]$`), func(string) string { return "after: [a-proces]" }, theCourse},
	{"a dead link", regexp.MustCompile(`(?m)^(<!-- after -->)$`), func(s string) string { return s + "\n\nSee [the next one](nowhere.md).\n" }, theText},
}

// scope is how much of the course has to be looked at.
type scope int

const (
	theText    scope = iota // load and lint the lesson
	theStep                 // and play the step that was changed
	theCheck                // the same, and wait until its solution has had its effect
	theOutcome              // play it, but its experiment need not be run again
	theCourse               // load all lessons
)

var placed = regexp.MustCompile(`^[a-z-]+\.md:[0-9]+:[0-9]+: .`)

// TestMutatedLessons breaks each lesson in all those ways: loading, linting or
// testing it says where.
func TestMutatedLessons(t *testing.T) {
	course, err := lessons.LoadAll(content.FS, Known())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range course.Lessons {
		name := l.File
		source, err := content.FS.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(l.ID, func(t *testing.T) {
			for _, m := range mutations {
				for i, at := range m.at.FindAllIndex(source, -1) {
					if forOthers(string(source[:at[0]])) || overruled(string(source[at[0]:])) {
						continue // is found out where they run this test
					}
					t.Run(fmt.Sprintf("%s/%d", m.name, i), func(t *testing.T) {
						broken := string(source[:at[0]]) + m.to(string(source[at[0]:at[1]])) + string(source[at[1]:])
						said, lacks := complaints(t, name, broken, m.of, strings.Count(string(source[:at[0]]), "\n")+1)
						switch {
						case len(said) == 0 && lacks != "":
							t.Logf("not noticed without %s, which nobody need have", lacks)
							return
						case len(said) == 0:
							t.Fatal("nobody noticed")
						}
						if !placed.MatchString(said[0]) {
							t.Errorf("no place: %s", said[0])
						}
					})
				}
			}
		})
	}
}

// forOthers tells whether what follows is for the other kind of learner only.
func forOthers(above string) bool {
	only := strings.LastIndex(above, "<!-- only ")
	return only > strings.LastIndex(above, "<!-- end -->") && !strings.HasPrefix(above[only:], "<!-- only "+string(VariantHere())+" ")
}

// overruled tells whether a text begins with an outcome that does not count for
// this kind of learner: one for the other kind, or one for all where the
// directive has another for this kind.
func overruled(text string) bool {
	here := string(VariantHere()) + ": {expect"
	if strings.HasPrefix(text, "root: {expect") || strings.HasPrefix(text, "user: {expect") {
		return !strings.HasPrefix(text, here)
	}
	directive, _, _ := strings.Cut(text, "-->")
	return strings.HasPrefix(text, "expect:") && strings.Contains(directive, here)
}

// replacing is the course with another text for one of its files.
type replacing struct {
	fs.FS
	name, text string
}

func (r replacing) Open(name string) (fs.File, error) {
	if name == r.name {
		return fstest.MapFS{name: {Data: []byte(r.text)}}.Open(name)
	}
	return r.FS.Open(name)
}

// complaints are all that loading, linting and testing a lesson that was changed
// at that line says, and what subject it lacked to say more. Of the steps only the
// one that was changed is played, and it is not waited long for what will not happen.
func complaints(t *testing.T, name, source string, of scope, line int) (out []string, lacks string) {
	t.Helper()
	course := replacing{content.FS, name, source}
	if of == theCourse {
		_, err := lessons.LoadAll(course, Known())
		return linesOf(err), ""
	}
	l, err := lessons.Load(course, name, Known())
	if err != nil {
		return linesOf(err), ""
	}
	for _, w := range l.Lint() {
		out = append(out, w.String())
	}
	if len(out) > 0 || of == theText {
		return out, ""
	}
	id := ""
	for _, s := range l.Steps {
		if s.Line <= line {
			id = s.ID
		}
	}
	p := newProof(l, remembering{replay: of == theOutcome, reuse: true}, VariantHere())
	p.patience, p.within = 4, 5*time.Second
	if of == theCheck {
		if p.happened = solved(t, name, id); p.happened != nil {
			p.patience = patience
		}
	}
	found, err := p.step(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if !f.Untested {
			out = append(out, f.String())
		}
		lacks = cmp.Or(lacks, f.Subject)
	}
	if len(out) == 0 {
		judge(t, found)
	}
	return out, lacks
}

// solved tells whether the parts of a task hold as the lesson has them. What a
// solution starts in the background may be seen a while later, and until then
// the opposite holds as well. It is nil for a task that is done part after part:
// there the opposite is noticed before anything was done.
func solved(t *testing.T, name, id string) func(lessons.Env) bool {
	t.Helper()
	l, err := lessons.Load(content.FS, name, Known())
	if err != nil {
		t.Fatal(err)
	}
	task := l.Step(id).Task
	if task.Ordered {
		return nil
	}
	return func(env lessons.Env) bool {
		return !slices.ContainsFunc(task.Parts, func(part lessons.Part) bool {
			yes, err := part.When.Eval(env)
			return !yes || err != nil
		})
	}
}

// linesOf are the errors of a course, one a line.
func linesOf(err error) []string {
	if err == nil {
		return nil
	}
	return strings.Split(err.Error(), "\n")
}
