package main

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/tentpole-labs/tentpole/lessons"
)

// reloading returns what waits for lessons at a path to change and reads them
// anew: who writes a lesson sees it as it becomes.
func reloading(word string) func(context.Context) (*lessons.Course, error) {
	seen := stamp(word)
	return func(ctx context.Context) (*lessons.Course, error) {
		for turn := time.NewTicker(300 * time.Millisecond); ; {
			select {
			case <-ctx.Done():
				turn.Stop()
				return nil, ctx.Err()
			case <-turn.C:
				if now := stamp(word); now != seen {
					turn.Stop()
					seen = now
					return elsewhere(word)
				}
			}
		}
	}
}

// stamp says when the files of lessons were changed last, and how large they
// are.
func stamp(word string) string {
	var b strings.Builder
	filepath.WalkDir(word, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // gone in the middle of being replaced
		}
		if d.IsDir() && p != word {
			return fs.SkipDir
		}
		if info, err := d.Info(); err == nil && !d.IsDir() {
			fmt.Fprintln(&b, p, info.Size(), info.ModTime().UnixNano())
		}
		return nil
	})
	return b.String()
}
