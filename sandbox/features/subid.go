package features

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// A span is a range of ids that a user may map; subuid(5).
type span struct{ first, count int }

const (
	subUIDs = "etc/subuid"
	subGIDs = "etc/subgid"
)

// noSpanError says that a user has no line in a file.
type noSpanError struct{ file string }

func (e *noSpanError) Error() string { return "/" + e.file + " has no line for this user" }

// Is makes it conclusive.
func (e *noSpanError) Is(target error) bool { return target == errors.ErrUnsupported }

// spans are all lines of a file. A line that cannot be read counts as none.
func spans(root fs.FS, file string) (owners []string, all []span) {
	for line := range strings.Lines(read(root, file)) {
		f := strings.Split(strings.TrimSpace(line), ":")
		if len(f) != 3 {
			continue
		}
		first, err1 := strconv.Atoi(f[1])
		count, err2 := strconv.Atoi(f[2])
		if err1 == nil && err2 == nil {
			owners, all = append(owners, f[0]), append(all, span{first, count})
		}
	}
	return owners, all
}

// spanOf finds the first range of a user's.
func spanOf(root fs.FS, file string, c caller) (span, error) {
	owners, all := spans(root, file)
	for i, owner := range owners {
		if owner == strconv.Itoa(c.uid) || owner == c.name && c.name != "" {
			return all[i], nil
		}
	}
	return span{}, &noSpanError{file}
}

// free is a range of the usual size that is nobody's yet in both files.
func free(root fs.FS) span {
	next := 100000
	for _, file := range []string{subUIDs, subGIDs} {
		_, all := spans(root, file)
		for _, s := range all {
			next = max(next, s.first+s.count)
		}
	}
	return span{next, 65536}
}

func (s span) String() string { return fmt.Sprintf("%d-%d", s.first, s.first+s.count-1) }
