package search

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestViewHits(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	dir := t.TempDir()
	if initialUserNamespace() { // in others a tmpfs below an overlay asks for Linux 6.6
		mount(t, "none", dir, "tmpfs", 0, "") // so that the overlay looks small
	}
	pid, made := startSandbox(t, dir)
	before := openDescriptors(t)
	hits, err := ViewHits(context.Background(), pid, "f", "/tmp/../tmp/f")
	if err != nil {
		t.Fatal(err)
	}
	root := fmt.Sprintf("/proc/%d/root", pid)
	want := []string{root + "/private/sub/f", root + "/tmp/f"}
	if diff := cmp.Diff(want, paths(hits)); diff != "" {
		t.Fatal(diff)
	}
	for i, file := range []madeFile{made.Tmpfs, made.Overlay} {
		if hits[i].Device != file.Device || hits[i].Inode != file.Inode {
			t.Errorf("%s: %+v, the sandbox says %+v", hits[i].Path, hits[i], file)
		}
	}
	// Not where it was said to be: the overlay is not walked for it.
	hits, err = ViewHits(context.Background(), pid, "f", "/elsewhere/f")
	if diff := cmp.Diff(want[:1], paths(hits)); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if after := openDescriptors(t); after != before {
		t.Errorf("%d descriptors open before, %d after", before, after)
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := ViewHits(cancelled, pid, "f", "/tmp/f"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestViewHitsSymlink: an absolute link inside leads to the inside.
func TestViewHitsSymlink(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	dir := t.TempDir()
	mkdir(t, dir+"/lower", dir+"/outside")
	write(t, dir+"/outside/f", "the host's")
	if err := os.Symlink(dir+"/outside", dir+"/lower/out"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/tmp", dir+"/lower/in"); err != nil {
		t.Fatal(err)
	}
	pid, made := startSandbox(t, dir)
	hits, err := ViewHits(context.Background(), pid, "none", "/out/f")
	if err != nil || len(hits) > 0 {
		t.Errorf("the host's file was reached through a link: %+v, %v", hits, err)
	}
	hits, err = ViewHits(context.Background(), pid, "none", "/in/f")
	if err != nil || len(hits) != 1 || hits[0].Inode != made.Overlay.Inode {
		t.Errorf("the link inside: %+v, %v", hits, err)
	}
}

func TestViewHitsGone(t *testing.T) {
	if _, err := ViewHits(context.Background(), 1<<30, "f", "/f"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such process: %v", err)
	}
	if _, err := ViewHits(context.Background(), os.Getpid(), "a/b", "/f"); !errors.Is(err, errName) {
		t.Errorf("no such name: %v", err)
	}
	if !unprivileged(t) {
		return
	}
	if _, err := ViewHits(context.Background(), 1, "f", "/f"); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("somebody else's process: %v", err)
	}
}

// TestViewHitsOwn: a process that shares all mounts has nothing of its own.
func TestViewHitsOwn(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Base(dir) + "own"
	st := write(t, dir+"/"+name, "")
	hits, err := ViewHits(context.Background(), os.Getpid(), name, dir+"/"+name)
	if err != nil {
		t.Fatal(err)
	}
	want := []Hit{st.hit(fmt.Sprintf("/proc/%d/root%s/%s", os.Getpid(), dir, name))}
	if diff := cmp.Diff(want, hits); diff != "" {
		t.Error(diff)
	}
}
