package search

import (
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// A node is a directory of the walk. Its children are opened relative to its
// descriptor: names deeper than PATH_MAX stay reachable, a directory moved
// meanwhile does not lead the walk astray, and the whole walk takes a sixth
// less time than with full paths.
//
// To bound descriptors, not every node keeps its own. One without (fd < 0) is
// reached from the nearest ancestor that has one, and holds that chain.
type node struct {
	parent   *node
	name     string // base name; of a start, the path to show
	fd       int    // -1: not kept open
	crossing *crossing
	refs     atomic.Int32 // frames that list its children, and children without a descriptor
}

// path is the name to show. It never asks the kernel and may be any length.
func (n *node) path() string {
	if n.parent == nil {
		return n.name
	}
	var parts []string
	for ; n.parent != nil; n = n.parent {
		parts = append(parts, n.name)
	}
	parts = append(parts, strings.TrimSuffix(n.name, "/"))
	slices.Reverse(parts)
	return strings.Join(parts, "/")
}

const (
	openDirectory = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC
	passDirectory = unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC
)

// reopen gives a node without a descriptor one to open children with, which
// the caller closes. It goes the way from the nearest ancestor that has one,
// in pieces the kernel takes as a path. RESOLVE_NO_SYMLINKS does for every
// component what O_NOFOLLOW does for the last.
func (n *node) reopen() (int, error) {
	var parts []string
	for ; n.fd < 0; n = n.parent {
		parts = append(parts, n.name)
	}
	fd, owned := n.fd, false
	for len(parts) > 0 {
		var piece string
		piece, parts = takePiece(parts)
		next, err := openat2(fd, piece, unix.OpenHow{Flags: passDirectory, Resolve: unix.RESOLVE_NO_SYMLINKS})
		if owned {
			unix.Close(fd)
		}
		if err != nil {
			return -1, err
		}
		fd, owned = next, true
	}
	return fd, nil
}

// takePiece joins names from the end of a reversed list, as many as fit.
func takePiece(reversed []string) (piece string, rest []string) {
	size, first := 0, len(reversed)
	for first > 0 && (size == 0 || size+1+len(reversed[first-1]) < unix.PathMax) {
		first--
		size += 1 + len(reversed[first])
	}
	taken := make([]string, 0, len(reversed)-first)
	for i := len(reversed) - 1; i >= first; i-- {
		taken = append(taken, reversed[i])
	}
	return strings.Join(taken, "/"), reversed[:first]
}

func openat(dir int, name string, flags int) (int, error) {
	for {
		fd, err := unix.Openat(dir, name, flags, 0)
		if err != unix.EINTR {
			return fd, err
		}
	}
}
