// Package rootfs plans the root directory of a sandbox: which operations make
// it, where what is written inside lands on the host, and what is missing.
//
// It only plans. Nothing here touches a mount table; the operations do, later,
// and in the sandbox's own mount namespace. Kernel documentation:
// Documentation/filesystems/overlayfs.rst, mount_namespaces(7) (why an overlay
// of / is refused in a user namespace: mounts below it are locked).
package rootfs

import (
	"path"
	"slices"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// HostMount is a line of the host's mount table.
type HostMount struct {
	Target string // where it is attached, an absolute path
	Type   string // the file system's type
	Root   string // the part of the file system that is shown
	IsDir  bool   // false for a mount over a single file
	Locked bool   // read-only: nothing can be written there anyway
}

// Entry is a name in a directory of the host.
type Entry struct {
	Name string
	Dir  bool
	Link string // the target of a symbolic link
}

// Host is what planning a root needs to know of the machine.
type Host struct {
	Mounts []HostMount
	// Entries lists "/" and each of its directories with mounts below it.
	Entries map[string][]Entry
	// Privileged: overlays are built outside any user namespace.
	Privileged bool
}

// MountedBelow tells whether anything is mounted on dir or in it.
func (h Host) MountedBelow(dir string) bool {
	return slices.ContainsFunc(h.Mounts, func(m HostMount) bool { return Below(m.Target, dir) })
}

// Tree is the sandbox's own piece of the state directory. All paths are of
// the host.
type Tree struct {
	Root  string // where the new root is put together
	Upper string // what is written inside lands here
	Work  string // overlay's scratch directory, on the same file system
	More  string // upper and work directories of further file systems
	State string // the whole state directory, masked inside
	// Memory is the directory that a tmpfs with Upper and Work in it is mounted
	// on; "" leaves them on the disk.
	Memory string
}

// Catch says that what is written below Prefix inside lands in Upper on the
// host, where Upper replaces Prefix.
type Catch struct {
	Prefix string `json:"prefix"`
	Upper  string `json:"upper"`
}

// Layout is a planned root.
type Layout struct {
	Parent  []op.BuildOverlay // built by the parent, attached by the child
	Child   []op.Operation
	Catches []Catch
	Notes   []string // what is not as on the host, in sentences
}

// OverlayName names the i-th overlay that the parent sends along.
const OverlayName = "overlay"

// Caught returns where on the host a file written inside at p lands, or "".
func Caught(catches []Catch, p string) string {
	best := Catch{}
	for _, c := range catches {
		if Below(p, c.Prefix) && len(c.Prefix) > len(best.Prefix) {
			best = c
		}
	}
	if best.Prefix == "" {
		return ""
	}
	return path.Join(best.Upper, strings.TrimPrefix(p, best.Prefix))
}

// Below tells whether p is dir or lies in it.
func Below(p, dir string) bool {
	return p == dir || dir == "/" || strings.HasPrefix(p, dir+"/")
}

// own are the directories that every root of its own gets anew.
var own = map[string]bool{"/proc": true, "/sys": true, "/dev": true}

// fresh tells whether the path lies in a directory that is made anew.
func fresh(p string) bool {
	for dir := range own {
		if Below(p, dir) {
			return true
		}
	}
	return false
}
