package cgroup

import (
	"errors"
	"os"
	"testing"
)

// What a start pays: looking, and a group with limits made and removed.
func BenchmarkLook(b *testing.B) {
	for b.Loop() {
		Look()
	}
}

func BenchmarkGroup(b *testing.B) {
	place, limits := Look(), Limits{Memory: 64 * mib, CPUs: 0.5, PIDs: 32}
	owner := Owner{os.Geteuid(), os.Getegid()}
	for b.Loop() {
		g, err := place.Make(testName("bench"), limits, owner)
		if err != nil {
			b.Fatal(err)
		}
		if g.layout.Unit != "" { // nobody is there to be adopted
			b.Skip("systemd makes the group here")
		}
		if err := errors.Join(g.Apply(limits), g.Close(patience)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStatistics(b *testing.B) {
	g := limitedGroup(b, Limits{Memory: 64 * mib, CPUs: 0.5, PIDs: 32})
	for b.Loop() {
		statistics(b, g)
	}
}
