package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"
)

var initLine = regexp.MustCompile(`(?m)^init (\S+) @[0-9.]+ ms, [0-9.]+ ms clock, ([0-9]+) bytes, ([0-9]+) allocs`)

// TestInitTrace reads what Go initialises in a sandbox's init before it takes
// over: the takeover must come before the Markdown and terminal packages. What
// that takes is counted in memory, which is the same on a busy machine.
func TestInitTrace(t *testing.T) {
	const maxBytes, maxAllocs = 160 << 10, 700
	bytes, allocs := 0, 0
	seen := map[string]bool{}
	for _, m := range initLine.FindAllStringSubmatch(trace(t, build(t)), -1) {
		seen[m[1]] = true
		bytes, allocs = bytes+count(t, m[2]), allocs+count(t, m[3])
	}
	if !seen["github.com/tentpole-labs/tentpole/sandbox/internal/stage"] {
		t.Fatalf("stage is not among the packages that were initialised: %v", seen)
	}
	for p := range seen {
		for _, slow := range []string{"chroma", "glamour", "goldmark", "bluemonday", "bubbletea", "lipgloss"} {
			if strings.Contains(p, slow) {
				t.Errorf("%s is initialised before the takeover", p)
			}
		}
	}
	t.Logf("%d packages, %d bytes, %d allocations", len(seen), bytes, allocs)
	if bytes > maxBytes || allocs > maxAllocs {
		t.Errorf("what is initialised before the takeover takes %d bytes in %d allocations, more than %d in %d", bytes, allocs, maxBytes, maxAllocs)
	}
}

func count(t *testing.T, digits string) int {
	t.Helper()
	n, err := strconv.Atoi(digits)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// trace starts the program as an init whose owner is already gone.
func trace(t *testing.T, program string) string {
	t.Helper()
	cmd := exec.Command(program)
	cmd.Args = []string{"tentpole-init"}
	cmd.Env = []string{"GODEBUG=inittrace=1"}
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	cmd.ExtraFiles = []*os.File{null, null}
	out, err := cmd.CombinedOutput()
	if _, exit := err.(*exec.ExitError); err != nil && !exit {
		t.Fatal(err)
	}
	return string(out)
}

// TestRuneWidth keeps a dependency out that would cost 20 ms at every start.
func TestRuneWidth(t *testing.T) {
	b, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	mod, err := modfile.Parse("go.mod", b, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, r := range mod.Require {
		if r.Mod.Path != "github.com/mattn/go-runewidth" {
			continue
		}
		found = true
		if semver.Compare(r.Mod.Version, "v0.0.26") >= 0 {
			t.Errorf("go-runewidth %s builds its tables in init: stay below v0.0.26", r.Mod.Version)
		}
	}
	if !found {
		t.Log("go-runewidth is no dependency any more: " + fmt.Sprint(len(mod.Require)) + " others")
	}
}
