package main

import (
	"strings"
	"testing"
)

func TestTable(t *testing.T) {
	const output = `goos: linux
goarch: amd64
pkg: example.org/m/sandbox
cpu: Some CPU
BenchmarkStart/tentpole-2         	     100	   4000000 ns/op
BenchmarkStart/tentpole-2         	     100	   5000000 ns/op
BenchmarkStart/tentpole-2         	     100	   9000000 ns/op
BenchmarkStart/runc-2             	      10	  50000000 ns/op	 12 B/op
BenchmarkTurns/tentpole-2  1	   4000000 ns/op	   2000000 least-ns
BenchmarkTurns/runc-2  1	   8000000 ns/op	   6000000 least-ns
BenchmarkFind/search 	       5	 200000000 ns/op	 441000 entries
BenchmarkFind/fd     	       5	 600000000 ns/op	 205.0 ours-ms	 395.0 peer-ms	 1.92 times-as-long
--- SKIP: BenchmarkStart/unshare
PASS
ok  	example.org/m/sandbox	5.0s
`
	var out, rest strings.Builder
	r, err := read(strings.NewReader(output), &rest)
	if err != nil {
		t.Fatal(err)
	}
	table(&out, r.groups)
	want := [][]string{
		{"benchmark", "median", "least", "most", "times", "tentpole", "by", "the", "least"},
		{"Start/tentpole", "5.00", "ms", "4.00", "ms", "9.00", "ms"},
		{"Start/runc", "50.00", "ms", "50.00", "ms", "50.00", "ms", "10.00"},
		{"Turns/tentpole", "4.00", "ms", "2.00", "ms", "4.00", "ms"},
		{"Turns/runc", "8.00", "ms", "6.00", "ms", "8.00", "ms", "2.00", "3.00"},
		{"Find/search", "200.00", "ms", "200.00", "ms", "200.00", "ms"},
		{"Find/fd", "395.00", "ms", "395.00", "ms", "395.00", "ms", "1.92"},
	}
	for i, line := range strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n") {
		if i >= len(want) || strings.Join(strings.Fields(line), " ") != strings.Join(want[i], " ") {
			t.Errorf("row %d: %q", i, line)
		}
	}
	if got := rest.String(); got != "cpu: Some CPU\n--- SKIP: BenchmarkStart/unshare\n" {
		t.Errorf("passed on: %q", got)
	}
	if r.failed {
		t.Error("nothing has failed")
	}
}

func TestFailure(t *testing.T) {
	var rest strings.Builder
	r, err := read(strings.NewReader("--- FAIL: BenchmarkStart\n    a_test.go:1: refused\nFAIL\n"), &rest)
	if err != nil || !r.failed || !strings.Contains(rest.String(), "refused") {
		t.Errorf("failed %v, passed on %q, %v", r.failed, rest.String(), err)
	}
}
