//go:build !linux

package experiment

// Descendants needs Linux.
func Descendants(int) []int { return nil }

// WithParent needs Linux.
func WithParent(int) []int { return nil }
