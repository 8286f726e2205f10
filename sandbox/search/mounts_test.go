package search

import (
	"bytes"
	_ "embed"
	"runtime"
	"slices"
	"testing"
)

// Mounts made on purpose: on top of, below and beside each other, with names
// mountinfo escapes.
//
//go:embed testdata/stacked.mountinfo
var stackedMountinfo []byte

func stacked(t *testing.T) []Mount {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("mountinfo is Linux's")
	}
	mounts, err := ReadMounts(bytes.NewReader(stackedMountinfo))
	if err != nil {
		t.Fatal(err)
	}
	return mounts
}

func TestVisible(t *testing.T) {
	mounts := stacked(t)
	checkVisible(t, visible(mounts))
	slices.Reverse(mounts) // the order of the rows is not promised
	checkVisible(t, visible(mounts))
}

func checkVisible(t *testing.T, table mountTable) {
	t.Helper()
	for target, want := range map[string]int{
		"/":                     43,
		"/dev/shm":              60, // mounted twice
		"/srv/try/stack":        65,
		"/srv/try/stack/inner":  0, // in the covered one
		"/srv/try/over":         67,
		"/srv/try/over/below":   0, // mounted before what covers it
		"/srv/try/new\nline":    72,
		"/srv/try/a b":          71,
		`/srv/try/back\slash`:   73,
		"/srv/try/name/target":  74,
		"/sys/fs/cgroup/memory": 51,
	} {
		got := 0
		if m := table[target]; m != nil {
			got = m.ID
		}
		if got != want {
			t.Errorf("%q: mount %d, want %d", target, got, want)
		}
	}
}

func TestVisibleBrokenTable(t *testing.T) {
	loop := []Mount{
		{ID: 1, Parent: 1, Target: "/"},
		{ID: 2, Parent: 3, Target: "/a"},
		{ID: 3, Parent: 2, Target: "/b"},
	}
	if got := visible(loop); got["/"] == nil {
		t.Errorf("a root that is its own parent is visible: %v", got)
	}
}

func TestLocation(t *testing.T) {
	table := visible(stacked(t))
	for path, want := range map[string]location{
		"/srv/try/low/f":       {254, 0, "/srv/try/low/f"},
		"/srv/try/a b/f":       {254, 0, "/srv/try/low/f"},
		"/srv/try/name/target": {254, 0, "/srv/try/file"},
		"/srv/try/over/f":      {0, 43, "/f"},
		"/srv/try/overt/f":     {254, 0, "/srv/try/overt/f"},
	} {
		m := table.covering(path)
		if got := m.location(path); got != want {
			t.Errorf("%s lies at %v, want %v", path, got, want)
		}
		if back, ok := m.pathTo(want); !ok || back != path {
			t.Errorf("%v is shown at %q, want %q", want, back, path)
		}
	}
}

func TestFileSystemOf(t *testing.T) {
	for fstype, want := range map[string]kind{
		"ext4": local, "btrfs": local, "overlay": local, "tmpfs": local, "devtmpfs": local, "fuseblk": local,
		"squashfs": local, "zfs": local,
		"proc": pseudo, "sysfs": pseudo, "cgroup2": pseudo, "nsfs": pseudo,
		"nfs4": remote, "cifs": remote, "9p": remote, "autofs": remote, "fuse.sshfs": remote, "fuse": remote, "fuse.portal": remote,
	} {
		got := fileSystemOf(fstype)
		if got.kind != want || (got.why == "") != (want == local) {
			t.Errorf("%s: %+v, want kind %d", fstype, got, want)
		}
	}
}

func TestCrossings(t *testing.T) {
	root := crossings(mountTable{
		"/":    {Target: "/", Type: "ext4"},
		"/a/b": {Target: "/a/b", Type: "proc"},
	}, []string{"/skip//me/"})
	for path, want := range map[string]struct {
		known  bool
		mount  string
		isShut bool
	}{
		"/":             {true, "/", false},
		"/a":            {true, "/", false},
		"/a/b":          {true, "/a/b", false},
		"/a/b/c":        {false, "/a/b", false},
		"/a/bc":         {false, "/", false},
		"/skip/me":      {true, "/", true},
		"/skip/me/deep": {false, "/", true},
		"/other":        {false, "/", false},
	} {
		at, mount, shut := root.find(path)
		if (at != nil) != want.known || mount.Target != want.mount || shut != want.isShut {
			t.Errorf("%s: %v %s %v, want %+v", path, at != nil, mount.Target, shut, want)
		}
	}
	if got := slices.Collect(names("//x/./y/")); !slices.Equal(got, []string{"x", "y"}) {
		t.Errorf("names %q", got)
	}
}
