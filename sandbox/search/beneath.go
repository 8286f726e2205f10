package search

import "errors"

// ErrNotRegular is wrapped when what a path leads to is no regular file: a
// FIFO, a device, a symbolic link, a directory.
var ErrNotRegular = errors.New("not a regular file")
