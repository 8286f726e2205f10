package image

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// A stall is a registry that sends half of one blob and then no more, until
// it is let go on.
type stall struct {
	blob    v1.Hash
	reached chan struct{} // closed when half was sent
	goOn    chan struct{}
	once    sync.Once
}

func newStall(blob v1.Hash) *stall {
	return &stall{blob: blob, reached: make(chan struct{}), goOn: make(chan struct{})}
}

func (s *stall) wrap(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, s.blob.String()) {
			w = &halver{w, r, s}
		}
		h.ServeHTTP(w, r)
	})
}

type halver struct {
	http.ResponseWriter
	request *http.Request
	stall   *stall
}

func (h *halver) Write(b []byte) (int, error) {
	half := len(b) / 2
	if n, err := h.ResponseWriter.Write(b[:half]); err != nil {
		return n, err
	}
	if err := http.NewResponseController(h.ResponseWriter).Flush(); err != nil {
		return half, err
	}
	h.stall.once.Do(func() { close(h.stall.reached) })
	select {
	case <-h.stall.goOn:
	case <-h.request.Context().Done():
		return half, h.request.Context().Err()
	}
	n, err := h.ResponseWriter.Write(b[half:])
	return half + n, err
}

// twoLayers is an image, and its second layer.
func twoLayers(t *testing.T) (v1.Image, v1.Hash) {
	t.Helper()
	img := imageOf(t, archive(t, file("a", "1")), archive(t, file("b", strings.Repeat("2", 1<<16))))
	manifest, err := img.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	return img, manifest.Layers[1].Digest
}

// TestCancel cancels a pull in the middle of its second layer. The first one
// is kept for the next pull, of the second nothing is.
func TestCancel(t *testing.T) {
	img, second := twoLayers(t)
	slow := newStall(second)
	var asked requests
	ref := push(t, serve(t, func(h http.Handler) http.Handler { return asked.wrap(slow.wrap(h)) }), "slow", img)
	s := newStore(t)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-slow.reached
		cancel()
	}()
	if _, err := s.Pull(ctx, ref, nil); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want the cancelled context's error", err)
	}
	nothingLeft(t, s, 0, 1)
	if list, err := s.List(); err != nil || len(list) != 0 {
		t.Errorf("the list is %+v (%v)", list, err)
	}
	close(slow.goOn)
	asked.take()
	if got := tree(t, mustPull(t, s, ref).Root); len(got) != 2 {
		t.Errorf("got %q", got)
	}
	if n := asked.take(); n != 2 {
		t.Errorf("the next pull asked for %d blobs, want the config and the second layer", n)
	}
	nothingLeft(t, s, 1, 2)
}

// TestPruneAfterCancel removes what a cancelled pull has kept.
func TestPruneAfterCancel(t *testing.T) {
	img, second := twoLayers(t)
	slow := newStall(second)
	ref := push(t, serve(t, slow.wrap), "slow", img)
	s := newStore(t)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-slow.reached
		cancel()
	}()
	if _, err := s.Pull(ctx, ref, nil); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if r, err := s.Prune(context.Background()); err != nil || r.Blobs != 1 || r.Bytes == 0 {
		t.Errorf("pruned %+v (%v)", r, err)
	}
	nothingLeft(t, s, 0, 0)
}

// TestCancelUnpack cancels between two layers that are being unpacked.
func TestCancelUnpack(t *testing.T) {
	img, _ := twoLayers(t)
	ref := push(t, serve(t, nil), "cancelled", img)
	s := newStore(t)
	ctx, cancel := context.WithCancel(context.Background())
	_, err := s.Pull(ctx, ref, func(p Progress) {
		if p.Step == Unpacking && p.Layer == 2 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want the cancelled context's error", err)
	}
	nothingLeft(t, s, 0, 2)
}

// pullAndKill runs a process that pulls, and kills it as soon as the store has
// a file of that pattern.
func pullAndKill(t *testing.T, s *Store, ref, pattern string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	c := exec.Command(exe, s.dir, ref)
	c.Env, c.Stdout = append(os.Environ(), pullRole+"=1"), &said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	appears(t, s.path(pattern))
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	err = c.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the process was to be killed in the middle, and ended with %v:\n%s", err, said.String())
	}
}

// appears waits for a file.
func appears(t *testing.T, pattern string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		found, err := filepath.Glob(pattern)
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("there is no %s (%v)", pattern, err)
		}
		if len(found) > 0 {
			return
		}
	}
}

// TestKill kills a process in the middle of a download, and another in the
// middle of unpacking. The next use of the store finds no half of anything,
// and the next pull works.
func TestKill(t *testing.T) {
	var entries []*tar.Header
	for i := range 1500 {
		entries = append(entries, file(fmt.Sprintf("%d/%d", i%40, i), strings.Repeat("y", 4000)))
	}
	img := imageOf(t, archive(t, file("a", "1")), archive(t, append(entries, with(dir("closed"), func(h *tar.Header) { h.Mode = 0 }))...))
	manifest, err := img.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	slow := newStall(manifest.Layers[1].Digest)
	host := serve(t, slow.wrap)
	ref := push(t, host, "killed", img)
	s := newStore(t)

	pullAndKill(t, s, ref, "tmp/blob-"+slow.blob.Hex)
	afterKill(t, s, 1)

	close(slow.goOn)
	pullAndKill(t, s, ref, "tmp/root-*/fs/1")
	afterKill(t, s, 2)

	got, want := tree(t, mustPull(t, s, ref).Root), tree(t, mustPull(t, newStore(t), ref).Root)
	if !slices.Equal(got, want) {
		t.Errorf("after two kills the root has %d entries, want %d", len(got), len(want))
	}
	nothingLeft(t, s, 1, 2)
}

// afterKill looks at a store that a killed process has left.
func afterKill(t *testing.T, s *Store, blobs int) {
	t.Helper()
	if list, err := s.List(); err != nil || len(list) != 0 {
		t.Errorf("the list is %+v (%v)", list, err)
	}
	if _, err := Open(s.dir, s.options); err != nil {
		t.Fatal(err)
	}
	nothingLeft(t, s, 0, blobs)
}
