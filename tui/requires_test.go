package tui

import (
	"context"
	"testing"
	"testing/fstest"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// poorEngine is one on a machine that lacks whatever is asked for.
type poorEngine struct{ fakeEngine }

func (*poorEngine) Lacks(context.Context, []string) error {
	return &features.NotSupportedError{Feature: "limit memory", Remedy: "run sudo tentpole"}
}

const requiring = `---
format: 1
id: requiring
title: Requiring
part: 0
order: 1
summary: One.
---

## A limit

<!-- step {id: limit, kind: run, requires: [memory]} -->

Something to read.

<!-- predict
ask: What will happen?
options:
  - {id: a, text: this, when: outcome == "", say: A.}
  - {id: b, text: that, when: outcome != "", say: B.}
-->

<!-- after -->

It was killed.

## The rest

<!-- step {id: rest, kind: read} -->

The end.
`

// TestRequires: where the machine lacks what a step requires, the step says so
// by itself, asks for no prediction, and the way on is open.
func TestRequires(t *testing.T) {
	course, err := lessons.LoadAll(fstest.MapFS{"requiring.md": {Data: []byte(requiring)}}, lessons.Known{Features: []string{"memory"}})
	if err != nil {
		t.Fatal(err)
	}
	o := options(t, &fakeEngine{})
	o.Engine, o.Course, o.Start = &poorEngine{}, course, "requiring"
	d, _ := begin(t, o, 80, 24)
	want(t, d, "Something to read.", "limit memory", "run sudo tentpole", "passed by")
	wantNot(t, d, "What will happen?")
	wantNot(t, d, "It was killed.")
	d.Press("n")
	d.Wait()
	want(t, d, "The end.")
}
