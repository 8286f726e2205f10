package sandbox

import (
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox/seccomp"
)

// TestDockerWithoutItsGap: families above AF_VSOCK stay allowed, and none is
// with anything in the upper half, which the kernel does not look at.
func TestDockerWithoutItsGap(t *testing.T) {
	const socket = 41 // on amd64
	target := seccomp.Target{Arch: seccomp.AMD64, KernelMajor: 6, KernelMinor: 18}
	profile, err := seccomp.Docker(target)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := docker(target)
	if err != nil {
		t.Fatal(err)
	}
	for family := range uint64(48) {
		low, high := [6]uint64{family}, [6]uint64{1<<32 | family}
		if got, want := ours.Decide(seccomp.AMD64, socket, low), profile.Decide(seccomp.AMD64, socket, low); got != want {
			t.Errorf("socket(%d): %v, Docker's profile says %v", family, got, want)
		}
		if got := ours.Decide(seccomp.AMD64, socket, high); got.Do == seccomp.DoAllow {
			t.Errorf("socket(%d + 2^32) is allowed", family)
		}
	}
	if _, err := ours.OCI(seccomp.AMD64); err != nil {
		t.Errorf("no runtime could be told: %v", err)
	}
}
