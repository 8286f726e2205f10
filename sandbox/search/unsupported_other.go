//go:build !linux

package search

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
)

func unsupported(what string) error {
	return fmt.Errorf("%s: %w on %s: use a Linux machine, real or virtual", what, errors.ErrUnsupported, runtime.GOOS)
}

// Find needs Linux. A query that is wrong everywhere is refused as there.
func Find(ctx context.Context, q Query) (Result, error) {
	if err := q.check(); err != nil {
		return Result{}, err
	}
	return Result{}, unsupported("search for a file")
}

// HostMounts needs Linux.
func HostMounts() ([]Mount, error) { return nil, unsupported("read the mounts") }

// ReadMounts needs Linux.
func ReadMounts(r io.Reader) ([]Mount, error) { return nil, unsupported("read mountinfo") }

// ViewHits needs Linux.
func ViewHits(ctx context.Context, pid int, name string, exact string) ([]Hit, error) {
	return nil, unsupported("look through a process")
}

// ReadThrough needs Linux.
func ReadThrough(rootDir, path string, max int64) ([]byte, Stat, error) {
	return nil, Stat{}, unsupported("read below a directory")
}

// RemoveIfSame needs Linux.
func RemoveIfSame(rootDir, path string, dev, ino uint64) error {
	return unsupported("remove below a directory")
}

func statThrough(rootDir, name string) (Stat, error) {
	return Stat{}, unsupported("look below a directory")
}

func viewOf(pid int) mountTable { return nil }
