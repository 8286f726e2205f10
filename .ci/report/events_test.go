package main

import (
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	for _, c := range []struct {
		name   string
		events string
		must   bool
		user   bool // not root
		want   string
		failed bool
	}{
		{
			name: "a package that passes is its closing line",
			events: `{"Action":"start","Package":"p"}
{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:1: chatter\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"--- PASS: TestA (0.00s)\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Output":"PASS\n"}
{"Action":"output","Package":"p","Output":"ok  \tp\t0.010s\n"}
{"Action":"pass","Package":"p"}
`,
			want: "ok  \tp\t0.010s\n1 tests passed, 0 failed, 0 skipped\n",
		},
		{
			name: "a failure is printed in full",
			events: `{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:1: one, want two\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"--- FAIL: TestA (0.00s)\n"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Output":"FAIL\n"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.010s\n"}
{"Action":"fail","Package":"p"}
`,
			want:   "    a_test.go:1: one, want two\n--- FAIL: TestA (0.00s)\nFAIL\nFAIL\tp\t0.010s\n0 tests passed, 1 failed, 0 skipped\n",
			failed: true,
		},
		{
			name: "a test that takes the program down is printed with its package",
			events: `{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"panic: gone\n"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.010s\n"}
{"Action":"fail","Package":"p"}
`,
			want:   "panic: gone\nFAIL\tp\t0.010s\n0 tests passed, 0 failed, 0 skipped\n",
			failed: true,
		},
		{
			name: "a package that does not build",
			events: `{"ImportPath":"p","Action":"build-output","Output":"# p\n"}
{"ImportPath":"p","Action":"build-output","Output":"p.go:3:1: syntax error\n"}
{"ImportPath":"p","Action":"build-fail"}
{"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}
{"Action":"fail","Package":"p","FailedBuild":"p"}
`,
			want:   "# p\np.go:3:1: syntax error\nFAIL\tp [build failed]\n0 tests passed, 0 failed, 0 skipped\n",
			failed: true,
		},
		{name: "a skip has its reason", events: skipping, want: skipReport},
		{
			name: "where everything must run, a skip is a failure", events: skipping, must: true,
			want: skipReport + "TENTPOLE_MUST=1: a test that is skipped has failed\n", failed: true,
		},
		{
			name: "an ordinary user need not run a test for root", events: strings.ReplaceAll(skipping, "tmux is", "needs root: x is"), must: true, user: true,
			want: strings.ReplaceAll(skipReport, "tmux is", "needs root: x is"),
		},
		{
			name: "root must", events: strings.ReplaceAll(skipping, "tmux is", "needs root: x is"), must: true,
			want: strings.ReplaceAll(skipReport, "tmux is", "needs root: x is") + "TENTPOLE_MUST=1: a test that is skipped has failed\n", failed: true,
		},
		{
			name: "a package without tests is no skip", must: true,
			events: `{"Action":"output","Package":"p","Output":"?   \tp\t[no test files]\n"}
{"Action":"skip","Package":"p"}
`,
			want: "?   \tp\t[no test files]\n0 tests passed, 0 failed, 0 skipped\n",
		},
		{
			name:   "what is no event is passed on",
			events: "warning: go is strange today",
			want:   "warning: go is strange today0 tests passed, 0 failed, 0 skipped\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			r := newReport(&out)
			if err := r.read(strings.NewReader(c.events)); err != nil {
				t.Fatal(err)
			}
			r.close(c.must, !c.user)
			if out.String() != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", out.String(), c.want)
			}
			if r.failed != c.failed {
				t.Errorf("failed is %v, want %v", r.failed, c.failed)
			}
		})
	}
}

const skipping = `{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:1: tmux is not installed\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"--- SKIP: TestA (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Output":"ok  \tp\t0.010s\n"}
{"Action":"pass","Package":"p"}
`

const skipReport = "ok  \tp\t0.010s\nskipped: p TestA: a_test.go:1: tmux is not installed\n0 tests passed, 0 failed, 1 skipped\n"
