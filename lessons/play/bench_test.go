package play

import (
	"testing"

	"github.com/tentpole-labs/tentpole/content"
	"github.com/tentpole-labs/tentpole/lessons"
)

// BenchmarkLoadAll loads the whole course as the program does: with every word
// checked against the engine's own.
func BenchmarkLoadAll(b *testing.B) {
	known := Known()
	for b.Loop() {
		if _, err := lessons.LoadAll(content.FS, known); err != nil {
			b.Fatal(err)
		}
	}
}
