// Package export says a plan in the words of other tools: a shell script for
// util-linux, a command line for Docker and Podman, a config.json for OCI
// runtimes. A learner sees that there is no magic of tentpole's own in a
// sandbox, and takes it along to where tentpole is not.
//
// What another tool cannot do, or does differently, is said with it, as
// [Consequence]s: they name rows of the board (package facts), and the board of
// the other tool's process is that of the plan's own sandbox but for them.
//
// Do not use it to start anything: it asks nothing of the kernel, and the other
// tools neither know tentpole's guard nor its janitor. A script tidies up after
// itself if it is left to end; what is killed leaves what such tools leave.
//
// Errors are *sandbox.UsageError: what was asked for has no words there, with
// what to ask for instead.
//
// Sources: unshare(1), setpriv(1), nsenter(1), mount(8), pivot_root(8) of
// util-linux 2.38; docker-run(1), podman-run(1); the OCI runtime specification,
// config.md and config-linux.md.
package export

import (
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// Form is a language that a plan can be said in.
type Form string

// The forms.
const (
	Unshare Form = "unshare" // a POSIX shell script for util-linux 2.38 or later
	Docker  Form = "docker"  // a command line for docker or podman
	OCI     Form = "oci"     // a config.json for runc, crun and their like
)

// forms are all of them.
var forms = []struct {
	form Form
	make func(request) (Export, error)
}{
	{Unshare, asUnshare}, {Docker, asDocker}, {OCI, asOCI},
}

// Forms lists them by their words.
func Forms() []string {
	var words []string
	for _, f := range forms {
		words = append(words, string(f.form))
	}
	return words
}

// Export is a plan in another tool's words.
type Export struct {
	Form Form `json:"form"`
	// Text is the script, the command line or the config.json.
	Text string `json:"text"`
	// Prepare is what a shell has to do before, in the directory of the
	// config.json; "" when there is nothing.
	Prepare string `json:"prepare,omitempty"`
	// Consequences are never nil.
	Consequences []Consequence `json:"consequences"`
}

// request is what an export is made from.
type request struct {
	*sandbox.Plan
	here    Surroundings
	command []string
}

// As says a plan in a form. command is what runs in the sandbox, a shell when
// there is none. The plan is not changed.
func As(form Form, p *sandbox.Plan, here Surroundings, command []string) (Export, error) {
	for _, f := range forms {
		if f.form != form {
			continue
		}
		r := request{p, here, command}
		if len(command) == 0 {
			r.command = []string{"sh"}
		}
		if err := r.check(); err != nil {
			return Export{}, err
		}
		e, err := f.make(r)
		if err != nil {
			return Export{}, err
		}
		e.Form, e.Consequences = form, r.consequences(form)
		return e, nil
	}
	return Export{}, &sandbox.UsageError{What: "form", Word: string(form), Known: Forms()}
}

// check refuses what no other tool has words for.
func (r request) check() error {
	if len(r.Spec.Join) > 0 {
		return &sandbox.UsageError{What: "join", Word: r.Spec.Join[0].Name, Why: "only tentpole finds its own sandboxes: leave --join out to export a plan"}
	}
	for _, s := range r.Steps {
		if !known(s.Operation) {
			return &sandbox.UsageError{What: "plan", Word: r.Name, Why: "no other tool has words for " + s.Operation.String()}
		}
	}
	for _, lower := range r.lowers() {
		if lower == "" || strings.ContainsAny(lower, `,:"\`) {
			return &sandbox.UsageError{What: "root", Word: string(r.Root), Why: "mount(8) can lay an overlay over a directory only, without a comma, colon, quote or backslash in its name: ask for --root overlay or another directory"}
		}
	}
	return nil
}

// container refuses a plan without a root of its own: containers have one.
func (r request) container(tool string) error {
	if r.Root.Own() {
		return nil
	}
	return &sandbox.UsageError{What: "root", Word: string(r.Root), Why: tool + " always has a root directory of its own: add --root overlay or a directory"}
}
