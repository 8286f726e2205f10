package play

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/features"
	"github.com/tentpole-labs/tentpole/sandbox/subject"
)

// openingEngine has other subjects, without a kernel.
type openingEngine struct {
	poorEngine
	opened []string
	breaks error
}

func (e *openingEngine) Open(ctx context.Context, k subject.Kind, spec sandbox.Spec) (Sandbox, error) {
	if e.breaks != nil {
		return nil, e.breaks
	}
	e.opened = append(e.opened, k.Name)
	return e.Start(ctx, &sandbox.Plan{Name: k.Name, Spec: spec}, nil)
}

const elsewhereSteps = `## First

<!-- step {id: first, kind: run, experiment: kernel, with: {subject: vm}} -->

Boots.

<!-- after -->

It has booted.

<!-- without -->

It would have booted.

## Kept

<!-- step {id: kept, kind: run, sandbox: keep, experiment: file, with: {subject: vm, path: /x}} -->

Goes on.

## Sandbox

<!-- step {id: sandbox, kind: run, layers: [mount]} -->

## Another

<!-- step {id: another, kind: run, experiment: hostname, with: {subject: docker}} -->
`

// TestOtherSubject: a step on another subject starts that, a step that keeps it
// goes on in it, and nothing stays open.
func TestOtherSubject(t *testing.T) {
	l := written(t, elsewhereSteps)
	e := &openingEngine{}
	s := NewSession(Options{Lesson: l, Engine: e, Variant: lessons.User})
	var out bytes.Buffer
	if err := Plain(t.Context(), s, strings.NewReader(strings.Repeat("\n", 9)), &out); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(e.opened, []string{"vm", "docker"}) {
		t.Errorf("opened %v", e.opened)
	}
	if started, open := e.count(); started != 3 || open != 0 {
		t.Errorf("%d were started, %d are open", started, open)
	}
	for _, want := range []string{"a virtual machine with a kernel of its own", "The vm of the step before goes on.", "It has booted."} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "It would have") {
		t.Errorf("it says what would be read without:\n%s", out.String())
	}
}

// TestWithoutSubject: where there is no such subject the step says so with the
// remedy, what is to be read instead is shown, and the lesson is played to its
// end. Nobody need have it.
func TestWithoutSubject(t *testing.T) {
	l := written(t, elsewhereSteps)
	missing := &features.NotSupportedError{Feature: "find QEMU", Remedy: "apt-get install it"}
	for name, e := range map[string]Engine{
		"it is not there":   &openingEngine{poorEngine: poorEngine{without: "vm"}},
		"it does not start": &openingEngine{breaks: missing},
	} {
		s := NewSession(Options{Lesson: l, Engine: e, Variant: lessons.User})
		var out bytes.Buffer
		if err := Plain(t.Context(), s, strings.NewReader(strings.Repeat("\n", 12)), &out); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if said := out.String(); !strings.Contains(said, "It would have booted.") || strings.Contains(said, "It has booted.") ||
			!strings.Contains(said, PassedBy) || !strings.Contains(said, "That was the last step.") {
			t.Errorf("%s:\n%s", name, said)
		}
		if again := strings.Contains(out.String(), "for the same reason as the one before"); again != (name == "it is not there") {
			t.Errorf("%s: it says why once more: %v", name, again)
		}
		if !s.Walk.Complete() {
			t.Errorf("%s: the lesson is not complete", name)
		}
	}
	found, err := Prove(t.Context(), l, &openingEngine{breaks: missing}, lessons.Root, nil)
	if err != nil || len(found) != 3 {
		t.Fatalf("found %v, %v", found, err)
	}
	for _, f := range found {
		if !f.Untested || !f.Lacks || f.Subject == "" {
			t.Errorf("found %+v", f)
		}
	}
}

// TestSubjectBreaks: one that is there and fails is an error to try again.
func TestSubjectBreaks(t *testing.T) {
	p := NewPlayer(&openingEngine{breaks: errors.New("it hangs")})
	_, err := p.Run(t.Context(), written(t, elsewhereSteps).Step("first"), nil)
	if err == nil || NotHere(err) || !strings.Contains(err.Error(), "it hangs") {
		t.Errorf("%v", err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

// TestSubjectGoesWith: what a step says of a subject goes with the rest of it.
func TestSubjectGoesWith(t *testing.T) {
	for wrong, want := range map[string]string{
		"## A\n\n<!-- step {id: a, kind: run, layers: [mount]} -->\n\n## B\n\n<!-- step {id: b, kind: run, sandbox: keep, experiment: file, with: {subject: vm}} -->\n": "it keeps a sandbox and runs on vm",
		elsewhereSteps + "\n## C\n\n<!-- step {id: c, kind: run, sandbox: keep, experiment: file} -->\n":                                                                "it keeps docker and runs on a sandbox",
		"## A\n\n<!-- step {id: a, kind: run} -->\n\n<!-- without -->\n\nNever read.\n":                                                                                 "without: the step requires nothing",
		"## A\n\n<!-- step {id: a, kind: run, experiment: kernel, with: {subject: dcker}} -->\n":                                                                        `x.md:15:50: there is no subject "dcker"; did you mean docker?`,
		"## A\n\n<!-- step {id: a, kind: run, with: {subject: vm}} -->\n":                                                                                               "there is no experiment in this step",
	} {
		if _, err := parsed(wrong); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, not %q", err, want)
		}
	}
	warned := false
	for _, w := range written(t, elsewhereSteps).Lint() {
		warned = warned || strings.Contains(w.Message, `the step "kept" runs on vm and says nothing to those who have none`)
	}
	if !warned {
		t.Error("no word about what is read without it")
	}
	if run := written(t, elsewhereSteps).Step("another").Run; len(run.Layers) != 0 || !slices.Equal(run.Requires, []string{"docker"}) {
		t.Errorf("another: %+v", run)
	}
}
