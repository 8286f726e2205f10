// Package descriptors keeps the standard files of a command that somebody else runs:
// the caller's stay the caller's, who closes them when it likes.
package descriptors

import "os"

// Duplicate opens the files once more, each by itself, in the same order. Nil
// stays nil. Whoever asked closes them; see [Close].
func Duplicate(files ...*os.File) (own []*os.File, err error) {
	for _, f := range files {
		var d *os.File
		if f != nil {
			d, err = duplicate(f)
		}
		if err != nil {
			Close(own)
			return nil, err
		}
		own = append(own, d)
	}
	return own, nil
}

// Close closes those that are not nil.
func Close(files []*os.File) {
	for _, f := range files {
		if f != nil {
			f.Close()
		}
	}
}
