package seccomp

import (
	"fmt"
	"testing"

	"golang.org/x/sys/unix"
)

// kernel returns the version of the running one: 6 and 18.
func kernel(t testing.TB) (major, minor int) {
	t.Helper()
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		t.Fatal(err)
	}
	release := unix.ByteSliceToString(name.Release[:])
	if _, err := fmt.Sscanf(release, "%d.%d", &major, &minor); err != nil {
		t.Fatalf("kernel release %q: %v", release, err)
	}
	return major, minor
}
