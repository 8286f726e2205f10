package image

import (
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

// TestLockRemoved lets many lock a file that each of them removes before it
// lets go, as claims do: a lock on a file that has lost its name is none.
func TestLockRemoved(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock")
	var inside atomic.Int32
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 200 {
				f, err := lockFile(name, exclusive)
				if isLocked(err) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if inside.Add(1) != 1 {
					t.Error("two have the lock")
				}
				inside.Add(-1) // from the removal on, the next may have one
				if err := os.Remove(name); err != nil {
					t.Error(err)
				}
				f.Close()
			}
		})
	}
	wait.Wait()
}

// TestLockShared lets several share a lock, and nobody have it alone.
func TestLockShared(t *testing.T) {
	name := filepath.Join(t.TempDir(), "lock")
	for range 2 {
		f, err := lockFile(name, shared)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
	}
	if f, err := lockFile(name, exclusive); !isLocked(err) {
		t.Errorf("got %v (%v), want a lock that others have", f, err)
	}
}
