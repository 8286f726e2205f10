package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// module is what the rules are about.
type module struct {
	path  string
	files []file
}

// file is one Go file with what it imports.
type file struct {
	name    string // from the module's top, with slashes
	dir     string // the same of its directory
	test    bool
	imports []string
}

// listed is what go list tells of a package; the files are in lists by the
// system they are for and by whether they are tests.
type listed struct {
	ImportPath     string
	Dir            string
	Module         *struct{ Path, Dir string }
	GoFiles        []string
	CgoFiles       []string
	IgnoredGoFiles []string
	TestGoFiles    []string
	XTestGoFiles   []string
}

// load reads every file of the module, whatever system it is for.
func load() (module, error) {
	var m module
	packages, err := list("-e", "./...")
	if err != nil {
		return m, err
	}
	for _, p := range packages {
		if p.Module == nil {
			return m, fmt.Errorf("%s is in no module", p.ImportPath)
		}
		m.path = p.Module.Path
		for _, name := range slices.Concat(p.GoFiles, p.CgoFiles, p.IgnoredGoFiles, p.TestGoFiles, p.XTestGoFiles) {
			f, err := readFile(p.Module.Dir, filepath.Join(p.Dir, name))
			if err != nil {
				return m, err
			}
			m.files = append(m.files, f)
		}
	}
	if len(m.files) == 0 {
		return m, errors.New("there are no Go files here; run it in the module's directory")
	}
	return m, nil
}

func readFile(top, path string) (file, error) {
	name, err := filepath.Rel(top, path)
	if err != nil {
		return file{}, err
	}
	name = filepath.ToSlash(name)
	parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		return file{}, err
	}
	f := file{name: name, dir: filepath.ToSlash(filepath.Dir(name)), test: strings.HasSuffix(name, "_test.go")}
	for _, spec := range parsed.Imports {
		i, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return file{}, fmt.Errorf("%s: %w", name, err)
		}
		f.imports = append(f.imports, i)
	}
	return f, nil
}

// list asks go list for packages.
func list(args ...string) ([]listed, error) {
	out, err := goCommand(append([]string{"list", "-json"}, args...)...)
	if err != nil {
		return nil, err
	}
	var packages []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); err == io.EOF {
			return packages, nil
		} else if err != nil {
			return nil, fmt.Errorf("read the answer of go list: %w", err)
		}
		packages = append(packages, p)
	}
}

func goCommand(args ...string) ([]byte, error) {
	out, err := exec.Command("go", args...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil, fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, exit.Stderr)
	}
	return out, err
}
