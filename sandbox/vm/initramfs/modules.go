package initramfs

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"path"
	"slices"
	"strings"
)

// dependencies are what modules.dep says (depmod(8)): for each module's file,
// from the directory of modules, the files of those it needs.
type dependencies struct {
	needs   map[string][]string
	files   map[string]string // by name of the module
	builtin map[string]bool   // names
}

// readDependencies reads modules.dep and modules.builtin of a kernel.
func readDependencies(dir fs.FS) (dependencies, error) {
	d := dependencies{map[string][]string{}, map[string]string{}, map[string]bool{}}
	err := eachLine(dir, "modules.dep", func(line string) {
		file, needs, _ := strings.Cut(line, ":")
		d.needs[file] = strings.Fields(needs)
		d.files[moduleName(file)] = file
	})
	if err != nil {
		return d, err
	}
	return d, eachLine(dir, "modules.builtin", func(line string) { d.builtin[moduleName(line)] = true })
}

func eachLine(dir fs.FS, name string, do func(string)) error {
	f, err := dir.Open(name)
	if err != nil {
		return fmt.Errorf("read what the kernel's modules need: %w", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		do(lines.Text())
	}
	return lines.Err()
}

// moduleName is the name of the module in a file: the kernel makes no
// difference between - and _, and the file may be compressed.
func moduleName(file string) string {
	name, _, _ := strings.Cut(path.Base(file), ".ko")
	return strings.ReplaceAll(name, "-", "_")
}

// order lists the files of the modules of those names and of all they need,
// each after what it needs itself.
func (d dependencies) order(names []string) ([]string, error) {
	var out, missing []string
	var add func(file string)
	add = func(file string) {
		for _, need := range d.needs[file] {
			add(need)
		}
		if !slices.Contains(out, file) {
			out = append(out, file)
		}
	}
	for _, name := range names {
		if file, ok := d.files[name]; ok {
			add(file)
		} else if !d.builtin[name] {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return nil, errors.New("the kernel has no module " + strings.Join(missing, ", "))
	}
	return out, nil
}

// unpackers print a compressed module, by the end of its name: the first that is
// installed is taken.
var unpackers = map[string][][]string{
	".xz":  {{"xz", "-dc"}, {"busybox", "xzcat"}},
	".gz":  {{"gzip", "-dc"}, {"busybox", "zcat"}},
	".zst": {{"zstd", "-dcq"}, {"busybox", "zstdcat"}},
}

// AddModules puts modules of the kernel into the tree, with all that they need,
// and returns their files there in the order of loading. What the kernel has
// built in needs none.
func (k Kernel) AddModules(t Tree, names ...string) ([]string, error) {
	deps, err := readDependencies(k.modules())
	if err != nil {
		return nil, err
	}
	files, err := deps.order(names)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", k.Image, err)
	}
	var loaded []string
	for _, file := range files {
		content, err := k.module(file)
		if err != nil {
			return nil, err
		}
		name := "/modules/" + moduleName(file) + ".ko"
		t.File(name, content, 0o644)
		loaded = append(loaded, name)
	}
	return loaded, nil
}

// Lacks returns those of the names that the kernel has neither as modules nor
// built in.
func (k Kernel) Lacks(names ...string) ([]string, error) {
	deps, err := readDependencies(k.modules())
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		_, file := deps.files[name]
		return file || deps.builtin[name]
	}), nil
}

// module returns the content of a module's file, unpacked.
func (k Kernel) module(file string) (string, error) {
	with, packed := unpackers[path.Ext(file)]
	if !packed {
		content, err := fs.ReadFile(k.modules(), file)
		return string(content), err
	}
	for _, unpack := range with {
		program, err := exec.LookPath(unpack[0])
		if err != nil {
			continue
		}
		out, err := exec.Command(program, append(unpack[1:], path.Join(k.ModuleDir, file))...).Output()
		if err != nil {
			return "", fmt.Errorf("unpack %s: %w", file, err)
		}
		return string(out), nil
	}
	return "", fmt.Errorf("unpack %s: %s: %w", file, with[0][0], exec.ErrNotFound)
}
