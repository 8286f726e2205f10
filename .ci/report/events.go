package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// event is one line of `go test -json`.
type event struct {
	Action     string
	Package    string
	ImportPath string // instead of Package, when building
	Test       string
	Output     string
}

type test struct{ pkg, name string }

// report collects what has not been said yet.
type report struct {
	out    io.Writer
	failed bool
	// said holds the output of tests that have not ended; the name is empty
	// for what a package says outside of a test.
	said    map[test][]string
	skipped []skip
	count   map[string]int // ended tests, by action
}

type skip struct {
	test
	why string
}

func newReport(out io.Writer) *report {
	return &report{out: out, said: map[test][]string{}, count: map[string]int{}}
}

// read takes events until there are no more.
func (r *report) read(in io.Reader) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			r.line(line)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the events of go test: %w", err)
		}
	}
}

// line takes one line. What is no event was printed by somebody who did not
// know of events, and is passed on.
func (r *report) line(line []byte) {
	var e event
	if line[0] != '{' || json.Unmarshal(line, &e) != nil {
		r.out.Write(line)
		return
	}
	if act, ok := actions[e.Action]; ok {
		act(r, e)
	}
}

// actions are those of test2json that matter here.
var actions = map[string]func(*report, event){
	"output":       (*report).output,
	"build-output": func(r *report, e event) { io.WriteString(r.out, e.Output) },
	"build-fail":   func(r *report, _ event) { r.failed = true },
	"pass":         (*report).end,
	"skip":         (*report).end,
	"fail":         (*report).end,
}

func (r *report) output(e event) {
	t := test{e.Package, e.Test}
	r.said[t] = append(r.said[t], e.Output)
}

// end takes the end of a test or, when it has no name, of a package.
func (r *report) end(e event) {
	t := test{e.Package, e.Test}
	if e.Test == "" {
		r.endPackage(t, e.Action)
		return
	}
	r.count[e.Action]++
	switch e.Action {
	case "skip":
		r.skipped = append(r.skipped, skip{t, reason(r.said[t])})
	case "fail":
		r.failed = true
		r.print(t)
	}
	delete(r.said, t)
}

// endPackage prints the closing line of a package, and all it said when it
// failed: a test that took the program down with it has no end of its own.
func (r *report) endPackage(t test, action string) {
	if action != "fail" {
		for _, line := range r.said[t] {
			if closing(line) {
				io.WriteString(r.out, line)
			}
		}
	} else {
		r.failed = true
		for _, open := range slices.SortedFunc(maps.Keys(r.said), func(a, b test) int { return strings.Compare(a.name, b.name) }) {
			if open.pkg == t.pkg && open.name != "" {
				r.print(open)
				delete(r.said, open)
			}
		}
		r.print(t)
	}
	delete(r.said, t)
}

// closing tells whether the line is the one that ends a package's report.
func closing(line string) bool {
	for _, begin := range []string{"ok  \t", "?   \t", "FAIL\t", "\t"} {
		if strings.HasPrefix(line, begin) {
			return true
		}
	}
	return false
}

// print prints what a test said, without the marks of its comings and goings.
func (r *report) print(t test) {
	for _, line := range r.said[t] {
		if !mark(line) {
			io.WriteString(r.out, line)
		}
	}
}

// mark tells whether the line only says that a test began or went on.
func mark(line string) bool { return strings.HasPrefix(line, "=== ") }

// reason is what a test said before it gave up, on one line.
func reason(said []string) string {
	var why []string
	for _, line := range said {
		text := strings.TrimSpace(line)
		if mark(line) || text == "" || strings.HasPrefix(text, "--- SKIP") {
			continue
		}
		why = append(why, text)
	}
	if len(why) == 0 {
		return "it gives no reason"
	}
	return strings.Join(why, " ")
}

// needsRoot begins the reason of a test that only root can run.
const needsRoot = "needs root: "

// close prints what did not run, and the sum. With must set, a test that did
// not run has failed, unless it is one for root and this is somebody else.
func (r *report) close(must, root bool) {
	failed := false
	for _, s := range r.skipped {
		fmt.Fprintf(r.out, "skipped: %s %s: %s\n", s.pkg, s.name, s.why)
		failed = failed || root || !strings.Contains(s.why, needsRoot)
	}
	fmt.Fprintf(r.out, "%d tests passed, %d failed, %d skipped\n", r.count["pass"], r.count["fail"], r.count["skip"])
	if must && failed {
		fmt.Fprintln(r.out, "TENTPOLE_MUST=1: a test that is skipped has failed")
		r.failed = true
	}
}
