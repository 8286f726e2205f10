package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tentpole-labs/tentpole/content"
	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox"
)

// loadCourse reads the lessons that came with the program.
func loadCourse() (*lessons.Course, error) {
	course, err := lessons.LoadAll(content.FS, play.Known())
	if err != nil {
		return nil, err
	}
	return spoken(course, content.FS)
}

// outlineCourse reads of those lessons what a list of them shows.
func outlineCourse() (*lessons.Course, error) {
	return lessons.Outline(content.FS, language(content.FS))
}

// spoken is the course in the language that the person wants, as far as it was
// translated.
func spoken(course *lessons.Course, files fs.FS) (*lessons.Course, error) {
	wanted := language(files)
	if wanted == "" {
		return course, nil
	}
	course, _, err := course.Speak(files, wanted)
	return course, err
}

// language is the one that the person wants, empty when nothing was translated
// into it.
func language(files fs.FS) string {
	for _, name := range []string{"TENTPOLE_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"} {
		locale := os.Getenv(name)
		if locale == "" {
			continue
		}
		wanted, _, _ := strings.Cut(locale, ".")
		wanted, _, _ = strings.Cut(wanted, "_")
		if slices.Contains(lessons.Languages(files), wanted) {
			return wanted
		}
		return ""
	}
	return ""
}

// findLesson finds a lesson of the course by its id, or reads the file that
// the word is a path to.
func findLesson(course *lessons.Course, word string) (*lessons.Lesson, error) {
	if strings.ContainsRune(word, filepath.Separator) || strings.HasSuffix(word, ".md") {
		return loadFile(word)
	}
	l, err := course.Lesson(word)
	if err == nil {
		return l, nil
	}
	var known []string
	for _, l := range course.Lessons {
		known = append(known, l.ID)
	}
	return nil, &sandbox.UsageError{What: "lesson", Word: word, Known: known}
}

func loadFile(name string) (*lessons.Lesson, error) {
	if _, err := os.Stat(name); err != nil { // below, errors have the name in its folder only
		return nil, fmt.Errorf("open lesson: %w", err)
	}
	l, err := lessons.Load(os.DirFS(filepath.Dir(name)), filepath.Base(name), play.Known())
	var broken lessons.Errors
	if errors.As(err, &broken) {
		return nil, &exitError{exitUsage, err}
	}
	return l, err
}

// openProgress reads what was done so far, and tells of a file that had to be
// set aside. A learner without a place to keep progress can still learn.
func openProgress() (*lessons.Store, *lessons.Progress, error) {
	store, err := lessons.DefaultStore()
	if err != nil {
		return nil, lessons.NewProgress(), err
	}
	store.Tell = func(err error) { fmt.Fprintln(os.Stderr, "tentpole: "+cleanLines(err.Error())) }
	done, err := store.Read()
	if err != nil {
		return store, lessons.NewProgress(), err
	}
	return store, done, nil
}

// next is the first lesson that is not done.
func next(course *lessons.Course, done *lessons.Progress) *lessons.Lesson {
	for _, l := range course.Lessons {
		if done.DoneSteps(l) < len(l.Steps) && !done.Knows(l) {
			return l
		}
	}
	return course.Lessons[0]
}
