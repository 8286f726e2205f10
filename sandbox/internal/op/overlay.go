package op

import "fmt"

// BuildOverlay builds an overlay that is attached nowhere yet, in the parent,
// and sends it to the child under Name: fsopen(2) … fsmount(2). What is
// written lands in Upper; Lower is only read.
type BuildOverlay struct {
	Name  string `json:"name"`
	Lower string `json:"lower"`
	Upper string `json:"upper"`
	Work  string `json:"work"`
	// IDMapped shows the lower files with their owners shifted by the
	// sandbox's id map, so that root inside is the owner of root's files.
	IDMapped bool `json:"id_mapped,omitempty"`
	// Owner is the host's uid and gid of the upper directory.
	Owner int `json:"owner"`
	// Memory puts Upper and Work on a tmpfs of the overlay's own, of which they
	// are then names.
	Memory bool `json:"memory,omitempty"`
}

// MemorySize bounds a root's tmpfs, in bytes.
const MemorySize = 256 << 20

func (b BuildOverlay) String() string {
	s := fmt.Sprintf("fsopen(overlay), lowerdir=%s, upperdir=%s, fsmount", b.Lower, b.Upper)
	if b.Memory {
		s = "fsopen(tmpfs), " + s
	}
	if b.IDMapped {
		s += ", lower id-mapped"
	}
	return s
}

func (b BuildOverlay) Command() string {
	return fmt.Sprintf("mount -t overlay -o lowerdir=%s,upperdir=%s,workdir=%s overlay ROOT",
		Quote(b.Lower), Quote(b.Upper), Quote(b.Work))
}

func (BuildOverlay) Acts() []string { return nil }

// OverlayDirectory mounts an overlay of one directory inside the sandbox's
// user namespace, where an overlay of the whole root is refused because
// mounts lie below it. Kernel 5.11 and later (userxattr).
type OverlayDirectory struct {
	Lower  string `json:"lower"`
	Upper  string `json:"upper"`
	Work   string `json:"work"`
	Target string `json:"target"`
}

func (o OverlayDirectory) String() string {
	return fmt.Sprintf("mount(overlay on %s, lowerdir=%s, upperdir=%s, userxattr)", o.Target, o.Lower, o.Upper)
}

func (o OverlayDirectory) Command() string {
	return fmt.Sprintf("mount -t overlay -o lowerdir=%s,upperdir=%s,workdir=%s,userxattr overlay %s",
		Quote(o.Lower), Quote(o.Upper), Quote(o.Work), Quote(o.Target))
}

func (OverlayDirectory) Acts() []string { return []string{"mount"} }

// BuildTiny makes the directory of tentpole's own small root, if it is not there
// yet: a shell and everyday commands, in one program. Sandboxes share it.
type BuildTiny struct {
	Path string `json:"path"`
}

func (b BuildTiny) String() string  { return "build the tiny root in " + b.Path + ", once" }
func (b BuildTiny) Command() string { return "" }
func (BuildTiny) Acts() []string    { return nil }
