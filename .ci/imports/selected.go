package main

import (
	"fmt"
	"strconv"
	"strings"
)

// ceilings are modules that must stay below a version, with the reason.
var ceilings = []struct{ module, below, why string }{
	{"github.com/mattn/go-runewidth", "v0.0.26", "from there on its tables take 20 ms of every start"},
}

// checkSelected compares the versions that go.mod comes to with the ceilings.
func checkSelected() ([]string, error) {
	var broken []string
	for _, c := range ceilings {
		out, err := goCommand("list", "-m", "-f", "{{.Version}}", c.module)
		if err != nil {
			return nil, err
		}
		version := strings.TrimSpace(string(out))
		less, err := versionLess(version, c.below)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.module, err)
		}
		if !less {
			broken = append(broken, fmt.Sprintf("go.mod selects %s %s: it must stay below %s, %s", c.module, version, c.below, c.why))
		}
	}
	return broken, nil
}

// versionLess compares two versions of the form v1.2.3; what follows a hyphen
// makes the first one earlier.
func versionLess(a, b string) (bool, error) {
	x, pre, err := parseVersion(a)
	if err != nil {
		return false, err
	}
	y, _, err := parseVersion(b)
	if err != nil {
		return false, err
	}
	for i := range x {
		if x[i] != y[i] {
			return x[i] < y[i], nil
		}
	}
	return pre, nil
}

func parseVersion(v string) (numbers [3]int, pre bool, err error) {
	core, _, pre := strings.Cut(strings.TrimPrefix(v, "v"), "-")
	fields := strings.Split(core, ".")
	if len(fields) != len(numbers) {
		return numbers, pre, fmt.Errorf("%q is no version of the form v1.2.3", v)
	}
	for i, f := range fields {
		if numbers[i], err = strconv.Atoi(f); err != nil {
			return numbers, pre, fmt.Errorf("%q is no version: %w", v, err)
		}
	}
	return numbers, pre, nil
}
