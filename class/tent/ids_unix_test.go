//go:build unix

package tent

import (
	"errors"
	"io/fs"
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
	gone(t, dir)
}

// gone tells whether nothing is left of claims.
func gone(t *testing.T, dir string) {
	t.Helper()
	if left, err := os.ReadDir(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("left are %v, %v", left, err)
	}
}

// TestLastOneOutRemovesTheDirectory while others come in.
func TestLastOneOutRemovesTheDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "ids")
	const neighbours, times = 4, 100
	var mu sync.Mutex
	taken := map[int]bool{}
	var all sync.WaitGroup
	for range neighbours {
		all.Go(func() {
			for range times {
				c, err := claimRange(dir)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if taken[c.number] || c.number > neighbours {
					t.Errorf("claimed %d, when there are %v", c.number, taken)
				}
				taken[c.number] = true
				mu.Unlock()
				mu.Lock()
				taken[c.number] = false
				mu.Unlock()
				if err := c.release(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	gone(t, dir)
}

// TestClaimsOfAKilledServerAreSwept, all of them, by whoever comes or goes next.
func TestClaimsOfAKilledServerAreSwept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "ids")
	var names []string
	for range 3 {
		c, err := claimRange(dir)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, c.file.Name())
		defer c.file.Close()
		if len(names) > 1 { // the first one lives
			c.file.Close() // as the kernel does for a killed process
		}
	}
	if err := sweepClaims(dir); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-2 * rest)
	for _, name := range names {
		if err := os.Chtimes(name, long, long); err != nil {
			t.Fatalf("gone before its rest: %v", err)
		}
	}
	if err := sweepClaims(dir); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 || left[0].Name() != filepath.Base(names[0]) {
		t.Errorf("left are %v, %v", left, err)
	}
	if err := sweepClaims(filepath.Join(dir, "none")); err != nil {
		t.Errorf("where nobody was: %v", err)
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
