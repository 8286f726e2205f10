package sandbox

import (
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"
)

// TestManyStarts starts containers one after the other: afterwards there are as
// many descriptors, goroutines, mounts and links as after the first.
// TENTPOLE_STARTS asks for another number.
func TestManyStarts(t *testing.T) {
	many := 60
	if v := os.Getenv("TENTPOLE_STARTS"); v != "" {
		fmt.Sscan(v, &many)
	}
	m := machine(t)
	startAndClose(t, m, all()) // what is made once for all of them
	before, descriptors, goroutines := lookAround(), openDescriptors(t), runtime.NumGoroutine()
	for range many {
		startAndClose(t, m, all())
	}
	if left := settle(before); left != "" {
		t.Errorf("left behind:\n%s", left)
	}
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		d, g := openDescriptors(t), runtime.NumGoroutine()
		if d <= descriptors && g <= goroutines {
			t.Logf("%d starts: %d descriptors, %d goroutines", many, d, g)
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d descriptors, before %d; %d goroutines, before %d", d, descriptors, g, goroutines)
		}
	}
}

func openDescriptors(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}
