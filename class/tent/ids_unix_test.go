//go:build unix

package tent

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func TestRangesAreClaimedOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "ids")
	var mu sync.Mutex
	taken := map[int]*claim{}
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			c, err := claimRange(dir)
			mu.Lock()
			defer mu.Unlock()
			if err != nil || taken[c.number] != nil {
				t.Errorf("claimed %+v, %v", c, err)
				return
			}
			taken[c.number] = c
		})
	}
	all.Wait()
	for _, c := range taken {
		if c.number > len(taken) {
			t.Errorf("%d ranges, and one is number %d", len(taken), c.number)
		}
		if err := c.release(); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(dir); len(left) > 0 || err != nil {
		t.Errorf("left are %v, %v", left, err)
	}
}

// TestTheRangeOfAKilledServerRests: its processes may be there a while yet.
func TestTheRangeOfAKilledServerRests(t *testing.T) {
	dir := t.TempDir()
	first, err := claimRange(dir)
	if err != nil {
		t.Fatal(err)
	}
	name := first.file.Name()
	first.file.Close() // as the kernel does for a killed process
	for range 2 {
		c, err := claimRange(dir)
		if err != nil || c.number == first.number {
			t.Fatalf("claimed %+v, %v", c, err)
		}
		defer c.release()
	}
	long := time.Now().Add(-2 * rest)
	if err := os.Chtimes(name, long, long); err != nil {
		t.Fatal(err)
	}
	c, err := claimRange(dir)
	if err != nil || c.number != first.number {
		t.Fatalf("after its rest: claimed %+v, %v", c, err)
	}
	if err := c.release(); err != nil {
		t.Error(err)
	}
}

func TestNobodyElseReachesTheClaims(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run", "ids")
	c, err := claimRange(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer c.release()
	for name, want := range map[string]os.FileMode{dir: 0o700, c.file.Name(): 0o600} {
		if st, err := os.Stat(name); err != nil || st.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", name, st, err)
		}
	}
}
