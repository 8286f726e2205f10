package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox/vm/initramfs"
)

// events of a test in the package "root p".
const (
	passing  = `{"Action":"pass","Package":"root p","Test":"TestA","Elapsed":0.5}` + "\n"
	failing  = `{"Action":"output","Package":"root p","Test":"TestB","Output":"=== RUN   TestB\n"}` + "\n" + `{"Action":"output","Package":"root p","Test":"TestB","Output":"    b_test.go:1: one, want two\n"}` + "\n" + `{"Action":"fail","Package":"root p","Test":"TestB","Elapsed":1}` + "\n"
	skipping = `{"Action":"output","Package":"root p","Test":"TestC","Output":"    c_test.go:1: needs root: no\n"}` + "\n" + `{"Action":"output","Package":"root p","Test":"TestC","Output":"--- SKIP: TestC (0.00s)\n"}` + "\n" + `{"Action":"skip","Package":"root p","Test":"TestC"}` + "\n"
	good     = `{"Action":"pass","Package":"root p","Elapsed":2}` + "\n"
	bad      = `{"Action":"fail","Package":"root p","Elapsed":2}` + "\n"
)

func TestResults(t *testing.T) {
	for _, c := range []struct {
		name   string
		events string
		must   bool
		want   string
		failed bool
	}{
		{
			name: "a package that passes", events: passing + good,
			want: "root p: pass TestA (500ms)\nroot p: ok, 2.0 s\n1 tests passed, 0 failed, 0 skipped\n",
		},
		{
			name: "a failure is printed in full, and again by name", events: failing + bad, failed: true,
			want: "root p|     b_test.go:1: one, want two\nroot p: FAIL TestB (1s)\nroot p: FAIL, 2.0 s\nfailed: root p TestB\nfailed: root p\n0 tests passed, 1 failed, 0 skipped\n",
		},
		{
			name:   "a test that takes the program down is printed with its package",
			events: passing + `{"Action":"output","Package":"root p","Test":"TestB","Output":"panic: gone\n"}` + "\n" + bad, failed: true,
			want: "root p: pass TestA (500ms)\nroot p| panic: gone\nroot p: FAIL, 2.0 s\nfailed: root p\n1 tests passed, 0 failed, 0 skipped\n",
		},
		{
			name: "a skip has its reason", events: skipping + good,
			want: "root p: ok, 2.0 s\nskipped: root p TestC: c_test.go:1: needs root: no\n0 tests passed, 0 failed, 1 skipped\n",
		},
		{
			name: "where everything must run, root skips nothing", events: skipping + good, must: true, failed: true,
			want: "root p: ok, 2.0 s\nskipped: root p TestC: c_test.go:1: needs root: no\nfailed: root p TestC: was skipped, and TENTPOLE_MUST=1\n0 tests passed, 0 failed, 1 skipped\n",
		},
		{
			name: "but the user may skip what needs root", events: strings.ReplaceAll(skipping+good, "root p", "tester p"), must: true,
			want: "tester p: ok, 2.0 s\nskipped: tester p TestC: c_test.go:1: needs root: no\n0 tests passed, 0 failed, 1 skipped\n",
		},
		{
			name: "and nothing else", events: strings.NewReplacer("root p", "tester p", "needs root: no", "no").Replace(skipping + good), must: true, failed: true,
			want: "tester p: ok, 2.0 s\nskipped: tester p TestC: c_test.go:1: no\nfailed: tester p TestC: was skipped, and TENTPOLE_MUST=1\n0 tests passed, 0 failed, 1 skipped\n",
		},
		{
			name: "tests inside a test are not named when they pass", events: strings.ReplaceAll(passing, "TestA", "TestA/sub") + good,
			want: "root p: ok, 2.0 s\n1 tests passed, 0 failed, 0 skipped\n",
		},
		{
			name: "a package that does not end", events: passing, failed: true,
			want: "root p: pass TestA (500ms)\nfailed: root p: has not run to its end\n1 tests passed, 0 failed, 0 skipped\n",
		},
		{
			name: "no test matches", events: good, failed: true,
			want: "root p: ok, 2.0 s\nfailed: no test has run\n0 tests passed, 0 failed, 0 skipped\n",
		},
		{
			name: "what the machine says", events: `{"Action":"machine","Output":"Linux 6.1"}` + "\n" + passing + good,
			want: "machine: Linux 6.1\nroot p: pass TestA (500ms)\nroot p: ok, 2.0 s\n1 tests passed, 0 failed, 0 skipped\n",
		},
		{
			name: "a machine that cannot go on", events: passing + good + `{"Action":"machine-fail","Output":"no disk"}` + "\n", failed: true,
			want: "root p: pass TestA (500ms)\nroot p: ok, 2.0 s\nmachine: no disk\nfailed: the machine\n1 tests passed, 0 failed, 0 skipped\n",
		},
		{
			name: "what is no event is passed on", events: `{"Action":"pa` + "\n\n" + passing + good,
			want: `{"Action":"pa` + "\nroot p: pass TestA (500ms)\nroot p: ok, 2.0 s\n1 tests passed, 0 failed, 0 skipped\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			expected := "root p"
			if !strings.Contains(c.events, expected) {
				expected = "tester p"
			}
			r := newResults(&out, c.must, []string{expected})
			if err := r.read(strings.NewReader(c.events)); err != nil {
				t.Fatal(err)
			}
			r.close()
			if out.String() != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", out.String(), c.want)
			}
			if r.failed != c.failed {
				t.Errorf("failed is %v, want %v", r.failed, c.failed)
			}
		})
	}
}

// TestEnded: only the machine's own word is its end.
func TestEnded(t *testing.T) {
	for events, want := range map[string]bool{passing + good: false, passing + good + `{"Action":"machine-end"}` + "\n": true} {
		r := newResults(&strings.Builder{}, false, nil)
		if err := r.read(strings.NewReader(events)); err != nil {
			t.Fatal(err)
		}
		if r.ended != want {
			t.Errorf("ended is %v after %s", r.ended, events)
		}
	}
}

// TestArgs: what QEMU must be told.
func TestArgs(t *testing.T) {
	m := machine{dir: "/d", kernel: initramfs.Kernel{Image: "/boot/k"}, memory: 512, cpus: 1}
	args := strings.Join(m.args("stdio"), " ")
	for _, want := range []string{"-smp 1", "-m 512", "-kernel /boot/k", "-initrd /d/initramfs", "file=/d/disk", "-serial stdio", "-no-reboot", "cgroup_no_v1=all", "path=/dev/fd/3"} {
		if !strings.Contains(args, want) {
			t.Errorf("%s: lacks %s", args, want)
		}
	}
	if slices.Contains(m.args("x"), "") {
		t.Error("an empty argument")
	}
}
