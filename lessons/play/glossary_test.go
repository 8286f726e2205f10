package play

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/content"
	"github.com/tentpole-labs/tentpole/lessons"
)

var bold = regexp.MustCompile(`\*\*([^*]+)\*\*`)

// stressed are words in bold that are no terms: they are to be read twice.
var stressed = []string{
	"on the host", "from the host", "Permission", "Context", "1", "18080", "all", "one", "you", "yours", "number",
}

// inBold are the words in bold of what a step says, code left out. Lists of
// mistakes and of what to read begin with bold words.
func inBold(s *lessons.Step) (out []string) {
	if s.Debrief == lessons.Mistakes || s.Debrief == lessons.Same {
		return nil
	}
	for _, v := range []lessons.Variant{lessons.User, lessons.Root} {
		for _, m := range bold.FindAllStringSubmatch(s.Body(v)+"\n"+s.After(v), -1) {
			out = append(out, strings.Join(strings.Fields(m[1]), " "))
		}
	}
	return out
}

// TestGlossary: what a lesson puts in bold at its first place is in the
// glossary, which says that it stands there.
func TestGlossary(t *testing.T) {
	terms, err := lessons.LoadGlossary(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	course := embedded(t)
	met := map[string]bool{}
	for _, l := range course.Lessons {
		for i := range l.Steps {
			for _, word := range inBold(&l.Steps[i]) {
				if slices.ContainsFunc(stressed, func(s string) bool { return strings.EqualFold(s, word) }) {
					continue
				}
				term, err := terms.Term(word)
				if err != nil {
					t.Errorf("%s, step %s: %v", l.ID, l.Steps[i].ID, err)
					continue
				}
				if name := term.Names[0]; !met[name] && term.Lesson != l.ID {
					t.Errorf("glossary.md:%d: %s first stands in %s, not in %s", term.Line, name, l.ID, term.Lesson)
				}
				met[term.Names[0]] = true
			}
		}
	}
	for _, term := range terms {
		if _, err := course.Lesson(term.Lesson); err != nil {
			t.Errorf("glossary.md:%d: %v", term.Line, err)
		}
		if !met[term.Names[0]] {
			t.Errorf("glossary.md:%d: no lesson puts %s in bold", term.Line, term.Names[0])
		}
	}
}

// TestGlossaryNamesManuals: a manual page is named by its section and its name.
func TestGlossaryNamesManuals(t *testing.T) {
	source, err := fs.ReadFile(content.FS, "glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	form := regexp.MustCompile(`^man [1-8] [a-zA-Z0-9_.-]+$`)
	for _, m := range regexp.MustCompile("`(man [^`]+)`").FindAllStringSubmatch(string(source), -1) {
		if !form.MatchString(m[1]) {
			t.Errorf("%q is not the name of a manual page", m[1])
		}
	}
}
