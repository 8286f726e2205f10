package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tentpole-labs/tentpole/.ci/vm/agenda"
)

// results take the events of the machine and print what they come to. The
// output is every test's end, what a failed one said, and a sum. It differs from
// .ci/report in that two users' tests come in one stream, and that one waits
// longer for them.
type results struct {
	out    io.Writer
	must   bool // a skip is a failure
	failed bool // something is lost
	ended  bool // the machine has done all it was told

	said    map[[2]string][]string // output of what has not ended, by package and test
	silent  []string               // packages that have not ended
	skipped []string
	lost    []string       // what failed
	count   map[string]int // ended tests, by action
}

// newResults expects the packages of those names to come to an end.
func newResults(out io.Writer, must bool, packages []string) *results {
	return &results{out: out, must: must, silent: slices.Clone(packages), said: map[[2]string][]string{}, count: map[string]int{}}
}

// read takes events until there are no more. A line that is no event is passed
// on.
func (r *results) read(in io.Reader) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 1 {
			r.line(line)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the events of the machine: %w", err)
		}
	}
}

func (r *results) line(line []byte) {
	var e agenda.Event
	if json.Unmarshal(line, &e) != nil {
		r.out.Write(line)
		return
	}
	if take, ok := takers[e.Action]; ok {
		take(r, e)
	}
}

// takers are the actions that matter here.
var takers = map[string]func(*results, agenda.Event){
	"output":      (*results).output,
	"pass":        (*results).end,
	"skip":        (*results).end,
	"fail":        (*results).end,
	agenda.Note:   (*results).note,
	agenda.Failed: func(r *results, e agenda.Event) { r.note(e); r.lose("the machine") },
	agenda.Ended:  func(r *results, _ agenda.Event) { r.ended = true },
}

func (r *results) note(e agenda.Event) { fmt.Fprintln(r.out, "machine:", e.Output) }

func (r *results) output(e agenda.Event) {
	key := [2]string{e.Package, e.Test}
	r.said[key] = append(r.said[key], e.Output)
}

// end takes the end of a test or, when it has no name, of a package.
func (r *results) end(e agenda.Event) {
	key := [2]string{e.Package, e.Test}
	if e.Test == "" {
		r.endPackage(e)
	} else {
		r.count[e.Action]++
		r.judge(e, r.said[key])
	}
	delete(r.said, key)
}

// judge prints how a test ended. Of those inside another one only failures and
// skips are named.
func (r *results) judge(e agenda.Event, said []string) {
	took := time.Duration(e.Elapsed * float64(time.Second)).Round(time.Millisecond)
	switch e.Action {
	case "pass":
		if !strings.Contains(e.Test, "/") {
			fmt.Fprintf(r.out, "%s: pass %s (%v)\n", e.Package, e.Test, took)
		}
	case "skip":
		why := reason(said)
		r.skipped = append(r.skipped, fmt.Sprintf("%s %s: %s", e.Package, e.Test, why))
		if r.must && !forRoot(e.Package, why) {
			r.lose(e.Package + " " + e.Test + ": was skipped, and TENTPOLE_MUST=1")
		}
	case "fail":
		r.print(e.Package, said)
		fmt.Fprintf(r.out, "%s: FAIL %s (%v)\n", e.Package, e.Test, took)
		r.lose(e.Package + " " + e.Test)
	}
}

func (r *results) lose(what string) {
	r.failed = true
	r.lost = append(r.lost, what)
}

// endPackage prints how a package ended; when it failed, what it said itself
// and what tests said that have no end, because they took the program with
// them.
func (r *results) endPackage(e agenda.Event) {
	r.silent = slices.DeleteFunc(r.silent, func(name string) bool { return name == e.Package })
	if e.Action == "fail" {
		for _, key := range slices.SortedFunc(maps.Keys(r.said), func(a, b [2]string) int { return strings.Compare(a[1], b[1]) }) {
			if key[0] == e.Package {
				r.print(e.Package, r.said[key])
				delete(r.said, key)
			}
		}
		r.lose(e.Package)
	}
	fmt.Fprintf(r.out, "%s: %s, %.1f s\n", e.Package, words[e.Action], e.Elapsed)
}

// words are what the actions that end a package are called.
var words = map[string]string{"pass": "ok", "fail": "FAIL", "skip": "nothing to run"}

// print prints what was said, each line with its package, without the marks of
// coming and going.
func (r *results) print(pkg string, said []string) {
	for line := range strings.Lines(strings.Join(said, "")) {
		if !mark(line) {
			fmt.Fprintf(r.out, "%s| %s\n", pkg, strings.TrimRight(line, "\n"))
		}
	}
}

func mark(line string) bool { return strings.HasPrefix(line, "=== ") || strings.TrimSpace(line) == "" }

// reason is what a test said before it gave up, on one line.
func reason(said []string) string {
	var why []string
	for _, line := range said {
		if !mark(line) && !strings.HasPrefix(strings.TrimSpace(line), "--- SKIP") {
			why = append(why, strings.TrimSpace(line))
		}
	}
	if len(why) == 0 {
		return "it gives no reason"
	}
	return strings.Join(why, " ")
}

// forRoot tells whether a skip is that of a test which only root can run, and
// the package was run by somebody else.
func forRoot(pkg, why string) bool {
	return !strings.HasPrefix(pkg, agenda.Root+" ") && strings.Contains(why, "needs root: ")
}

// close prints what did not run, what failed, and the sum.
func (r *results) close() {
	for _, name := range r.silent {
		r.lose(name + ": has not run to its end")
	}
	if r.count["pass"]+r.count["fail"]+r.count["skip"] == 0 {
		r.lose("no test has run")
	}
	for _, s := range r.skipped {
		fmt.Fprintln(r.out, "skipped:", s)
	}
	for _, l := range r.lost {
		fmt.Fprintln(r.out, "failed:", l)
	}
	fmt.Fprintf(r.out, "%d tests passed, %d failed, %d skipped\n", r.count["pass"], r.count["fail"], r.count["skip"])
}
