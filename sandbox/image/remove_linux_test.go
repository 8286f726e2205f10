package image

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestHold keeps an image from being removed as long as it is held.
func TestHold(t *testing.T) {
	ctx := context.Background()
	s := newStore(t)
	i := mustPull(t, s, push(t, serve(t, nil), "held", imageOf(t, archive(t, file("a", "1")))))
	release, err := s.Hold(i)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Remove(ctx, i.Ref)
	if e := wantError[*InUseError](t, err); e.Ref != i.Ref || !errors.Is(err, syscall.EBUSY) {
		t.Error(err)
	}
	if list, err := s.List(); err != nil || len(list) != 1 {
		t.Errorf("the list is %+v (%v) after a removal that was refused", list, err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Remove(ctx, i.Ref); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Hold(i); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("held an image that is gone: %v", err)
	}
}

// TestMovedTag prunes the root that a tag used to stand for, unless a sandbox
// runs on it.
func TestMovedTag(t *testing.T) {
	ctx := context.Background()
	host := serve(t, nil)
	s := newStore(t)
	old := mustPull(t, s, push(t, host, "moving", imageOf(t, archive(t, file("a", "old")))))
	release, err := s.Hold(old)
	if err != nil {
		t.Fatal(err)
	}
	now := mustPull(t, s, push(t, host, "moving", imageOf(t, archive(t, file("a", "new")))))
	if old.Root == now.Root {
		t.Fatal("two images have one root")
	}
	if r, err := s.Prune(ctx); err != nil || r.Roots != 0 || r.Blobs != 1 {
		t.Errorf("pruned %+v (%v), want only the old layer", r, err)
	}
	if got := tree(t, old.Root); !slices.Equal(got, []string{"f a=old"}) {
		t.Errorf("the root that is held has %q", got)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Prune(ctx); err != nil || r.Roots != 1 || r.Bytes != 3 {
		t.Errorf("pruned %+v (%v), want the old root", r, err)
	}
	nothingLeft(t, s, 1, 1)
}

// TestSharedRoot removes one of two references to the same root.
func TestSharedRoot(t *testing.T) {
	ctx := context.Background()
	host := serve(t, nil)
	img := imageOf(t, archive(t, file("a", "1")))
	s := newStore(t)
	one, two := mustPull(t, s, push(t, host, "one", img)), mustPull(t, s, push(t, host, "two", img))
	release, err := s.Hold(two)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if r, err := s.Remove(ctx, one.Ref); err != nil || r.Roots != 0 || r.Blobs != 0 {
		t.Errorf("removed %+v (%v), want only the name", r, err)
	}
	if got := tree(t, two.Root); !slices.Equal(got, []string{"f a=1"}) {
		t.Errorf("the other image has %q", got)
	}
}

func TestRemoveNothing(t *testing.T) {
	if _, err := newStore(t).Remove(context.Background(), "nothing"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// TestRemoveWaits waits for a pull to end, or for its context.
func TestRemoveWaits(t *testing.T) {
	s := newStore(t)
	pulling, err := s.lock(context.Background(), shared)
	if err != nil {
		t.Fatal(err)
	}
	defer pulling.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Prune(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the cancelled context's error", err)
	}
}

// TestLostRoot lists no image whose root is gone, and prunes its record.
func TestLostRoot(t *testing.T) {
	s := newStore(t)
	i := mustPull(t, s, writeFile(t, "root.tar", archive(t, file("a", "1"))))
	if err := os.RemoveAll(s.path(rootsDir)); err != nil {
		t.Fatal(err)
	}
	if list, err := s.List(); err != nil || len(list) != 0 {
		t.Errorf("the list is %+v (%v)", list, err)
	}
	if _, err := s.Prune(context.Background()); err != nil {
		t.Fatal(err)
	}
	if exists(s.recordPath(i.Ref)) {
		t.Error("the record is still there")
	}
	mustPull(t, s, i.Ref)
}

// TestOpenSweeps removes what nobody works on, and leaves what somebody does.
func TestOpenSweeps(t *testing.T) {
	s := newStore(t)
	c, err := s.claim(context.Background(), "root-mine")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{c.path, s.path(tmpDir, "root-dead"), s.path(tmpDir, "root-dead", "closed")} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(s.path(tmpDir, "root-dead", "closed"), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(s.dir, s.options); err != nil {
		t.Fatal(err)
	}
	if exists(s.path(tmpDir, "root-dead")) || !exists(c.path) {
		t.Error("the wrong one was removed")
	}
	if err := c.release(); err != nil {
		t.Fatal(err)
	}
	nothingLeft(t, s, 0, 0)
}

// TestOthersStore refuses a store that belongs to somebody else.
func TestOthersStore(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: to give a directory to somebody else")
	}
	dir := t.TempDir()
	if err := os.Chown(dir, 12, 34); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Options{}); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "12") {
		t.Errorf("opened it: %v", err)
	}
}

// TestClosed makes sure that other users cannot reach an image's programs.
func TestClosed(t *testing.T) {
	s := newStore(t)
	if info, err := os.Stat(s.dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the store has mode %v (%v)", info.Mode(), err)
	}
}
