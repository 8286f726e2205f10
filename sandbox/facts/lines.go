package facts

import (
	"iter"
	"strings"
)

// lines yields the lines of a /proc file that are not empty, without their
// ends. The last one may lack its newline.
func lines(b []byte) iter.Seq[string] {
	return func(yield func(string) bool) {
		// One copy for the whole file: the fields cut out of it share it.
		for line := range strings.SplitSeq(string(b), "\n") {
			if line != "" && !yield(line) {
				return
			}
		}
	}
}
