package lessons

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"sync"

	"github.com/goccy/go-yaml/ast"
)

// Course is all lessons in the order in which they are taken.
type Course struct {
	Title   string
	Parts   []PartTitle
	Lessons []*Lesson
}

// PartTitle names a part of the course.
type PartTitle struct {
	Number int
	Title  string
}

// Step finds a step by the ids of its lesson and its own; nil where there is none.
func (c *Course) Step(lesson, step string) *Step {
	l, err := c.Lesson(lesson)
	if err != nil {
		return nil
	}
	return l.Step(step)
}

// Prediction is what is predicted in a step; nil where there is none.
func (c *Course) Prediction(lesson, step string) *Prediction {
	if s := c.Step(lesson, step); s != nil {
		return s.Predict
	}
	return nil
}

// courseFile names the parts of the course. It is optional.
const courseFile = "course.yaml"

// LoadAll reads every *.md in the root of fsys whose name begins with a
// lower-case letter or a digit, and course.yaml if it is there. All errors of
// all files come back together as [Errors].
func LoadAll(fsys fs.FS, known Known) (*Course, error) {
	return readCourse(fsys, func(name string) (*Lesson, error) { return Load(fsys, name, known) })
}

// readCourse reads course.yaml and, by load, every lesson.
func readCourse(fsys fs.FS, load func(name string) (*Lesson, error)) (*Course, error) {
	names, err := lessonFiles(fsys)
	if err != nil {
		return nil, err
	}
	defer bePatient()()
	c := &Course{Lessons: make([]*Lesson, len(names))}
	all := append([]error{c.readTitles(fsys)}, loadEach(names, load, c.Lessons)...)
	var found Errors
	for _, err := range all {
		var errs Errors
		switch {
		case err == nil:
		case errors.As(err, &errs):
			found = append(found, errs...)
		default:
			return nil, err
		}
	}
	if len(found) == 0 {
		found = c.check()
	}
	if len(found) > 0 {
		return nil, found
	}
	slices.SortFunc(c.Lessons, func(a, b *Lesson) int {
		return cmp.Or(cmp.Compare(a.Part, b.Part), cmp.Compare(a.Order, b.Order))
	})
	return c, nil
}

func lessonFiles(fsys fs.FS) ([]string, error) {
	entries, err := fs.Glob(fsys, "[a-z0-9]*.md")
	if err != nil {
		return nil, fmt.Errorf("list lessons: %w", err)
	}
	entries = slices.DeleteFunc(entries, func(name string) bool { return name == glossaryFile || translationFile.MatchString(name) })
	switch {
	case len(entries) == 0:
		return nil, fmt.Errorf("list lessons: there is no *.md: %w", fs.ErrNotExist)
	case len(entries) > maxLessons:
		return nil, fmt.Errorf("list lessons: %d files, more than %d", len(entries), maxLessons)
	}
	return entries, nil
}

// loadEach loads the files side by side; nearly all of the time goes into
// parsing.
func loadEach(names []string, load func(string) (*Lesson, error), into []*Lesson) []error {
	errs := make([]error, len(names))
	next := make(chan int)
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(names)) {
		group.Go(func() {
			for i := range next {
				into[i], errs[i] = load(names[i])
			}
		})
	}
	for i := range names {
		next <- i
	}
	close(next)
	group.Wait()
	return errs
}

// check looks at what only several lessons together can get wrong.
func (c *Course) check() (found Errors) {
	ids := make([]string, len(c.Lessons))
	for i, l := range c.Lessons {
		ids[i] = l.ID
	}
	places := map[[2]int]string{}
	for _, l := range c.Lessons {
		r := &report{file: l.File}
		for _, id := range l.After {
			r.oneOf(place{l.frontLine, 1}, "lesson", id, ids)
		}
		at := [2]int{l.Part, l.Order}
		if other, taken := places[at]; taken {
			r.add(place{l.frontLine, 1}, "change order", "%s has the same part and order", other)
		}
		places[at] = l.File
		found = append(found, r.errs...)
	}
	return found
}

// Lesson returns the lesson with that id, or an error with a suggestion.
func (c *Course) Lesson(id string) (*Lesson, error) {
	ids := make([]string, len(c.Lessons))
	for i, l := range c.Lessons {
		if l.ID == id {
			return l, nil
		}
		ids[i] = l.ID
	}
	err := fmt.Errorf("there is no lesson %q", id)
	if remedy := remedyFor(id, ids); remedy != "" {
		err = fmt.Errorf("%w; %s", err, remedy)
	}
	return nil, err
}

// PartTitle returns the title of a part, empty when it has none.
func (c *Course) PartTitle(number int) string {
	for _, p := range c.Parts {
		if p.Number == number {
			return p.Title
		}
	}
	return ""
}

// readTitles reads course.yaml.
func (c *Course) readTitles(fsys fs.FS) error {
	source, err := readBounded(fsys, courseFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	r := &report{file: courseFile}
	if text, ok := r.clean(source); ok {
		d := &document{report: r, what: "course", at: place{1, 1}}
		if n := d.parse(text); n != nil {
			c.titles(d, n)
		}
	}
	return r.err()
}

func (c *Course) titles(d *document, n ast.Node) {
	format := 0
	d.object(n, d.what, []field{
		{"format", true, formatInto(&format)},
		{"title", true, textInto(&c.Title)},
		{"parts", true, func(d *document, n ast.Node) {
			d.list(n, func(v ast.Node) {
				var p PartTitle
				d.object(v, "part", []field{
					{"number", true, numberInto(&p.Number)},
					{"title", true, textInto(&p.Title)},
				})
				c.Parts = append(c.Parts, p)
			})
		}},
	})
}
