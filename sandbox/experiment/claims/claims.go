// Package claims puts sentences that somebody has published about containers on
// trial. A claim names the experiments that test it and the rules that turn what
// they found on this machine into a verdict, as expressions of expr-lang.org;
// both are read from YAML, so that a claim can be added without code.
//
// A rule sees each run by its name:
//
//	file.outcome == "one-way"
//	start.number("container").value < 100
//	file.observed("found-upper").host
//
// The first rule whose condition is true gives the verdict, and its sentence,
// in which {an expression} stands for what was found. A run that could not be
// tried makes a claim one that cannot be tested here, unless it is optional; then
// rules ask whether it was tried, and the evidence says why it was not. A run is in
// a sandbox, or on another kind of subject, which is raised once for all claims.
package claims

import (
	"slices"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
)

// Verdict is what a machine has to say on a claim.
type Verdict string

// The verdicts.
const (
	Holds          Verdict = "holds"
	InPart         Verdict = "in-part"
	DoesNotHold    Verdict = "does-not-hold"
	CannotBeTested Verdict = "cannot-be-tested"
	// Undecided: the numbers are too close for a machine with this much noise.
	Undecided Verdict = "undecided"
)

// Verdicts are all of them.
var Verdicts = []Verdict{Holds, InPart, DoesNotHold, Undecided, CannotBeTested}

var verdictWords = map[Verdict][2]string{
	Holds:          {"✓", "holds here"},
	InPart:         {"◐", "in part"},
	DoesNotHold:    {"✗", "does not hold here"},
	Undecided:      {"≈", "undecided here"},
	CannotBeTested: {"–", "cannot be tested here"},
}

// Mark is the verdict as a shape, one cell wide.
func (v Verdict) Mark() string { return verdictWords[v][0] }

// Decided tells whether the machine has come to an answer.
func (v Verdict) Decided() bool { return v != Undecided && v != CannotBeTested }

// Words is the verdict as a person would say it.
func (v Verdict) Words() string { return verdictWords[v][1] }

// Set is a file of claims, in its order.
type Set struct{ Claims []Claim }

// Only returns the set with the claims of those IDs, or with all.
func (s Set) Only(ids ...string) (Set, error) {
	var known []string
	for _, c := range s.Claims {
		known = append(known, c.ID)
	}
	for _, id := range ids {
		if !slices.Contains(known, id) {
			return s, &sandbox.UsageError{What: "claim", Word: id, Known: known}
		}
	}
	s.Claims = slices.DeleteFunc(slices.Clone(s.Claims), func(c Claim) bool {
		return len(ids) > 0 && !slices.Contains(ids, c.ID)
	})
	return s, nil
}

// Claim is a sentence that somebody has published, in our words.
type Claim struct {
	ID      string
	Article string // the title of where it was published
	Claim   string
	// Ask is what no machine can settle, put to the reader.
	Ask string
	// Needs are what the claim, or the part of it that the rules leave out,
	// cannot be tested without.
	Needs []string

	runs  []run
	rules []rule
	at    place
}

// Experiments are those that test the claim, each once.
func (c Claim) Experiments() []string {
	ids := []string{}
	seen := map[string]bool{}
	for _, r := range c.runs {
		if !seen[r.experiment] {
			seen[r.experiment] = true
			ids = append(ids, r.experiment)
		}
	}
	return ids
}

// run is an experiment on a subject, by the name that rules know it by.
type run struct {
	name       string
	experiment string
	id         string // what tells it from runs of other claims
	kind       string // of the subject, "" for a sandbox
	spec       sandbox.Spec
	times      int
	optional   bool
	at         place
}

// rule gives a verdict when its condition is true.
type rule struct {
	when    *expression // nil is always
	verdict Verdict
	say     sentence
}

// needs are the things that a claim may want and that tentpole cannot start
// yet, and how a sentence names them.
var needs = map[string]string{
	"two-machines":    "a second machine",
	"security-module": "AppArmor or SELinux, switched on",
	"spare-machine":   "a machine that may run out of memory",
	"system-image":    "an image of a whole operating system",
	"survey":          "a survey of many programs",
	"history":         "the kernel's history",
}

// Check tells which experiments the claims name and do not exist.
func (s Set) Check() error {
	var errs Errors
	for _, c := range s.Claims {
		for _, r := range c.runs {
			if _, err := experiment.Find(r.experiment); err != nil {
				errs = append(errs, r.at.error("%s: %v", c.ID, err))
			}
		}
	}
	return errs.err()
}
