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

var initLine = regexp.MustCompile(`(?m)^init (\S+) @[0-9.]+ ms, ([0-9.]+) ms clock`)

// TestInitTrace reads what Go initialises in a sandbox's init before it takes
// over: the takeover must come before the Markdown and terminal packages.
func TestInitTrace(t *testing.T) {
	program := build(t)
	best := 1e9
	for range 5 { // the clock of a busy machine: the best of five
		total := 0.0
		seen := map[string]bool{}
		for _, m := range initLine.FindAllStringSubmatch(trace(t, program), -1) {
			ms, err := strconv.ParseFloat(m[2], 64)
			if err != nil {
				t.Fatal(err)
			}
			seen[m[1]] = true
			total += ms
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
		best = min(best, total)
	}
	t.Logf("initialised in %.2f ms", best)
	if best > 1.5 {
		t.Errorf("initialisation before the takeover takes %.2f ms, more than 1.5", best)
	}
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
