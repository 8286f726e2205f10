package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/.ci/vm/agenda"
)

const repository = "../.."

var testFunction = regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)

// testsOf are the names of a package's tests.
func testsOf(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(repository, dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range testFunction.FindAllStringSubmatch(string(text), -1) {
			names = append(names, match[1])
		}
	}
	return names
}

// TestTable wants in the table only what there is: packages with tests, and
// tests to leave out.
func TestTable(t *testing.T) {
	for _, p := range packages {
		names := testsOf(t, p.dir)
		if len(names) == 0 {
			t.Errorf("%s has no tests", p.dir)
		}
		for _, e := range p.not {
			for name := range strings.SplitSeq(e.pattern, "|") {
				name, _, _ = strings.Cut(name, "/")
				if !slices.Contains(names, name) {
					t.Errorf("%s has no test %s to leave out", p.dir, name)
				}
			}
			if e.why == "" {
				t.Errorf("%s: no reason to leave out %s", p.dir, e.pattern)
			}
		}
	}
}

func TestChosen(t *testing.T) {
	all, err := chosen("")
	if err != nil || len(all) != len(packages) {
		t.Errorf("an empty list: %d packages, %v", len(all), err)
	}
	some, err := chosen("./sandbox/facts,lessons/play/")
	if err != nil || len(some) != 2 || some[0].dir != "sandbox/facts" || some[1].dir != "lessons/play" {
		t.Errorf("%v, %v", some, err)
	}
	if _, err := chosen("sandbox/fact"); err == nil || !strings.Contains(err.Error(), "sandbox/fact ") {
		t.Errorf("a package that is not there: %v", err)
	}
}

func TestRuns(t *testing.T) {
	p := tested{dir: "a/b", limit: 60e9, env: []string{"X=1"}, not: []exclusion{{"TestA|TestB", "why"}, {"TestC", "why"}}}
	both, err := runs([]tested{p, {dir: "c"}}, "both", "Kill")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range both {
		names = append(names, r.Name)
	}
	if want := []string{"root a/b", "root c", "tester a/b", "tester c"}; !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
	r := both[2]
	if r.User != agenda.Tester || r.Dir != agenda.Source+"/a/b" || r.Limit <= p.limit || !slices.Equal(r.Env, p.env) {
		t.Errorf("%+v", r)
	}
	for _, arg := range []string{agenda.Source + "/a/b/b.test", "-test.timeout=1m0s", "-test.run=Kill", "-test.skip=TestA|TestB|TestC"} {
		if !slices.Contains(r.Args, arg) {
			t.Errorf("%v lacks %s", r.Args, arg)
		}
	}
	if _, err := runs(nil, "nobody", ""); err == nil {
		t.Error("no error for an unknown user")
	}
}
