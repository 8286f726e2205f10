package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestSweepGivesUp: what does not go in time is left for the next one, and
// nobody waits for it.
func TestSweepGivesUp(t *testing.T) {
	j := &janitor{Swept: &Swept{}, deadline: time.Now().Add(10 * time.Millisecond)}
	stuck := make(chan bool)
	defer close(stuck)
	j.item("directory", "one", func() ([]string, error) { <-stuck; return nil, nil })
	j.deadline = time.Now().Add(itemPatience)
	j.item("directory", "two", func() ([]string, error) { return nil, unix.EBUSY })
	if len(j.Left) != 2 || len(j.Trees) > 0 || j.Left[1] != (Leftover{"directory", "two", unix.EBUSY.Error()}) {
		t.Errorf("%+v", j.Swept)
	}
}

// TestStartIsNotHeldUp: a start does not fail because of what the janitor could
// not remove, nor because another janitor is at work.
func TestStartIsNotHeldUp(t *testing.T) {
	home, sandboxes := homeOfVictims(t)
	dir, err := openSandboxes(filepath.Dir(sandboxes))
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	unlock, err := lockSandboxes(dir)
	if err != nil {
		t.Fatal(err)
	}
	var second sync.WaitGroup
	second.Go(func() {
		if _, err := Sweep(filepath.Dir(sandboxes)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a second janitor: %v", err)
		}
	})
	once := func() {
		v := startVictim(t, home, Spec{}, "once")
		v.say(t, "begin", "up")
		if err := v.cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	once()
	second.Wait()
	unlock()
	if os.Geteuid() != 0 {
		return // what follows takes giving a file to somebody else
	}
	theirs := filepath.Join(sandboxes, "theirs@"+deadOwner(t).String())
	if err := os.Mkdir(theirs, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(theirs, 65534, -1); err != nil {
		t.Fatal(err)
	}
	once()
	swept, err := Sweep(filepath.Dir(sandboxes))
	if err != nil || len(swept.Left) != 1 || !exists(theirs) {
		t.Errorf("swept %+v: %v", swept, err)
	}
	if err := os.Remove(theirs); err != nil {
		t.Error(err)
	}
}

// TestManyJanitors sweep one state directory at once, while sandboxes in it
// come and go.
func TestManyJanitors(t *testing.T) {
	m := machine(t)
	dead := deadOwner(t).String()
	sandboxes := filepath.Join(m.State, sandboxesDir)
	for k := range 100 { // all of them before the first sweeps
		if err := os.MkdirAll(filepath.Join(sandboxes, fmt.Sprintf("gone%d@%s/upper/a", k, dead)), 0o711); err != nil {
			t.Fatal(err)
		}
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 5 {
				swept, err := Sweep(m.State)
				if errors.Is(err, os.ErrDeadlineExceeded) {
					continue // the others had more to do than it waits for
				}
				if err != nil || len(swept.Left) > 0 {
					t.Errorf("swept %+v: %v", swept, err)
				}
			}
		})
		wg.Go(func() {
			for range 5 {
				startAndClose(t, m, Spec{Layers: Set(Mount, Root)})
			}
		})
	}
	wg.Wait()
	if _, err := Sweep(m.State); err != nil {
		t.Error(err)
	}
	checkNoTrees(t, sandboxes)
}
