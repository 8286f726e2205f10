package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// early are the packages that take over a process while the program is still
// being initialised. What they import, directly or not, is initialised first,
// in every init of a sandbox.
const early = "sandbox/internal/stage"

// late are packages of the standard library, with those below them, that are
// initialised after the Markdown packages or take their time: either would be
// paid for at every start.
var late = []string{"net", "regexp", "text", "html", "crypto"}

// checkEarly looks at everything that package stage brings along.
func checkEarly(module string) ([]string, error) {
	packages, err := listDeps("./" + early + "/...")
	if err != nil {
		return nil, err
	}
	var broken []string
	for _, path := range slices.Sorted(maps.Keys(packages)) {
		if say := tooLate(module, path, packages[path]); say != "" {
			broken = append(broken, fmt.Sprintf("%s brings along %s: %s", early, path, say))
		}
	}
	return broken, nil
}

// listDeps returns the packages that these import, directly or not, and
// whether each is of the standard library. Linux is what counts.
func listDeps(pattern string) (map[string]bool, error) {
	out, err := goCommand("list", "-deps", "-f", "{{.ImportPath}} {{.Standard}}", pattern)
	if err != nil {
		return nil, err
	}
	packages := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		path, standard, _ := strings.Cut(strings.TrimSpace(line), " ")
		if packages[path], err = strconv.ParseBool(standard); err != nil {
			return nil, fmt.Errorf("go list answered %q: %w", line, err)
		}
	}
	return packages, nil
}

func tooLate(module, path string, standard bool) string {
	switch {
	case standard:
		if slices.ContainsFunc(late, func(l string) bool { return within(path, l) }) {
			return "it is initialised late or slowly, and every sandbox would pay for it"
		}
	case within(path, module):
		if !within(path, module+"/sandbox/internal") {
			return "the early packages import of this module only sandbox/internal"
		}
	case !within(path, "golang.org/x/sys/unix"):
		return "the early packages import of other modules only golang.org/x/sys/unix"
	}
	return ""
}
