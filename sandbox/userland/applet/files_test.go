//go:build linux

package applet

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestChangeMode(t *testing.T) {
	for _, c := range []struct {
		text string
		bits uint32
		dir  bool
		want uint32
	}{
		{"644", 0o777, false, 0o644}, {"4755", 0, false, 0o4755}, {"1777", 0, true, 0o1777}, {"0", 0o7777, false, 0},
		{"u+x", 0o644, false, 0o744}, {"+x", 0o600, false, 0o711}, {"a-w", 0o666, false, 0o444},
		{"go=", 0o777, false, 0o700}, {"u=rwx,g=rx,o=r", 0, false, 0o754}, {"g=u", 0o700, false, 0o770},
		{"u+s", 0o755, false, 0o4755}, {"g+s", 0o755, false, 0o2755}, {"+t", 0o777, true, 0o1777}, {"a-s", 0o6755, false, 0o755},
		{"a+X", 0o644, false, 0o644}, {"a+X", 0o644, true, 0o755}, {"u+r-w", 0o200, false, 0o400},
		{"+w", 0o444, false, 0o644}, // a clause that names nobody minds the umask
	} {
		got, err := changeMode(c.text, c.bits, c.dir, 0o022)
		if err != nil || got != c.want {
			t.Errorf("changeMode(%q, %04o) = %04o, %v; want %04o", c.text, c.bits, got, err, c.want)
		}
	}
	for _, text := range []string{"", "8", "77777", "q+x", "u", "u+q", "u~x", "u+x,"} {
		if got, err := changeMode(text, 0, false, 0); err == nil {
			t.Errorf("changeMode(%q) = %o, want an error", text, got)
		}
	}
}

func TestModeString(t *testing.T) {
	for mode, want := range map[uint32]string{
		unix.S_IFREG | 0o644: "-rw-r--r--", unix.S_IFDIR | 0o1777: "drwxrwxrwt", unix.S_IFREG | 0o4755: "-rwsr-xr-x",
		unix.S_IFREG | 0o6644: "-rwSr-Sr--", unix.S_IFLNK | 0o777: "lrwxrwxrwx", unix.S_IFCHR | 0o600: "crw-------",
		unix.S_IFBLK | 0o1660: "brw-rw---T", unix.S_IFIFO: "p---------", unix.S_IFSOCK | 0o2711: "srwx--s--x",
	} {
		if got := modeString(mode); got != want {
			t.Errorf("modeString(%o) = %s, want %s", mode, got, want)
		}
	}
}

// does runs a command that must succeed without a word.
func does(t *testing.T, dir string, args ...string) {
	t.Helper()
	if got := run(t, dir, "", args...); got.status != 0 || got.out+got.err != "" {
		t.Fatalf("%v: %+v", args, got)
	}
}

func statOf(t *testing.T, path string) unix.Stat_t {
	t.Helper()
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		t.Fatal(path, err)
	}
	return st
}

func TestChmodEffect(t *testing.T) {
	dir := makeFiles(t)
	does(t, dir, "chmod", "4711", "one")
	if st := statOf(t, dir+"/one"); st.Mode&0o7777 != 0o4711 {
		t.Errorf("mode %o", st.Mode)
	}
	does(t, dir, "chmod", "-R", "go-rwx", ".")
	if st := statOf(t, dir+"/dir/inner/deep"); st.Mode&0o7777 != 0o600 {
		t.Errorf("mode below %o", st.Mode)
	}
	does(t, dir, "chmod", "-w", "two") // a mode, not an option
	if st := statOf(t, dir+"/two"); st.Mode&0o7777 != 0o400 {
		t.Errorf("mode after -w %o", st.Mode)
	}
}

func TestCopyKeeps(t *testing.T) {
	dir := makeFiles(t)
	does(t, dir, "chmod", "640", "one")
	does(t, dir, "ln", "-s", "nowhere", "dir/dangling")
	past := []unix.Timespec{{Sec: 1000}, {Sec: 2000, Nsec: 3}}
	if err := unix.UtimesNanoAt(unix.AT_FDCWD, dir+"/one", past, 0); err != nil {
		t.Fatal(err)
	}
	does(t, dir, "cp", "-p", "one", "kept")
	if st := statOf(t, dir+"/kept"); st.Mode&0o777 != 0o640 || st.Mtim != past[1] {
		t.Errorf("cp -p: mode %o, time %v", st.Mode, st.Mtim)
	}
	does(t, dir, "cp", "-a", "dir", "copy")
	if target, err := os.Readlink(dir + "/copy/dangling"); target != "nowhere" {
		t.Errorf("cp -a: the link leads to %q, %v", target, err)
	}
	if b, err := os.ReadFile(dir + "/copy/inner/deep"); string(b) != "x" {
		t.Errorf("cp -a: %q, %v", b, err)
	}
	does(t, dir, "cp", "two", "link") // through the link
	if b, _ := os.ReadFile(dir + "/one"); string(b) != "zwei\n" {
		t.Errorf("cp over a link: what it leads to holds %q", b)
	}
}

// TestMoveAcross moves a tree to another file system, where rename(2) fails.
func TestMoveAcross(t *testing.T) {
	dir := makeFiles(t)
	other, err := os.MkdirTemp("/dev/shm", "userland")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(other)
	if statOf(t, dir).Dev == statOf(t, other).Dev {
		t.Fatal("/dev/shm is the file system of the temporary directory: set TMPDIR elsewhere")
	}
	does(t, dir, "chmod", "700", "dir")
	does(t, dir, "mv", "dir", other)
	if st := statOf(t, other+"/dir"); st.Mode&0o777 != 0o700 {
		t.Errorf("mode %o", st.Mode)
	}
	if b, err := os.ReadFile(other + "/dir/inner/deep"); string(b) != "x" {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := os.Lstat(dir + "/dir"); !os.IsNotExist(err) {
		t.Errorf("the source is still there: %v", err)
	}
}

func TestMoveReplaces(t *testing.T) {
	dir := makeFiles(t)
	does(t, dir, "mv", "-n", "one", "two")
	if b, _ := os.ReadFile(dir + "/two"); string(b) != "zwei\n" {
		t.Errorf("mv -n replaced the file: %q", b)
	}
	does(t, dir, "mv", "one", "two")
	if b, _ := os.ReadFile(dir + "/two"); string(b) != "first\nsecond\n" {
		t.Errorf("after mv: %q", b)
	}
}

func TestRemoveTree(t *testing.T) {
	dir := makeFiles(t)
	does(t, dir, "ln", "-s", "../one", "dir/out")
	does(t, dir, "rm", "-r", "dir")
	if _, err := os.Stat(dir + "/one"); err != nil {
		t.Errorf("rm -r followed a link: %v", err)
	}
	if _, err := os.Lstat(dir + "/dir"); !os.IsNotExist(err) {
		t.Errorf("the tree is still there: %v", err)
	}
}

func TestLinks(t *testing.T) {
	dir := makeFiles(t)
	does(t, dir, "ln", "one", "hard")
	if statOf(t, dir+"/hard").Ino != statOf(t, dir+"/one").Ino {
		t.Error("ln made a copy")
	}
	does(t, dir, "ln", "-s", "/etc", "way")
	does(t, dir, "ln", "-sfn", "dir", "way")
	if target, _ := os.Readlink(dir + "/way"); target != "dir" {
		t.Errorf("ln -sfn: the link leads to %q", target)
	}
}

func TestTeeAndDd(t *testing.T) {
	dir := makeFiles(t)
	if got := run(t, dir, "x", "tee", "-a", "one", "new"); got.out != "x" {
		t.Errorf("tee printed %q", got.out)
	}
	for name, want := range map[string]string{"one": "first\nsecond\nx", "new": "x"} {
		if b, _ := os.ReadFile(filepath.Join(dir, name)); string(b) != want {
			t.Errorf("%s holds %q", name, b)
		}
	}
	does(t, dir, "dd", "if=two", "of=one", "bs=1", "count=4", "seek=1", "conv=notrunc", "status=none")
	if b, _ := os.ReadFile(dir + "/one"); string(b) != "fzwei\nsecond\nx"[:5]+"\nsecond\nx" {
		t.Errorf("dd left %q", b)
	}
}

func TestFindDeletes(t *testing.T) {
	dir := makeFiles(t)
	does(t, dir, "find", "dir", "-type", "f", "-delete")
	if got := run(t, dir, "", "find", "dir"); got.out != "dir\ndir/inner\n" {
		t.Errorf("left: %q", got.out)
	}
	if got := run(t, dir, "", "find", "dir", "-empty"); got.out != "dir/inner\n" {
		t.Errorf("empty: %q", got.out)
	}
}

func TestChownEffect(t *testing.T) {
	needsRoot(t, "only root gives files away")
	dir := makeFiles(t)
	does(t, dir, "chown", "-R", "1:2", "dir")
	does(t, dir, "chown", ":3", "one")
	if st := statOf(t, dir+"/dir/inner/deep"); st.Uid != 1 || st.Gid != 2 {
		t.Errorf("%d:%d", st.Uid, st.Gid)
	}
	if st := statOf(t, dir+"/one"); st.Uid != 0 || st.Gid != 3 {
		t.Errorf("%d:%d", st.Uid, st.Gid)
	}
	if got := run(t, dir, "", "find", ".", "-user", "1", "-type", "f"); got.out != "./dir/inner/deep\n" {
		t.Errorf("find -user: %q", got.out)
	}
}

// TestWriteError wants a full disk to be noticed.
func TestWriteError(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	for _, args := range [][]string{{"seq", "3"}, {"cat", "one"}} {
		cmd := command(t, makeFiles(t), args...)
		var complaint strings.Builder
		cmd.Stdout, cmd.Stderr = full, &complaint
		cmd.Run()
		if cmd.ProcessState.ExitCode() != 1 || complaint.String() != args[0]+": write error: No space left on device\n" {
			t.Errorf("%v: status %d, %q", args, cmd.ProcessState.ExitCode(), complaint.String())
		}
	}
}

func TestOctal(t *testing.T) {
	if got := octal(`/mnt/a\040b\011c\134d\9`); got != "/mnt/a b\tc\\d\\9" {
		t.Errorf("%q", got)
	}
}
