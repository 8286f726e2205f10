package search

import (
	"fmt"
	"strings"
)

// place gives a hit that is ours its reason.
func (e *explainer) place(h Hit) Place {
	how, why := e.reason(h)
	return Place{h.Path, h.Device, h.Inode, h.UID, how, why}
}

func (e *explainer) reason(h Hit) (How, string) {
	home, known := e.homes[h.identity()]
	m := e.table.covering(h.Path)
	switch {
	case e.throughProc(h.Path):
		return ProcRoot, fmt.Sprintf("Seen through the eyes of process %d: this path starts in that process's own root directory and uses its mounts.", e.PID)
	case h.Path == e.upperPath:
		return Upper, "The sandbox writes to an overlay, and this directory of the host catches what it writes."
	case h.Path == e.Path && e.SharedRoot:
		return Same, "Sandbox and host start from the same root directory, so one path leads both to one file."
	case h.Path == e.Path:
		return Same, "The sandbox has a root of its own, but this part of the tree is the host's, under the same path."
	case !known || m == nil:
		return Same, fmt.Sprintf("It has the file's device and inode number (%d), so it is the same file.", h.Inode)
	case h.Path == home.path:
		return e.reasonAtHome(h)
	case m == home.mount:
		return Same, fmt.Sprintf("This is another name (hard link) for the same file, inode %d.", h.Inode)
	}
	return Bind, bindReason(m, m.location(h.Path) != home.at)
}

// reasonAtHome is for a file that the host has under another path than the
// sandbox, by itself: the sandbox's root or one of its mounts makes the
// difference, unless it is but another name.
func (e *explainer) reasonAtHome(h Hit) (How, string) {
	at, _ := e.locate(h.Path)
	if inside := e.view.covering(e.Path); inside != nil && inside.location(e.Path) == at.at {
		if inside.Target != "/" {
			return Bind, fmt.Sprintf("The sandbox has a directory or file of the host's mounted on %s, and this is where it comes from.", inside.Target)
		}
		return Same, rootReason(h.Path, e.Path)
	}
	switch {
	case !e.SharedRoot && strings.HasSuffix(h.Path, e.Path):
		return Same, rootReason(h.Path, e.Path)
	case h.Links > 1:
		return Same, fmt.Sprintf("This is another name (hard link) for the same file, inode %d.", h.Inode)
	}
	return Bind, "The sandbox reaches this file of the host's through a mount of its own, under another path."
}

func rootReason(outside, inside string) string {
	return fmt.Sprintf("The sandbox's root directory is the host's %s, so every path inside begins there.", strings.TrimSuffix(outside, inside))
}

func bindReason(m *Mount, otherName bool) string {
	what := "the same file again"
	if otherName {
		what = "another name (hard link) of the same file"
	}
	return fmt.Sprintf("The same file system (%s, %d:%d) is mounted once more on %s and shows %s.", m.Type, m.Major, m.Minor, m.Target, what)
}
