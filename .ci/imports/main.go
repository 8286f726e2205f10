// Command imports keeps the direction of the imports: which room of the
// project may know which other one. ARCHITECTURE.md draws the same arrows.
//
//	go run ./.ci/imports
//
// It reads the imports of every Go file of the module, for all systems, tests
// too, and prints each that breaks a rule: file, import, rule. It exits with 1
// when there is one.
package main

import (
	"fmt"
	"os"
)

func main() {
	broken, err := check()
	if err != nil {
		fmt.Fprintln(os.Stderr, "imports:", err)
		os.Exit(1)
	}
	for _, b := range broken {
		fmt.Println(b)
	}
	if len(broken) > 0 {
		os.Exit(1)
	}
}

// check reads the module around the current directory and returns what breaks
// a rule, one line each.
func check() ([]string, error) {
	m, err := load()
	if err != nil {
		return nil, err
	}
	var broken []string
	for _, f := range m.files {
		for _, path := range f.imports {
			for _, rule := range breaks(m.path, f, path) {
				broken = append(broken, fmt.Sprintf("%s imports %s: %s", f.name, path, rule))
			}
		}
	}
	deep, err := checkEarly(m.path)
	if err != nil {
		return nil, err
	}
	width, err := checkSelected()
	return append(append(broken, deep...), width...), err
}
