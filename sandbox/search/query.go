package search

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"
)

// Query says what to look for and where. Only Name is required.
type Query struct {
	// Name is the exact base name: compared byte by byte, no pattern.
	Name string
	// Roots are absolute paths of the directories to start from; none means
	// "/". As with find, a root is an entry too, a root that is a symbolic
	// link is refused, and roots that overlap are searched twice.
	Roots []string
	// Skip are absolute paths without symbolic links in them. They count as
	// entries and are not entered.
	Skip []string
	// Workers is how many directories are read at a time; 0 means GOMAXPROCS,
	// and no more than 64 are used.
	Workers int
	// Progress, unless nil, is called at most every 50 ms, always from the
	// goroutine that called Find. The walk goes on meanwhile.
	Progress func(Progress)
}

// Progress is how far a walk has come.
type Progress struct {
	Entries     int64  // names read so far, directories included
	Directories int64  // directories read so far
	Current     string // one directory that was being read just now
}

// Result is what a walk found. It is complete when Find returned no error.
type Result struct {
	// Hits are sorted by path.
	Hits []Hit
	// Entries counts names the way `find -print` prints them: each root,
	// every name below, but no mount point that was skipped.
	Entries int64
	// Directories counts those read; Unreadable those that could not be, for
	// want of permission or because the disk failed.
	Directories, Unreadable int64
	// FileSystems are the mount points of what was walked, sorted.
	FileSystems []string
	// Skipped are the mounts the walk came to and did not enter, sorted by
	// target.
	Skipped []SkippedMount
	Elapsed time.Duration
}

// SkippedMount is a mount that was not entered, and why.
type SkippedMount struct {
	Target string // where it is mounted
	Type   string // file system type as in /proc/filesystems, with its subtype
	Why    string // one sentence part: "made by the kernel, holds no files of anybody's"
}

// Hit is a directory entry with the name, and the attributes of what it leads
// to without following a symbolic link. A mount over the entry is what is
// seen. Ids are those of the reader's user namespace.
type Hit struct {
	Path          string
	Device, Inode uint64
	UID, GID      uint32
	Mode          uint32 // type and permission bits, as in st_mode
	Size          int64  // bytes
	Links         uint64 // number of hard links
}

// errName is wrapped by the errors for names no directory entry can have.
var errName = errors.New("a base name is not empty, not . or .., and has no slash and no NUL in it")

func (q Query) check() error {
	if q.Name == "" || q.Name == "." || q.Name == ".." || strings.ContainsAny(q.Name, "/\x00") {
		return fmt.Errorf("search for %q: %w", q.Name, errName)
	}
	for _, paths := range [][]string{q.Roots, q.Skip} {
		for _, p := range paths {
			if !path.IsAbs(p) || strings.ContainsRune(p, 0) {
				return fmt.Errorf("search in %q: %w: give an absolute path", p, fs.ErrInvalid)
			}
		}
	}
	return nil
}

// Stat is what a Hit says of a file, without its path.
type Stat struct {
	Device, Inode uint64
	UID, GID      uint32
	Mode          uint32
	Size          int64
	Links         uint64
}

func (s Stat) hit(path string) Hit {
	return Hit{path, s.Device, s.Inode, s.UID, s.GID, s.Mode, s.Size, s.Links}
}
