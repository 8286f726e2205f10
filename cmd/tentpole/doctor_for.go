package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// paths are what is taught in one go, as the tags of its lessons.
var paths = []struct {
	name string
	tags []string
}{
	{"workshop", []string{"workshop"}},
	{"half-day", []string{"workshop", "half-day"}},
}

// readiness tells whether a machine is ready for a path, schema
// tentpole/ready/v1.
type readiness struct {
	Schema  string            `json:"schema"`
	Path    string            `json:"path"`
	OK      bool              `json:"ok"`
	Machine features.Machine  `json:"machine"`
	Lessons []readyLesson     `json:"lessons"`
	Lacks   []features.Answer `json:"lacks"`
}

type readyLesson struct {
	ID      string      `json:"id"`
	Title   string      `json:"title"`
	Minutes int         `json:"minutes"`
	Extent  play.Extent `json:"extent"`
	Steps   int         `json:"steps"`  // that raise a sandbox
	Passed  int         `json:"passed"` // of these, passed by here
	Lacks   []string    `json:"lacks"`  // features and subjects
}

// doctorFor tries what the lessons of a path need.
func doctorFor(c *cobra.Command, path string, asJSON bool) error {
	list, err := lessonsOf(path)
	if err != nil {
		return err
	}
	r, err := readyFor(c.Context(), path, list)
	if err != nil {
		return err
	}
	if asJSON {
		err = printJSON(c, r)
	} else {
		_, err = fmt.Fprint(c.OutOrStdout(), r)
	}
	if err == nil && !r.OK {
		err = &exitError{exitCannot, nil}
	}
	return err
}

// lessonsOf are the lessons of a path, in the order of the course.
func lessonsOf(path string) (list []*lessons.Lesson, err error) {
	var known, tags []string
	for _, p := range paths {
		known = append(known, p.name)
		if p.name == path {
			tags = p.tags
		}
	}
	if tags == nil {
		return nil, &sandbox.UsageError{What: "path", Word: path, Known: known}
	}
	course, err := loadCourse()
	if err != nil {
		return nil, err
	}
	for _, l := range course.Lessons {
		if slices.ContainsFunc(l.Tags, func(tag string) bool { return slices.Contains(tags, tag) }) {
			list = append(list, l)
		}
	}
	return list, nil
}

func readyFor(ctx context.Context, path string, list []*lessons.Lesson) (r readiness, err error) {
	if err := supported(); err != nil {
		return r, err
	}
	r = readiness{Schema: "tentpole/ready/v1", Path: path, OK: true, Machine: features.Look(), Lacks: []features.Answer{}}
	answers := append(features.Check(ctx, sandbox.Raise), play.AskSubjects(ctx, list)...)
	for _, ready := range play.ReadyFor(list, answers) {
		r.add(ready)
	}
	return r, ctx.Err()
}

func (r *readiness) add(ready play.Ready) {
	l := readyLesson{
		ID: ready.Lesson.ID, Title: ready.Lesson.Title, Minutes: ready.Lesson.Length(),
		Extent: ready.Extent(), Steps: ready.Raised, Passed: ready.Passed, Lacks: []string{},
	}
	for _, a := range ready.Lacks {
		l.Lacks = append(l.Lacks, a.ID)
		if !slices.ContainsFunc(r.Lacks, func(have features.Answer) bool { return have.ID == a.ID }) {
			r.Lacks = append(r.Lacks, a)
		}
	}
	r.OK = r.OK && l.Extent == play.InFull
	r.Lessons = append(r.Lessons, l)
}

// String is the report for people, 80 columns wide.
func (r readiness) String() string {
	var b strings.Builder
	b.WriteString(folded("", r.Machine.String()) + "\n")
	for _, l := range r.Lessons {
		fmt.Fprintf(&b, "  %-7s  %-18s  %2d min", l.Extent, l.ID, l.Minutes)
		if l.Passed > 0 {
			fmt.Fprintf(&b, "  without %d of %d runs and tasks", l.Passed, l.Steps)
		}
		b.WriteString("\n")
	}
	b.WriteString("\n" + folded("", r.summary()))
	for _, lack := range (diagnosis{Features: r.Lacks}).lacks() {
		b.WriteString("\n" + lack.String())
	}
	return b.String()
}

func (r readiness) summary() string {
	if r.OK {
		return fmt.Sprintf("Ready for the %s: all %d lessons can be played in full.", r.Path, len(r.Lessons))
	}
	full := 0
	for _, l := range r.Lessons {
		if l.Extent == play.InFull {
			full++
		}
	}
	return fmt.Sprintf("Not quite ready for the %s: %d of %d lessons can be played in full. In the others, some steps are passed by, and say what is missing.",
		r.Path, full, len(r.Lessons))
}
