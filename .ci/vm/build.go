package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// Programs of our own that are not tests, by what go build calls them.
const (
	initPackage   = "./.ci/vm/init"
	eventsPackage = "cmd/test2json"
)

// built is what Go made, and what of.
type built struct{ dir, repository string }

func (b built) test(p tested) string       { return filepath.Join(b.dir, path.Base(p.dir)+".test") }
func (b built) program(name string) string { return filepath.Join(b.dir, path.Base(name)) }

// build makes the test binaries and the machine's own programs.
func build(ctx context.Context, list []tested, dir string) (built, error) {
	b := built{dir, "."}
	var dirs []string
	own := []string{initPackage}
	for _, p := range list {
		dirs = append(dirs, "./"+p.dir)
		if p.build {
			own = append(own, "./"+p.dir)
		}
	}
	if err := haveTests(ctx, dirs); err != nil {
		return b, err
	}
	out := dir + string(filepath.Separator)
	flags := []string{"-tags", "smallinit", "-ldflags", "-s -w", "-o", out}
	for _, args := range [][]string{
		append(append([]string{"test", "-c"}, flags...), dirs...),
		append(append([]string{"build"}, flags...), own...),
		append(append([]string{"build"}, flags...), eventsPackage),
	} {
		if _, err := golang(ctx, args...); err != nil {
			return b, err
		}
	}
	return b, nil
}

// haveTests fails for packages that are missing or have no tests.
func haveTests(ctx context.Context, dirs []string) error {
	const format = `{{if not (or .TestGoFiles .XTestGoFiles)}}{{.ImportPath}}{{end}}`
	out, err := golang(ctx, append([]string{"list", "-tags", "smallinit", "-f", format}, dirs...)...)
	if err != nil {
		return err
	}
	if without := strings.Fields(out); len(without) > 0 {
		return errors.New("packages without tests in the table of .ci/vm/packages.go: " + strings.Join(without, " "))
	}
	return nil
}

// golang runs the go command for the machine: Linux on amd64, static.
func golang(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	return string(out), nil
}
