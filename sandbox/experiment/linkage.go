package experiment

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
)

// linkage is what a dynamic program wants before its own code runs; elf(5),
// ld.so(8).
type linkage struct {
	program     string
	interpreter string   // PT_INTERP
	libraries   []string // DT_NEEDED and what those need, as paths on the host
}

// bundled are programs of which one is dynamic on most machines, small ones
// first. Each does nothing but end well when it is started without arguments.
var bundled = []string{"/bin/true", "/usr/bin/true", "/bin/ls", "/bin/cat", "/usr/bin/env"}

// linked finds a dynamic program of the host's and what it needs.
func linked() (linkage, error) {
	for _, program := range bundled {
		l := linkage{program: program}
		need, err := l.read(program)
		if err != nil || l.interpreter == "" {
			continue
		}
		return l, l.follow(need)
	}
	return linkage{}, cannot("none of %s is a dynamic program here: there is nothing that could lack its libraries", strings.Join(bundled, ", "))
}

// read takes the interpreter and the libraries from a file's headers.
func (l *linkage) read(file string) (need []string, err error) {
	f, err := elf.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type != elf.PT_INTERP || l.interpreter != "" || p.Filesz > 4096 {
			continue
		}
		b := make([]byte, p.Filesz)
		if _, err := p.ReadAt(b, 0); err != nil {
			return nil, err
		}
		l.interpreter = strings.TrimRight(string(b), "\x00")
	}
	return f.ImportedLibraries()
}

// mostLibraries bounds what a program may need.
const mostLibraries = 64

// follow finds the libraries, and those that they need.
func (l *linkage) follow(need []string) error {
	for len(need) > 0 {
		name := need[0]
		need = need[1:]
		if slices.ContainsFunc(l.libraries, func(found string) bool { return path.Base(found) == name }) || name == path.Base(l.interpreter) {
			continue
		}
		found := l.locate(name)
		if found == "" || len(l.libraries) == mostLibraries {
			return cannot("%s needs %s, which lies in none of the usual directories", l.program, name)
		}
		l.libraries = append(l.libraries, found)
		more, err := l.read(found)
		if err != nil {
			return fmt.Errorf("read %s: %w", found, err)
		}
		need = append(need, more...)
	}
	return nil
}

// locate finds a library where the interpreter looks by itself: beside it, and
// in the directories built into it. On the host /lib is often a link to /usr/lib.
func (l *linkage) locate(name string) string {
	dirs := []string{path.Dir(l.interpreter)}
	for _, lib := range []string{"/lib", "/usr/lib", "/lib64", "/usr/lib64"} {
		triplets, _ := os.ReadDir(lib)
		for _, t := range triplets {
			if strings.Contains(t.Name(), "-linux-") {
				dirs = append(dirs, path.Join(lib, t.Name()))
			}
		}
		dirs = append(dirs, lib)
	}
	for _, dir := range dirs {
		if file := path.Join(dir, name); sameMachine(l.program, file) {
			return file
		}
	}
	return ""
}

// sameMachine tells whether both are for one kind of processor.
func sameMachine(a, b string) bool {
	one, errOne := elf.Open(a)
	if errOne != nil {
		return false
	}
	defer one.Close()
	other, errOther := elf.Open(b)
	if errOther != nil {
		return false
	}
	defer other.Close()
	return one.Machine == other.Machine && one.Class == other.Class
}

// bring copies files of the host's to the same paths below dir.
func bring(dir string, files ...string) (bytes int64, err error) {
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return bytes, err
		}
		to := path.Join(dir, file)
		if err := os.MkdirAll(path.Dir(to), 0o755); err != nil {
			return bytes, err
		}
		if err := errors.Join(os.WriteFile(to, b, 0o755), os.Chmod(to, 0o755)); err != nil {
			return bytes, err
		}
		bytes += int64(len(b))
	}
	return bytes, nil
}
