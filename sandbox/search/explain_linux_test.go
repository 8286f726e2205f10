package search

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// explained is what Explain says, by path, without the parts that vary.
func explained(t *testing.T, q Query, o Origin, more ...Hit) (how map[string]How, why map[string]string, namesakes []string) {
	t.Helper()
	mounts, err := HostMounts()
	if err != nil {
		t.Fatal(err)
	}
	hits := append(find(t, q).Hits, more...)
	places, others := Explain(hits, o, mounts)
	how, why = map[string]How{}, map[string]string{}
	for _, p := range places {
		how[p.Path], why[p.Path] = p.How, p.Why
		if !strings.HasSuffix(p.Why, ".") {
			t.Errorf("%s: no sentence: %q", p.Path, p.Why)
		}
	}
	if len(how) != len(places) {
		t.Errorf("a place twice: %+v", places)
	}
	return how, why, paths(others)
}

func origin(st Stat, path, content string) Origin {
	return Origin{Path: path, Device: st.Device, Inode: st.Inode, Content: []byte(content), SharedRoot: true}
}

func link(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Link(from, to); err != nil {
		t.Fatal(err)
	}
}

func TestExplainSameAndNamesakes(t *testing.T) {
	dir := t.TempDir()
	mkdir(t, dir+"/home", dir+"/link", dir+"/decoy", dir+"/copy", dir+"/symlink", dir+"/f")
	st := write(t, dir+"/home/f", "random")
	write(t, dir+"/decoy/f", "decoy!")
	write(t, dir+"/copy/f", "random")
	link(t, dir+"/home/f", dir+"/link/f")
	if err := os.Symlink("../home/f", dir+"/symlink/f"); err != nil {
		t.Fatal(err)
	}
	how, why, namesakes := explained(t, Query{Name: "f", Roots: []string{dir}}, origin(st, dir+"/home/f", "random"))
	if diff := cmp.Diff(map[string]How{dir + "/home/f": Same, dir + "/link/f": Same}, how); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(why[dir+"/link/f"], "another name (hard link) for the same file") {
		t.Errorf("hard link: %q", why[dir+"/link/f"])
	}
	if diff := cmp.Diff([]string{dir + "/copy/f", dir + "/decoy/f", dir + "/f", dir + "/symlink/f"}, namesakes); diff != "" {
		t.Error(diff)
	}
}

// TestExplainContent: an inode number used again is not the same file.
func TestExplainContent(t *testing.T) {
	dir := t.TempDir()
	st := write(t, dir+"/f", "longer than it was")
	q := Query{Name: "f", Roots: []string{dir}}
	for content, ours := range map[string]bool{"": true, "longer than it was": true, "longer": false, "random": false} {
		how, _, namesakes := explained(t, q, origin(st, dir+"/f", content))
		if (len(how) == 1) != ours || (len(namesakes) == 1) == ours {
			t.Errorf("content %q: places %v, namesakes %v", content, how, namesakes)
		}
	}
}

// TestExplainRootDirectory: the sandbox's root was a directory of the host's.
func TestExplainRootDirectory(t *testing.T) {
	dir := t.TempDir()
	mkdir(t, dir+"/rootfs/tmp")
	st := write(t, dir+"/rootfs/tmp/f", "random")
	o := origin(st, "/tmp/f", "random")
	o.SharedRoot = false
	how, why, _ := explained(t, Query{Name: "f", Roots: []string{dir}}, o)
	if how[dir+"/rootfs/tmp/f"] != Same || !strings.Contains(why[dir+"/rootfs/tmp/f"], dir+"/rootfs,") {
		t.Errorf("%v %q", how, why)
	}
}

func TestExplainBinds(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	dir := t.TempDir()
	mkdir(t, dir+"/home", dir+"/bound", dir+"/file", dir+"/other", dir+"/link", dir+"/decoy", dir+"/twice", dir+"/hidden")
	st := write(t, dir+"/home/f", "random")
	link(t, dir+"/home/f", dir+"/link/f")
	write(t, dir+"/decoy/f", "decoy!")
	write(t, dir+"/file/f", "")
	write(t, dir+"/other/name", "")
	mkdir(t, dir+"/hidden/below")
	mount(t, dir+"/home", dir+"/bound", "", unix.MS_BIND, "")
	mount(t, dir+"/home/f", dir+"/file/f", "", unix.MS_BIND, "")
	mount(t, dir+"/home/f", dir+"/other/name", "", unix.MS_BIND, "")
	mount(t, dir+"/link", dir+"/twice", "", unix.MS_BIND, "")
	mount(t, dir+"/home", dir+"/hidden/below", "", unix.MS_BIND, "")
	mount(t, "none", dir+"/hidden", "tmpfs", 0, "")

	want := map[string]How{
		dir + "/home/f":     Same,
		dir + "/link/f":     Same,
		dir + "/bound/f":    Bind,
		dir + "/file/f":     Bind,
		dir + "/other/name": Bind,
		dir + "/twice/f":    Bind,
	}
	q := Query{Name: "f", Roots: []string{dir}}
	how, why, namesakes := explained(t, q, origin(st, dir+"/home/f", "random"))
	if diff := cmp.Diff(want, how); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{dir + "/decoy/f"}, namesakes); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(why[dir+"/bound/f"], dir+"/bound") || !strings.Contains(why[dir+"/twice/f"], "hard link") {
		t.Errorf("%q", why)
	}
	// A search that did not go where the file is finds out all the same.
	q.Skip = []string{dir + "/home", dir + "/bound"}
	how, _, _ = explained(t, q, origin(st, dir+"/home/f", "random"))
	if diff := cmp.Diff(want, how); diff != "" {
		t.Error("with the file's own directory skipped:", diff)
	}
}

func TestExplainSandbox(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	dir := t.TempDir()
	pid, made := startSandbox(t, dir)
	mkdir(t, dir+"/link", dir+"/bound", dir+"/decoy")
	link(t, dir+"/upper/tmp/f", dir+"/link/f")
	write(t, dir+"/decoy/f", "sandbox")
	mount(t, dir+"/upper/tmp", dir+"/bound", "", unix.MS_BIND, "")
	seen, err := ViewHits(context.Background(), pid, "f", "/tmp/f")
	if err != nil {
		t.Fatal(err)
	}
	o := Origin{
		Path: "/tmp/f", Device: made.Overlay.Device, Inode: made.Overlay.Inode,
		Upper: dir + "/upper", Content: []byte("sandbox"), PID: pid,
	}
	root := fmt.Sprintf("/proc/%d/root", pid)
	want := map[string]How{
		dir + "/upper/tmp/f": Upper,
		dir + "/link/f":      Same,
		dir + "/bound/f":     Bind,
		root + "/tmp/f":      ProcRoot,
	}
	how, why, namesakes := explained(t, Query{Name: "f", Roots: []string{dir}}, o, seen...)
	if diff := cmp.Diff(want, how); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{dir + "/decoy/f", root + "/private/sub/f"}, namesakes); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(why[dir+"/link/f"], "hard link") {
		t.Errorf("%q", why[dir+"/link/f"])
	}

	// The file on the sandbox's tmpfs is nowhere on the host.
	o = Origin{Path: "/private/sub/f", Device: made.Tmpfs.Device, Inode: made.Tmpfs.Inode, Content: []byte("sandbox"), PID: pid}
	how, _, _ = explained(t, Query{Name: "f", Roots: []string{dir}}, o, seen...)
	if diff := cmp.Diff(map[string]How{root + "/private/sub/f": ProcRoot}, how); diff != "" {
		t.Error(diff)
	}
}

// TestExplainPrivateBind: what the sandbox mounted for itself leads to a file
// the host has elsewhere.
func TestExplainPrivateBind(t *testing.T) {
	dir := t.TempDir()
	mkdir(t, dir+"/volume")
	st := write(t, dir+"/volume/f", "random")
	o := origin(st, "/data/f", "random")
	o.SharedRoot = false
	q := Query{Name: "f", Roots: []string{dir}}
	how, why, _ := explained(t, q, o)
	if how[dir+"/volume/f"] != Bind || !strings.Contains(why[dir+"/volume/f"], "mount of its own") {
		t.Errorf("%v %q", how, why)
	}
}
