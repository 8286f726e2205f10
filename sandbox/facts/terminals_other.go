//go:build !linux

package facts

// Terminals counts the pseudo terminals that the processes of a procfs hold; there
// is none here.
func Terminals(string, int) int { return 0 }
