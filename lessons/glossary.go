package lessons

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"
)

// Glossary is the terms of a course, in the order of the alphabet.
type Glossary []Term

// Term is a word of the field's, and what it means.
type Term struct {
	Names   []string // the term, and other forms of it
	Meaning string   // Markdown, a sentence or two
	Lesson  string   // id of the lesson where it first stands
	Manual  string   // the manual page to read, such as "man 7 pipe"; empty for none
	Line    int      // of the heading
}

// glossaryFile has the terms. It is optional.
const glossaryFile = "glossary.md"

// firstIn is the last line of an entry.
var firstIn = regexp.MustCompile("^First in \\[[^\\]]+\\]\\(([a-z0-9-]+)\\.md\\)\\.(?: `(man [^`]+)`)?$")

// LoadGlossary reads the terms beside the lessons. What is wrong with them comes
// back as [Errors].
func LoadGlossary(fsys fs.FS) (Glossary, error) {
	source, err := readBounded(fsys, glossaryFile)
	if err != nil {
		return nil, err
	}
	r := &report{file: glossaryFile}
	var g Glossary
	if text, ok := r.clean(source); ok {
		g = r.terms(text)
		r.checkTerms(g)
	}
	return g, r.err()
}

// terms reads an entry for each level-two heading; what is above the first is
// for authors.
func (r *report) terms(text string) (g Glossary) {
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		heading, begins := strings.CutPrefix(line, "## ")
		switch m := firstIn.FindStringSubmatch(line); {
		case begins:
			g = append(g, Term{Names: strings.Split(heading, ", "), Line: n})
		case len(g) == 0:
		case m != nil:
			g[len(g)-1].Lesson, g[len(g)-1].Manual = m[1], m[2]
		default:
			t := &g[len(g)-1]
			t.Meaning = strings.TrimSpace(t.Meaning + "\n" + line)
		}
	}
	return g
}

// checkTerms reports entries that lack something or stand in the wrong place.
func (r *report) checkTerms(g Glossary) {
	for i, t := range g {
		at := place{t.Line, 1}
		if t.Meaning == "" {
			r.add(at, "", "%s has no meaning", t.Names[0])
		}
		if t.Lesson == "" {
			r.add(at, "end the entry with: First in [mounts](mounts.md). `man 8 mount`", "%s does not say where it first stands", t.Names[0])
		}
		if i > 0 && strings.ToLower(g[i-1].Names[0]) >= strings.ToLower(t.Names[0]) {
			r.add(at, "", "%s does not come after %s", t.Names[0], g[i-1].Names[0])
		}
	}
}

// Term finds a term by one of its names, in the singular or the plural.
func (g Glossary) Term(word string) (Term, error) {
	word = strings.ToLower(strings.TrimSpace(word))
	var names []string
	for _, t := range g {
		for _, name := range t.Names {
			if name = strings.ToLower(name); word == name || word == name+"s" {
				return t, nil
			}
			names = append(names, name)
		}
	}
	if like := nearest(word, names); like != "" {
		return Term{}, fmt.Errorf("there is no term %q; did you mean %s?", word, like)
	}
	return Term{}, fmt.Errorf("there is no term %q; `tentpole learn glossary` lists them", word)
}
