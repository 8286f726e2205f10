package userland

import (
	"debug/elf"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// built builds a root for a test.
func built(t *testing.T) string {
	t.Helper()
	state := t.TempDir()
	root, err := Build(state, filepath.Join(state, "scratch"))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// TestBuild wants exactly the planned files, whatever the umask.
func TestBuild(t *testing.T) {
	before := unix.Umask(0o077)
	root := built(t)
	unix.Umask(before)
	planned := map[string]Entry{}
	for _, e := range Tree() {
		planned[e.Path] = e
	}
	err := fs.WalkDir(os.DirFS(root), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == "." {
			return err
		}
		e, ok := planned[path]
		if !ok {
			t.Errorf("%s is not planned", path)
			return nil
		}
		delete(planned, path)
		info, err := d.Info()
		if err != nil {
			return err
		}
		if e.Mode.Type() != info.Mode().Type() || e.Mode&fs.ModeSymlink == 0 && e.Mode != info.Mode() {
			t.Errorf("%s has mode %v, planned %v", path, info.Mode(), e.Mode)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for path := range planned {
		t.Errorf("%s is missing", path)
	}
	for path, want := range map[string]string{"bin/ls": "tiny", "usr/bin": "../bin"} {
		if target, err := os.Readlink(filepath.Join(root, path)); target != want {
			t.Errorf("%s leads to %q, %v", path, target, err)
		}
	}
	if info, err := os.Stat(root); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("the root: %v, %v", info.Mode(), err)
	}
}

// TestTree wants every command to have its link and every entry its directory.
func TestTree(t *testing.T) {
	seen := map[string]bool{".": true}
	for _, e := range Tree() {
		if seen[e.Path] {
			t.Errorf("%s stands there twice", e.Path)
		}
		seen[e.Path] = true
		if dir := filepath.Dir(e.Path); !seen[dir] {
			t.Errorf("%s comes before its directory", e.Path)
		}
		if filepath.IsAbs(e.Path) || strings.Contains(e.Path, "..") {
			t.Errorf("%s could lie outside", e.Path)
		}
	}
	for _, c := range Commands() {
		if !seen["bin/"+c.Name] {
			t.Errorf("%s has no link", c.Name)
		}
	}
}

// TestBuildOnce wants a second call to find the first one's root, and many at
// once to agree, with nothing left of those who were too late.
func TestBuildOnce(t *testing.T) {
	state := t.TempDir()
	roots := make([]string, 8)
	var all sync.WaitGroup
	for i := range roots {
		all.Go(func() {
			root, err := Build(state, filepath.Join(state, "scratch"+string(rune('a'+i))))
			if err != nil {
				t.Error(err)
			}
			roots[i] = root
		})
	}
	all.Wait()
	for _, root := range roots {
		if root != roots[0] {
			t.Errorf("%s and %s", root, roots[0])
		}
	}
	entries, err := os.ReadDir(state)
	if err != nil || len(entries) != 1 || !strings.HasPrefix(entries[0].Name(), Prefix) {
		t.Errorf("left: %v, %v", entries, err)
	}
	before, err := os.Stat(roots[0])
	if err != nil {
		t.Fatal(err)
	}
	again, err := Build(state, filepath.Join(state, "scratch"))
	if err != nil || again != roots[0] {
		t.Errorf("again: %s, %v", again, err)
	}
	after, err := os.Stat(again)
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("it was built anew: %v", err)
	}
}

// TestBuildFails wants nothing to be left of a root that could not be built.
func TestBuildFails(t *testing.T) {
	state := t.TempDir()
	scratch := filepath.Join(state, "scratch")
	if root, err := Build(filepath.Join(state, "none"), scratch); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s, %v", root, err)
	}
	if _, err := os.Lstat(scratch); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the scratch directory is still there: %v", err)
	}
	if root, err := Build(state, filepath.Join(state, "no", "scratch")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s, %v", root, err)
	}
}

// TestBuildID compares with what the linker's note says to a reader of ELF.
func TestBuildID(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file, err := elf.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	note, err := file.Section(".note.go.buildid").Data()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	id, ok := buildID(program[:64<<10])
	if !ok || id == "" || !strings.Contains(string(note), id) {
		t.Errorf("%q, %v; the note is %q", id, ok, note)
	}
	for _, head := range []string{"", "\x7fELF", "\x04\x00\x00\x00Go\x00\x00", "\x04\x00\x00\x00\xff\xff\x00\x00\x04\x00\x00\x00Go\x00\x00x"} {
		if id, ok := buildID([]byte(head)); ok {
			t.Errorf("%q has the id %q", head, id)
		}
	}
}

// TestDigestTells wants another program or another file to give another root.
func TestDigestTells(t *testing.T) {
	program, err := OpenProgram()
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	name := func(tree []Entry) string {
		program.Seek(0, 0)
		d, err := digest(program, tree)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	one := name(Tree())
	if two := name(Tree()); two != one {
		t.Errorf("%s and %s of the same", one, two)
	}
	tree := Tree()
	tree[len(tree)-1].Data += "!"
	if two := name(tree); two == one {
		t.Errorf("another file, and the same name %s", one)
	}
}

// TestCommandsStartFromTree starts commands by their links, as inside.
func TestCommandsStartFromTree(t *testing.T) {
	root := built(t)
	for _, c := range []struct{ name, arg, want string }{
		{"echo", "hello", "hello\n"}, {"basename", "/a/b", "b\n"}, {"tiny", "whoami", ""}, {"sh", "-c", ""},
	} {
		args := []string{c.arg}
		if c.name == "sh" {
			args = append(args, "exit 0")
		}
		out, err := exec.Command(filepath.Join(root, "bin", c.name), args...).CombinedOutput()
		if err != nil || c.want != "" && string(out) != c.want {
			t.Errorf("%s: %q, %v", c.name, out, err)
		}
	}
	// The name alone does not make a command of a program that lies elsewhere.
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := exec.Cmd{Path: self, Args: []string{"echo", "-test.run=^$"}}
	if out, err := elsewhere.CombinedOutput(); err != nil || string(out) == "-test.run=^$\n" {
		t.Errorf("a test called echo: %q, %v", out, err)
	}
}

// TestInside goes into a built root, with nothing else there.
func TestInside(t *testing.T) {
	root := built(t)
	cmd := exec.Command("/bin/sh", "-lc", "cd /; ls; whoami; echo $PATH $HOME; cat /etc/hostname; help | grep -c .; ls /proc")
	cmd.Env = []string{}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Chroot: root, Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	want := []string{"README", "bin", "dev", "etc", "home", "mnt", "opt", "proc", "root", "run", "sbin", "sys", "tmp", "usr", "var",
		"root", "/bin /root", "tiny", ""}
	if err != nil || len(lines) != len(want) {
		t.Fatalf("%v: %q", err, out)
	}
	for i, line := range lines {
		if want[i] != "" && line != want[i] {
			t.Errorf("line %d: %q, want %q", i, line, want[i])
		}
	}
}
