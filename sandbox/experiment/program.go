package experiment

import "os"

// Program is the open file of the acts' program, for subjects that must put it
// inside before anything can run there. It stays this package's.
func Program() (*os.File, error) { return program() }
