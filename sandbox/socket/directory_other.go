//go:build !linux

package socket

// Most is how long a path may be that every system takes, in bytes.
const Most = 103

// throughDirectory needs Linux.
func throughDirectory(path string, _ func(string) error) error { return tooLong(path) }
