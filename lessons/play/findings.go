package play

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// manyObservations are more than a learner reads one by one before the words
// that explain them; mostNames is how many of one kind are still named.
const (
	manyObservations = 12
	mostNames        = 10
	fewSingles       = 5
)

// observed says in lines what was seen. Many observations are put together by
// what was seen: a list of sixty ways out is a wall, and what a lesson is about
// stands behind it.
func observed(r experiment.Result) []string {
	if len(r.Observations) <= manyObservations {
		out := eachObserved(r.Observations)
		if slices.ContainsFunc(r.Observations, long) {
			out = append(out, whole("All of it", r))
		}
		return out
	}
	var out []string
	for _, outcome := range experiment.Outcomes {
		of := slices.DeleteFunc(slices.Clone(r.Observations), func(o experiment.Observation) bool { return o.Outcome != outcome })
		if outcome == experiment.NotApplicable {
			if len(of) > 0 {
				out = append(out, fmt.Sprintf("n/a here: %d of %d.", len(of), len(r.Observations)))
			}
			continue
		}
		out = append(out, together(outcome, of)...)
	}
	return append(out, whole("One by one", r))
}

// whole is where to read what was put together or shortened.
func whole(what string, r experiment.Result) string {
	return what + ": tentpole experiment run " + facts.Clean(r.Experiment) + ", with the layers of this step."
}

// together puts those first that were seen alike, then the others: each on a
// line of its own while they are few.
func together(outcome experiment.Outcome, of []experiment.Observation) (out []string) {
	alike := map[string][]experiment.Observation{}
	for _, o := range of {
		alike[seen(o)] = append(alike[seen(o)], o)
	}
	var singles []experiment.Observation
	for _, o := range of {
		switch group := alike[seen(o)]; {
		case len(group) == 1:
			singles = append(singles, o)
		case group[0].ID == o.ID:
			out = append(out, fmt.Sprintf("%s, %d: %s.", seen(o), len(group), names(group)))
		}
	}
	if len(singles) > fewSingles {
		return append(out, fmt.Sprintf("%s, %d: %s.", outcome, len(singles), names(singles)))
	}
	return append(out, eachObserved(singles)...)
}

func eachObserved(list []experiment.Observation) (out []string) {
	for _, o := range list {
		line := asked(o) + " " + seen(o)
		if !strings.HasSuffix(line, "…") {
			line += "."
		}
		out = append(out, line)
	}
	return out
}

// asked is what an observation is of, with what parts it from what was seen.
func asked(o experiment.Observation) string {
	what := facts.Clean(o.What)
	if strings.HasSuffix(what, "?") {
		return what
	}
	return what + " –"
}

// seen is what an observation saw on each side, where it saw anything.
func seen(o experiment.Observation) string {
	var sides []string
	for _, side := range []struct{ name, saw string }{{"inside", o.Inside}, {"host", o.Host}} {
		if saw := strings.TrimRight(side.saw, ": ,"); saw != "" && saw != "-" {
			sides = append(sides, side.name+": "+withErrnoWords(shortened(facts.Clean(saw))))
		}
	}
	if len(sides) == 0 {
		return "nothing"
	}
	return strings.Join(sides, "; ")
}

// mostSeen is how much of what one side saw is shown, in characters: a list of
// sixty system calls is no answer to read.
const mostSeen = 160

func long(o experiment.Observation) bool {
	return utf8.RuneCountInString(facts.Clean(o.Inside)) > mostSeen || utf8.RuneCountInString(facts.Clean(o.Host)) > mostSeen
}

// shortened is the beginning of a long list, up to a whole word.
func shortened(saw string) string {
	runes := []rune(saw)
	if len(runes) <= mostSeen {
		return saw
	}
	head := string(runes[:mostSeen])
	return head[:max(strings.LastIndexByte(head, ' '), 0)] + " …"
}

func names(list []experiment.Observation) string {
	var words []string
	for _, o := range list[:min(len(list), mostNames)] {
		words = append(words, facts.Clean(o.What))
	}
	if more := len(list) - len(words); more > 0 {
		words = append(words, "and "+strconv.Itoa(more)+" more")
	}
	return strings.Join(words, "; ")
}
