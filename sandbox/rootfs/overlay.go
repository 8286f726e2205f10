package rootfs

import (
	"fmt"
	"path"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/search"
)

// Overlay plans a root that shows the host's and catches what is written.
// Owner is the host uid and gid of the upper directories, idMapped whether
// the sandbox sees ids through a map that is not one to one.
func Overlay(h Host, t Tree, owner int, idMapped bool) Layout {
	if h.Privileged {
		return whole(h, t, owner, idMapped)
	}
	return piecewise(h, t)
}

// whole puts one overlay over / and one over each further local file system.
func whole(h Host, t Tree, owner int, idMapped bool) Layout {
	var l Layout
	add := func(target, upper, work string) {
		name := fmt.Sprintf("%s%d", OverlayName, len(l.Parent))
		l.Parent = append(l.Parent, op.BuildOverlay{Name: name, Lower: target, Upper: upper, Work: work, IDMapped: idMapped, Owner: owner, Memory: t.Memory != ""})
		l.Child = append(l.Child, op.AttachMount{Name: name, Target: path.Join(t.Root, target)})
		l.catch(t, target, upper)
	}
	add("/", t.Upper, t.Work)
	for i, m := range furtherMounts(h.Mounts) {
		if !m.IsDir {
			l.Notes = append(l.Notes, m.Target+" is a mount over one file and is missing inside: the file below it shows.")
			continue
		}
		if why := search.Skips(m.Type); why != "" {
			l.Notes = append(l.Notes, fmt.Sprintf("%s is missing inside (%s: %s).", m.Target, m.Type, why))
			continue
		}
		if m.Locked || unlayered[m.Type] {
			l.Child = append(l.Child, op.Bind{Source: m.Target, Target: path.Join(t.Root, m.Target), ReadOnly: true})
			continue
		}
		dir := fmt.Sprintf("%s/%d", t.More, i)
		// Upper and path inside join to the file, as for the root itself.
		add(m.Target, dir+"/upper"+m.Target, dir+"/work")
	}
	return l
}

// unlayered are file systems that overlay refuses as a lower layer, because
// they compare names in a way of their own; fs/overlayfs/util.c, ovl_dentry_weird.
var unlayered = map[string]bool{"vfat": true, "msdos": true, "exfat": true, "hfs": true, "hfsplus": true, "ntfs3": true}

// typeAt is the type of the file system mounted exactly at p, "" when none is.
func (h Host) typeAt(p string) string {
	found := ""
	for _, m := range h.Mounts {
		if m.Target == p {
			found = m.Type // the last one shows
		}
	}
	return found
}

// furtherMounts are the mounts beside / that are not made anew anyway, each
// target once: the last mount on it is the one that shows.
func furtherMounts(mounts []HostMount) []HostMount {
	var out []HostMount
	at := map[string]int{}
	for _, m := range mounts {
		if m.Target == "/" || fresh(m.Target) {
			continue
		}
		if i, seen := at[m.Target]; seen {
			out[i] = m
			continue
		}
		at[m.Target] = len(out)
		out = append(out, m)
	}
	return out
}

// piecewise builds, inside a user namespace, a root on a tmpfs with one
// overlay for each directory that has no mounts below it.
func piecewise(h Host, t Tree) Layout {
	l := Layout{Child: append(t.memory(), op.Mount{Type: "tmpfs", Source: "tmpfs", Target: t.Root, Options: []string{"nosuid", "mode=0755", "size=1m"}})}
	for _, e := range h.Entries["/"] {
		l.place(h, t, "/", e, true)
	}
	return l
}

// place puts one entry of dir into the new root.
func (l *Layout) place(h Host, t Tree, dir string, e Entry, split bool) {
	p := path.Join(dir, e.Name)
	target := path.Join(t.Root, p)
	switch {
	case fresh(p):
	case e.Link != "":
		l.Child = append(l.Child, op.MakeSymlink{Target: e.Link, Path: target})
	case !e.Dir:
		l.Notes = append(l.Notes, p+" is missing inside: only directories can be overlaid.")
	case split && h.typeAt(p) == "autofs":
		l.Child = append(l.Child, op.MakeDirectory{Path: target, Mode: 0o755})
		l.Notes = append(l.Notes, p+" is empty inside: looking into it would mount things on the host.")
	case split && unlayered[h.typeAt(p)]:
		l.Child = append(l.Child, op.Bind{Source: p, Target: target, ReadOnly: true})
		l.Notes = append(l.Notes, p+" is read-only inside: its file system cannot lie below an overlay.")
	case !mountsBelow(h.Mounts, p):
		upper := path.Join(t.Upper, p)
		l.Child = append(l.Child, op.OverlayDirectory{Lower: p, Upper: upper, Work: path.Join(t.Work, strings.ReplaceAll(p, "/", "_")), Target: target})
		l.catch(t, p, upper)
	case split:
		l.Child = append(l.Child, op.MakeDirectory{Path: target, Mode: 0o755})
		for _, sub := range h.Entries[p] {
			l.place(h, t, p, sub, false)
		}
	default:
		l.Child = append(l.Child, op.MakeDirectory{Path: target, Mode: 0o755})
		l.Notes = append(l.Notes, p+" is empty inside: the host has mounts below it, which a user namespace may not uncover.")
	}
}

// mountsBelow tells whether anything is mounted strictly below p.
func mountsBelow(mounts []HostMount, p string) bool {
	for _, m := range mounts {
		if m.Target != p && Below(m.Target, p) {
			return true
		}
	}
	return false
}
