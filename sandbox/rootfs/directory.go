package rootfs

import (
	"fmt"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
)

// Directory plans a root that shows a directory of the host's, such as an
// unpacked image, and catches what is written: the directory stays as it is.
func Directory(h Host, t Tree, dir string, owner int, idMapped bool) Layout {
	var l Layout
	if mountsBelow(h.Mounts, dir) {
		l.Notes = append(l.Notes, "What is mounted below "+dir+" is missing inside.")
	}
	if !h.Privileged {
		l.Child = append(t.memory(), op.OverlayDirectory{Lower: dir, Upper: t.Upper, Work: t.Work, Target: t.Root})
	} else {
		name := OverlayName + "0"
		l.Parent = []op.BuildOverlay{{Name: name, Lower: dir, Upper: t.Upper, Work: t.Work, IDMapped: idMapped, Owner: owner, Memory: t.Memory != ""}}
		l.Child = []op.Operation{op.AttachMount{Name: name, Target: t.Root}}
	}
	l.catch(t, "/", t.Upper)
	return l
}

// catch says where on the host a file lands; in memory it lands nowhere there.
func (l *Layout) catch(t Tree, prefix, upper string) {
	if t.Memory == "" {
		l.Catches = append(l.Catches, Catch{Prefix: prefix, Upper: upper})
	}
}

// memory is the tmpfs that a user's upper directories lie on, mounted in the
// sandbox's own mount namespace. Root's are built with the overlays.
func (t Tree) memory() []op.Operation {
	if t.Memory == "" {
		return nil
	}
	return []op.Operation{op.Mount{Type: "tmpfs", Source: "tmpfs", Target: t.Memory,
		Options: []string{"nosuid", "nodev", "mode=0755", fmt.Sprintf("size=%d", op.MemorySize)}}}
}
