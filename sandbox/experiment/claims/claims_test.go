package claims

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/content"
	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
)

// one is a file with one claim; its rest begins on line 6.
func one(rest string) string {
	return "format: 1\narticles:\n  - title: An article\n    claims:\n      - id: X1\n        claim: Something.\n" + rest
}

func TestWhatIsWrongWithAFile(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"", "format 0 is not format 1"},
		{"format: 1\narticles: {", "c.yaml:2:"},
		{"format: 1\nfoo: 2\n", `c.yaml:2:1: unknown field "foo"`},
		{one(""), "c.yaml:5:13: X1: without rules it needs something"},
		{one("        needs: [a house]\n"), `c.yaml:7:17: X1: nothing is known of "a house"`},
		{one("        runs:\n          - {experiment: file, stage: nowhere}\n        needs: [history]\n"), `c.yaml:8:39: X1: unknown stage "nowhere"`},
		{one("        runs:\n          - {experiment: file, memory: lots}\n        needs: [history]\n"), `c.yaml:8:40: X1: memory limit`},
		{one("        runs:\n          - {experiment: file}\n          - {experiment: file, stage: mount}\n        needs: [history]\n"), `c.yaml:9:26: X1: two runs are called "file"`},
		{one("        rules:\n          - {verdict: perhaps, say: Well.}\n"), `c.yaml:8:23: X1: "perhaps" is not a verdict`},
		{one("        rules:\n          - {verdict: holds}\n"), "X1: a rule has a sentence to say"},
		{one("        rules:\n          - {verdict: holds, say: A.}\n          - {verdict: holds, say: B.}\n"), "never reached"},
		{one("        rules:\n          - {verdict: holds, when: file.outcome, say: A.}\n"), "c.yaml:8:36: X1: in \"file.outcome\": unknown name file"},
		{one("        runs: [{experiment: file}]\n        rules:\n          - {verdict: holds, when: file.outcome, say: A.}\n"), "expected bool"},
		{one("        runs: [{experiment: file}]\n        rules:\n          - {verdict: holds, when: file.colour == \"red\", say: A.}\n"), "has no field colour"},
		{one("        runs: [{experiment: file}]\n        rules:\n          - {verdict: holds, say: 'See {file.outcome'}\n"), "a brace is not closed"},
		{one("        needs: [history]\n      - id: X1\n        claim: Again.\n        needs: [history]\n"), "c.yaml:8:13: claim X1 is there twice"},
		{one("        needs: [history]\n      - id: x\n        claim: Again.\n        needs: [history]\n"), `c.yaml:8:13: "x" is not the id of a claim`},
		{one("        claim: Again.\n"), "c.yaml:7:9:"},
	} {
		_, err := Parse("c.yaml", []byte(c.source))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\nerror %v\nwant  %s", c.source, err, c.want)
		}
	}
}

func TestUnknownExperiment(t *testing.T) {
	set := parse(t, one("        runs: [{experiment: fille}]\n        needs: [history]\n"))
	err := set.Check()
	if err == nil || !strings.Contains(err.Error(), `c.yaml:7:29: X1: unknown experiment "fille"; did you mean "file"?`) {
		t.Error(err)
	}
}

func parse(t *testing.T, source string) Set {
	t.Helper()
	set, err := Parse("c.yaml", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

type fake struct{ experiment.Subject }

func (fake) Close() error { return nil }

// trial runs claims on a machine of the test's own, where results are given.
func trial(t *testing.T, source string, run func(id string, spec sandbox.Spec) (experiment.Result, error)) (Report, map[string]int) {
	t.Helper()
	count := map[string]int{}
	var now sandbox.Spec
	r, err := Run(context.Background(), parse(t, source), Options{
		Missing: func(s sandbox.Spec) ([]sandbox.Missing, error) {
			if s.Layers.Has(sandbox.UTS) && s.Layers.Has(sandbox.CPU) {
				return []sandbox.Missing{{Layer: sandbox.UTS, Because: "it is not there"}}, nil
			}
			return nil, nil
		},
		Open: func(_ context.Context, s sandbox.Spec) (experiment.Subject, error) { now = s; return fake{}, nil },
		run: func(_ context.Context, id string, _ experiment.Subject, _ experiment.Options) (experiment.Result, error) {
			count[id]++
			return run(id, now)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r, count
}

// found is what the file experiment finds in these tests.
func found(string, sandbox.Spec) (experiment.Result, error) {
	return experiment.Result{
		Outcome: experiment.OneWay, Reason: "it is there",
		Observations: []experiment.Observation{{ID: "upper", Inside: "in", Host: "out", Outcome: experiment.OneWay}},
		Numbers:      []experiment.Number{{ID: "places", What: "places", Value: 2, Unit: "ms"}},
	}, nil
}

const mounted = "        runs: [{experiment: file, stage: mount}]\n        rules:\n"

func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		rest     string
		verdict  Verdict
		evidence string
	}{
		{mounted + "          - {verdict: holds, when: file.outcome == \"one-way\", say: 'seen: {file.reason}, {file.number(\"places\")}'}\n", Holds, "Seen: it is there, 2 ms"},
		{mounted + "          - {verdict: holds, when: file.number(\"places\").value > 2, say: no}\n          - {verdict: in-part, say: '{file.observed(\"upper\").host}'}\n", InPart, "Out"},
		{mounted + "          - {verdict: does-not-hold, when: not file.has(\"lower\"), say: gone}\n        needs: [history]\n", DoesNotHold, "Gone The rest takes the kernel's history: tentpole cannot try that here."},
		{mounted + "          - {verdict: holds, when: file.number(\"palces\").value > 2, say: no}\n", CannotBeTested, `file@mount has no number "palces" (there are: places)`},
		{mounted + "          - {verdict: holds, when: file.observed(\"lower\").host == \"x\", say: no}\n", CannotBeTested, `has no observation "lower" (there are: upper)`},
		{mounted + "          - {verdict: holds, when: file.outcome == \"open\", say: no}\n", CannotBeTested, "no rule fits"},
		{"        needs: [survey, two-machines]\n", CannotBeTested, "It takes a survey of many programs and a second machine"},
		{"        runs: [{experiment: nothing}]\n        rules:\n          - {verdict: holds, say: no}\n", CannotBeTested, "there is no such experiment"},
		{"        runs: [{experiment: hostname, stage: container}]\n        rules:\n          - {verdict: holds, say: no}\n", CannotBeTested, "cannot raise the layer uts for this user: it is not there"},
		{"        runs: [{experiment: hostname, stage: container, optional: true}]\n        rules:\n          - {verdict: holds, when: not hostname.tried, say: left out}\n", Holds, "Left out"},
	} {
		r, _ := trial(t, one(c.rest), found)
		f := r.Findings[0]
		if f.Verdict != c.verdict || !strings.Contains(f.Evidence, c.evidence) {
			t.Errorf("%s\n%s: %s\nwant %s: %s", c.rest, f.Verdict, f.Evidence, c.verdict, c.evidence)
		}
		broken := strings.Contains(c.evidence, "no rule fits") || strings.Contains(c.evidence, "has no ")
		if (f.Error != "") != broken {
			t.Errorf("%s\nerror %q", c.rest, f.Error)
		}
	}
}

// TestRunOnce: claims share a run, and it is made as often as one of them wants.
func TestRunOnce(t *testing.T) {
	values := []float64{4, 10, 6}
	rest := "        runs: [{experiment: file, times: 3}]\n        rules: [{verdict: holds, say: '{file.number(\"n\")}'}]\n"
	more := "      - id: X2\n        claim: Else.\n        runs: [{experiment: file}, {experiment: hostname, stage: process}]\n        rules: [{verdict: holds, say: yes}]\n"
	r, count := trial(t, one(rest+more), func(string, sandbox.Spec) (experiment.Result, error) {
		v := values[0]
		values = append(values[1:], v)
		return experiment.Result{Outcome: experiment.Open, Numbers: []experiment.Number{{ID: "n", Value: v, Least: v, Most: v, Unit: "ms", Runs: 1}}}, nil
	})
	if count["file"] != 3 || count["hostname"] != 1 || len(r.Runs) != 2 {
		t.Errorf("runs %v, %d of them", count, len(r.Runs))
	}
	if got, want := r.Findings[0].Evidence, "6 ms (0 to 16 ms)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if n := r.Findings[0].Numbers; len(n) != 1 || n[0].Run != "file@container" || n[0].Runs != 3 {
		t.Errorf("numbers %+v", n)
	}
}

func TestRunsThatDiffer(t *testing.T) {
	all := []experiment.Outcome{experiment.Contained, experiment.Open, experiment.Contained}
	r, _ := trial(t, one("        runs: [{experiment: file, times: 3}]\n        rules: [{verdict: holds, say: '{file.reason}'}]\n"), func(string, sandbox.Spec) (experiment.Result, error) {
		o := all[0]
		all = all[1:]
		return experiment.Result{Outcome: o, Reason: "it was " + string(o)}, nil
	})
	if got := r.Findings[0].Evidence; got != "It was open (in 3 runs it was [contained open contained])" {
		t.Error(got)
	}
}

// TestOneThatFails does not end the others.
func TestOneThatFails(t *testing.T) {
	r, _ := trial(t, one(mounted+"          - {verdict: holds, say: yes}\n"), func(string, sandbox.Spec) (experiment.Result, error) {
		return experiment.Result{}, errors.New("broke\x1b[2J")
	})
	if f := r.Findings[0]; f.Verdict != CannotBeTested || f.Evidence != `file@mount: it failed: broke\x1b[2J` {
		t.Errorf("%+v", f)
	}
}

func TestOnly(t *testing.T) {
	set := parse(t, one("        needs: [history]\n"))
	if _, err := set.Only("X2"); !sandbox.IsUsage(err) {
		t.Error(err)
	}
	if got, err := set.Only(); err != nil || len(got.Claims) != 1 {
		t.Error(got, err)
	}
}

// TestTheCourse: the course's claims are all there, in order, and every
// experiment that they name exists.
func TestTheCourse(t *testing.T) {
	set, err := Parse("claims.yaml", content.Claims())
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, article := range []struct {
		letter string
		claims int
	}{{"P", 9}, {"V", 9}, {"I", 17}, {"T", 9}, {"F", 12}} {
		for i := range article.claims {
			want = append(want, fmt.Sprint(article.letter, i+1))
		}
	}
	for _, c := range set.Claims {
		got = append(got, c.ID)
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("claims %v\nwant   %v", got, want)
	}
	if err := set.Check(); err != nil {
		t.Error(err)
	}
}
