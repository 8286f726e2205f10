// Command pictures makes the pictures of the README and the docs from the real
// screens: it starts tentpole on a terminal, presses keys as a person would,
// and draws what the terminal then shows, once in light and once in dark.
//
//	go run ./.ci/pictures [-out FOLDER] PROGRAM [NAME…]
//
// Each picture is one SVG file without scripts and without anything to fetch.
// Numbers in it are of the machine it was made on. Progress and settings are
// kept in a directory that is removed.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/tentpole-labs/tentpole/tui/styles"
)

func main() {
	out := flag.String("out", "docs/pictures", "write the pictures into this `folder`")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "pictures: name the program, and pictures if not all are to be made")
		os.Exit(2)
	}
	if err := run(*out, flag.Arg(0), flag.Args()[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}

func run(out, program string, names []string) error {
	program, err := filepath.Abs(program) // it is started elsewhere
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for _, s := range scenes {
		if len(names) > 0 && !slices.Contains(names, s.name) {
			continue
		}
		for _, theme := range []styles.Theme{styles.Light, styles.Dark} {
			lines, err := play(program, theme, s)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", s.name, theme, err)
			}
			file := filepath.Join(out, fmt.Sprintf("%s-%s.svg", s.name, theme))
			if err := os.WriteFile(file, picture(lines, s.cols, papers[theme], s.about), 0o644); err != nil {
				return err
			}
			fmt.Println(file)
		}
	}
	return nil
}
