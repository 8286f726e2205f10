package search

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

func paths(hits []Hit) (all []string) {
	for _, h := range hits {
		all = append(all, h.Path)
	}
	return all
}

func find(t *testing.T, q Query) Result {
	t.Helper()
	before := openDescriptors(t)
	r, err := Find(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	if after := openDescriptors(t); after != before {
		t.Errorf("%d descriptors open before, %d after", before, after)
	}
	return r
}

// counted is how many entries find(1) prints, names with newlines as one.
func counted(t *testing.T, args ...string) int64 {
	t.Helper()
	if _, err := exec.LookPath("find"); err != nil {
		skip(t, "find is not installed")
	}
	cmd := exec.Command("find", append(args, "-print0")...)
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err) // find exits 1 for directories it may not read
	}
	return int64(bytes.Count(out, []byte{0}))
}

func TestFindNamesAreBytes(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"plain", "new\nline", "\xff\xfe", " ", "\x1b[31m", "plain ", "-name", strings.Repeat("n", 255)} {
		t.Run(fmt.Sprintf("%.10q", name), func(t *testing.T) {
			sub := filepath.Join(dir, "sub", name) // a directory of the name, and a file in it
			mkdir(t, sub)
			write(t, filepath.Join(sub, name), "")
			write(t, filepath.Join(sub, name[:len(name)-1]+"~"), "decoy")
			want := []string{sub, filepath.Join(sub, name)}
			r := find(t, Query{Name: name, Roots: []string{dir}})
			if diff := cmp.Diff(want, paths(r.Hits)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFindHit(t *testing.T) {
	dir := t.TempDir()
	st := write(t, dir+"/f", "four")
	if err := os.Link(dir+"/f", dir+"/g"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("f", dir+"/l"); err != nil {
		t.Fatal(err)
	}
	st.Links = 2
	var sys unix.Stat_t // what others compare with
	if err := unix.Lstat(dir+"/f", &sys); err != nil {
		t.Fatal(err)
	}
	if st.Device != sys.Dev || st.Inode != sys.Ino || st.Mode != sys.Mode || st.UID != sys.Uid || st.Size != sys.Size {
		t.Errorf("statx %+v, lstat %+v", st, sys)
	}
	if diff := cmp.Diff([]Hit{st.hit(dir + "/f")}, find(t, Query{Name: "f", Roots: []string{dir}}).Hits); diff != "" {
		t.Error(diff)
	}
	link := find(t, Query{Name: "l", Roots: []string{dir}}).Hits
	if len(link) != 1 || link[0].Mode&unix.S_IFMT != unix.S_IFLNK {
		t.Errorf("the link itself is the hit, got %+v", link)
	}
	// The root is an entry, as in find.
	if got := paths(find(t, Query{Name: filepath.Base(dir), Roots: []string{dir + "/"}}).Hits); !slices.Equal(got, []string{dir}) {
		t.Errorf("root by its own name: %q", got)
	}
}

func TestFindRefuses(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/file", "")
	if err := os.Symlink(dir, dir+"/link"); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		query Query
		want  error
	}{
		{Query{}, errName},
		{Query{Name: "a/b"}, errName},
		{Query{Name: ".."}, errName},
		{Query{Name: "a\x00"}, errName},
		{Query{Name: "a", Roots: []string{"relative"}}, fs.ErrInvalid},
		{Query{Name: "a", Skip: []string{"relative"}}, fs.ErrInvalid},
		{Query{Name: "a", Roots: []string{dir + "/none"}}, fs.ErrNotExist},
		{Query{Name: "a", Roots: []string{dir + "/file"}}, unix.ENOTDIR},
		{Query{Name: "a", Roots: []string{dir + "/link"}}, unix.ENOTDIR},
	} {
		if _, err := Find(context.Background(), tc.query); !errors.Is(err, tc.want) {
			t.Errorf("%+v: %v, want %v", tc.query, err, tc.want)
		}
	}
	r, err := Find(context.Background(), Query{Name: "file", Roots: []string{dir + "/none", dir}})
	if !errors.Is(err, fs.ErrNotExist) || len(r.Hits) != 1 {
		t.Errorf("the other roots are searched all the same: %v, %v", r.Hits, err)
	}
}

func TestFindCountsLikeFind(t *testing.T) {
	dir := t.TempDir()
	for i := range 40 {
		sub := fmt.Sprintf("%s/%d/%d", dir, i%7, i)
		mkdir(t, sub)
		for j := range i / 10 * 150 * (i / 39) { // several buffers' worth in one
			write(t, fmt.Sprintf("%s/%s%d", sub, strings.Repeat("x", 200), j), "")
		}
	}
	if err := os.Symlink("/", dir+"/root"); err != nil {
		t.Fatal(err)
	}
	for _, workers := range []int{1, 2, 16} {
		r := find(t, Query{Name: "none", Roots: []string{dir}, Workers: workers})
		if want := counted(t, dir); r.Entries != want {
			t.Errorf("%d workers: %d entries, find counts %d", workers, r.Entries, want)
		}
		if want := counted(t, dir, "-type", "d"); r.Directories != want {
			t.Errorf("%d workers: %d directories, find counts %d", workers, r.Directories, want)
		}
	}
	skipped := find(t, Query{Name: "none", Roots: []string{dir}, Skip: []string{dir + "/3"}})
	if want := counted(t, dir, "-path", dir+"/3", "-prune", "-print0", "-o"); skipped.Entries != want {
		t.Errorf("with a directory skipped: %d entries, find counts %d", skipped.Entries, want)
	}
}

func TestFindCountsUsr(t *testing.T) {
	before := counted(t, "/usr")
	got := find(t, Query{Name: "none", Roots: []string{"/usr"}}).Entries
	if want := float64(before); math.Abs(float64(got)-want) > want/100 {
		t.Errorf("/usr: %d entries, find counts %d", got, before)
	}
}

func TestFindUnreadable(t *testing.T) {
	if !unprivileged(t) {
		return
	}
	dir := t.TempDir()
	mkdir(t, dir+"/closed/sub", dir+"/open/sub", dir+"/listed/sub")
	write(t, dir+"/closed/sub/f", "")
	write(t, dir+"/open/sub/f", "")
	write(t, dir+"/listed/f", "") // its name can be read, its attributes cannot
	for name, mode := range map[string]os.FileMode{"/closed": 0, "/listed": 0o600} {
		if err := os.Chmod(dir+name, mode); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.Chmod(dir+name, 0o700) })
	}
	r := find(t, Query{Name: "f", Roots: []string{dir}})
	if got := paths(r.Hits); !slices.Equal(got, []string{dir + "/open/sub/f"}) {
		t.Errorf("hits %q", got)
	}
	if r.Unreadable != 2 { // closed, and listed/sub
		t.Errorf("%d unreadable, want 2", r.Unreadable)
	}
}

// TestFindDeep walks a comb: 2000 levels, two directories each, full paths far
// longer than the kernel takes, with few descriptors to be had.
func TestFindDeep(t *testing.T) {
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	const levels = 2000
	name := strings.Repeat("d", 50)
	comb(t, dir, name, levels)
	few := old
	few.Cur = uint64(openDescriptors(t) + 40)
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &few); err != nil {
		t.Fatal(err)
	}
	defer unix.Setrlimit(unix.RLIMIT_NOFILE, &old)
	for _, workers := range []int{1, 4} {
		r := find(t, Query{Name: "f", Roots: []string{dir}, Workers: workers})
		t.Log(r.Elapsed)
		if len(r.Hits) != levels || r.Directories != 1+2*levels || r.Unreadable != 0 {
			t.Errorf("%d workers: %d hits, %d directories, %d unreadable", workers, len(r.Hits), r.Directories, r.Unreadable)
		}
		want := dir + strings.Repeat("/"+name, levels-1) + "/leaf/f"
		if !slices.ContainsFunc(r.Hits, func(h Hit) bool { return h.Path == want }) {
			t.Errorf("%d workers: the deepest path is missing", workers)
		}
	}
}

// comb makes in each level a directory with a file f, and the next level.
func comb(t *testing.T, dir, name string, levels int) {
	t.Helper()
	fd, err := openat(unix.AT_FDCWD, dir, openDirectory)
	for range levels {
		if err == nil {
			err = errors.Join(unix.Mkdirat(fd, "leaf", 0o755), unix.Mkdirat(fd, name, 0o755))
		}
		if err == nil {
			var file int
			file, err = unix.Openat(fd, "leaf/f", unix.O_CREAT|unix.O_CLOEXEC, 0o644)
			unix.Close(file)
		}
		if err != nil {
			t.Fatal(err)
		}
		next, openErr := openat(fd, name, openDirectory)
		unix.Close(fd)
		fd, err = next, openErr
	}
	unix.Close(fd)
}

func TestFindCancelled(t *testing.T) {
	defer goleak.VerifyNone(t)
	dir := t.TempDir()
	for i := range 3000 {
		mkdir(t, fmt.Sprintf("%s/%d/%d", dir, i%50, i))
	}
	mkdir(t, dir+"/0/f")
	roots := slices.Repeat([]string{dir}, 2000) // six million directories
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	const workers = 2
	each := counted(t, dir, "-type", "d")
	calls := 0
	before := openDescriptors(t)
	r, err := Find(ctx, Query{Name: "f", Roots: roots, Workers: workers, Progress: func(p Progress) {
		calls++
		if p.Directories > 0 && (!strings.HasPrefix(p.Current, dir) || p.Entries == 0) {
			t.Errorf("%+v", p)
		}
		// By then one of them has been through a whole root, and the file.
		if p.Directories > workers*2*each {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if calls == 0 || len(r.Hits) == 0 || len(r.Hits) == len(roots) {
		t.Errorf("%d calls, %d hits of %d", calls, len(r.Hits), len(roots))
	}
	if after := openDescriptors(t); after != before {
		t.Errorf("%d descriptors open before, %d after", before, after)
	}
	if r, err := Find(ctx, Query{Name: "f"}); !errors.Is(err, context.Canceled) || len(r.Hits) > 0 {
		t.Errorf("cancelled before it began: %v, %v", r.Hits, err)
	}
}

func TestFindHost(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Base(dir) + t.Name()
	write(t, dir+"/"+name, "")
	r := find(t, Query{Name: name})
	if !slices.Contains(paths(r.Hits), dir+"/"+name) || !slices.Contains(r.FileSystems, "/") {
		t.Errorf("hits %q in %q", paths(r.Hits), r.FileSystems)
	}
	if !slices.ContainsFunc(r.Skipped, func(s SkippedMount) bool { return s.Target == "/proc" && s.Why != "" }) {
		t.Errorf("skipped %+v", r.Skipped)
	}
}

func TestFindMounts(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	dir := t.TempDir()
	mkdir(t, dir+"/home/sub", dir+"/bound", dir+"/covered", dir+"/memory", dir+"/proc/stat", dir+"/skip")
	inode := write(t, dir+"/home/sub/f", "home").Inode
	write(t, dir+"/covered/f", "below the mount")
	write(t, dir+"/memory/f", "below the mount")
	write(t, dir+"/file", "")
	mount(t, dir+"/home", dir+"/bound", "", unix.MS_BIND, "")
	mount(t, dir+"/home/sub/f", dir+"/covered/f", "", unix.MS_BIND, "")
	mount(t, "none", dir+"/memory", "tmpfs", 0, "")
	mount(t, "none", dir+"/skip", "tmpfs", 0, "")
	mount(t, "/proc", dir+"/proc", "", unix.MS_BIND|unix.MS_REC, "")
	mkdir(t, dir+"/skip/inner")
	write(t, dir+"/memory/f", "in memory")

	r := find(t, Query{Name: "f", Roots: []string{dir}, Skip: []string{dir + "/skip"}})
	want := []string{dir + "/bound/sub/f", dir + "/covered/f", dir + "/home/sub/f", dir + "/memory/f"}
	if diff := cmp.Diff(want, paths(r.Hits)); diff != "" {
		t.Fatal(diff)
	}
	for i, h := range r.Hits {
		if same := h.Inode == inode; same != (i < 3) {
			t.Errorf("%s has inode %d, the file %d", h.Path, h.Inode, inode)
		}
	}
	if len(r.Skipped) == 0 || r.Skipped[0].Target != dir+"/proc" || r.Skipped[0].Type != "proc" {
		t.Errorf("skipped %+v", r.Skipped)
	}
	prune := []string{dir, "-fstype", "proc", "-prune", "-o", "-path", dir + "/skip", "-prune", "-print0", "-o"}
	if want := counted(t, prune...); r.Entries != want {
		t.Errorf("%d entries, find counts %d", r.Entries, want)
	}
	for _, fs := range []string{dir + "/bound", dir + "/memory"} {
		if !slices.Contains(r.FileSystems, fs) {
			t.Errorf("%s is not among %q", fs, r.FileSystems)
		}
	}
	if r := find(t, Query{Name: "f", Roots: []string{dir + "/proc"}}); r.Entries != 0 || len(r.Skipped) != 1 {
		t.Errorf("a root in a pseudo file system: %+v", r)
	}
}

// TestFindBelowSkipped: a local file system mounted below one of the kernel's
// is searched, as find without any pruning would.
func TestFindBelowSkipped(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	dir := t.TempDir()
	mkdir(t, dir+"/p")
	mount(t, "/proc", dir+"/p", "", unix.MS_BIND|unix.MS_REC, "")
	below := dir + "/p/sys/kernel" // a directory proc always has
	mount(t, "none", below, "tmpfs", 0, "")
	mkdir(t, below+"/sub")
	write(t, below+"/sub/f", "")
	r := find(t, Query{Name: "f", Roots: []string{dir}})
	if got := paths(r.Hits); !slices.Equal(got, []string{below + "/sub/f"}) {
		t.Errorf("hits %q", got)
	}
	if !slices.Contains(r.FileSystems, below) {
		t.Errorf("walked %q", r.FileSystems)
	}
}
