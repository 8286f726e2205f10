package lessons

import (
	"errors"
	"io/fs"
)

// Outline reads what a list of the lessons shows, which is a tenth of the work
// of [LoadAll]: the titles of the parts and the front matter of each lesson, in
// a language if one is named and the lesson was translated into it. Its lessons
// have no steps and cannot be played.
func Outline(fsys fs.FS, language string) (*Course, error) {
	return readCourse(fsys, func(name string) (*Lesson, error) {
		l := &Lesson{File: name}
		err := readFront(fsys, name, func(r *report, source string) { r.front(l, source, Known{}) })
		if err != nil || language == "" {
			return l, err
		}
		t := Translation{Title: l.Title, Summary: l.Summary, Language: l.Language}
		err = readFront(fsys, l.translatedTo(language), func(r *report, source string) { r.translatedFront(&t, source) })
		if errors.Is(err, fs.ErrNotExist) {
			return l, nil
		}
		l.Title, l.Summary, l.Language = t.Title, t.Summary, t.Language
		return l, err
	})
}

// readFront has the front matter of a file read, and nothing below it.
func readFront(fsys fs.FS, name string, read func(r *report, source string)) error {
	source, err := readBounded(fsys, name)
	if err != nil {
		return err
	}
	r := &report{file: name}
	if text, ok := r.clean(source); ok {
		if front, _, _, ok := r.split(text); ok {
			read(r, front)
		}
	}
	return r.err()
}
