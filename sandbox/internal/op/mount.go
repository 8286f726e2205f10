package op

import (
	"fmt"
	"strings"
)

// PrivateMounts stops mounts from travelling between this mount table and
// the one it was copied from, in both directions; mount_namespaces(7).
type PrivateMounts struct{}

func (PrivateMounts) String() string  { return "mount(/, MS_REC|MS_PRIVATE)" }
func (PrivateMounts) Command() string { return "mount --make-rprivate /" }
func (PrivateMounts) Acts() []string  { return []string{"mount"} }

// Mount attaches a new file system; mount(2).
type Mount struct {
	Type   string `json:"type"`
	Source string `json:"source"`
	Target string `json:"target"`
	// Options are words of mount(8): nosuid nodev noexec ro; the rest is
	// handed to the file system.
	Options []string `json:"options,omitempty"`
	// Also lists namespaces besides mount that the new file system shows:
	// proc shows a pid namespace, sysfs a network namespace.
	Also []string `json:"also,omitempty"`
	// Existing says that the root is the host's, where no target is made.
	Existing bool `json:"existing,omitempty"`
}

func (m Mount) String() string {
	s := fmt.Sprintf("mount(%s on %s", m.Type, m.Target)
	if len(m.Options) > 0 {
		s += ", " + strings.Join(m.Options, ",")
	}
	return s + ")"
}

func (m Mount) Command() string {
	parts := []string{"mount", "-t", m.Type}
	if len(m.Options) > 0 {
		parts = append(parts, "-o", Quote(strings.Join(m.Options, ",")))
	}
	return strings.Join(append(parts, Quote(m.Source), Quote(m.Target)), " ")
}

func (m Mount) Acts() []string { return append([]string{"mount"}, m.Also...) }

// Bind makes a file or directory appear a second time, at Target, with the
// mounts below it. Target is made when it is missing.
type Bind struct {
	Source   string `json:"source"`
	Target   string `json:"target"`
	ReadOnly bool   `json:"read_only,omitempty"`
}

func (b Bind) String() string {
	s := fmt.Sprintf("open_tree(%s, OPEN_TREE_CLONE), move_mount to %s", b.Source, b.Target)
	if b.ReadOnly {
		s += ", read-only"
	}
	return s
}

func (b Bind) Command() string {
	s := "mount --rbind " + Quote(b.Source) + " " + Quote(b.Target)
	if b.ReadOnly {
		s += " && mount -o remount,bind,ro " + Quote(b.Target)
	}
	return s
}

func (Bind) Acts() []string { return []string{"mount"} }

// MountOrBind mounts a file system that the kernel gives to some only, and binds
// the host's where it refuses. In a user namespace it gives no proc or sysfs to
// who cannot see the whole of one already, as in a container whose own is partly
// covered; mount_namespaces(7).
type MountOrBind struct {
	Mount Mount `json:"mount"`
	Bind  Bind  `json:"bind"`
}

func (m MountOrBind) String() string {
	return m.Mount.String() + ", or a bind of " + m.Bind.Source + " where that is refused"
}

func (m MountOrBind) Command() string {
	return m.Mount.Command() + " || { " + m.Bind.Command() + "; }"
}

func (m MountOrBind) Acts() []string { return m.Mount.Acts() }

// First implements Choice.
func (m MountOrBind) First() Operation { return m.Mount }

// Second implements Choice.
func (m MountOrBind) Second() Operation { return m.Bind }

// AttachMount hangs a mount that the parent built, and sent as a descriptor
// under Name, onto Target; move_mount(2).
type AttachMount struct {
	Name   string `json:"name"`
	Target string `json:"target"`
}

func (a AttachMount) String() string {
	return fmt.Sprintf("move_mount(%s to %s)", a.Name, a.Target)
}
func (AttachMount) Command() string { return "" }
func (AttachMount) Acts() []string  { return []string{"mount"} }

// MakeDirectory makes a directory of the sandbox's own root.
type MakeDirectory struct {
	Path string `json:"path"`
	Mode uint32 `json:"mode"`
}

func (m MakeDirectory) String() string { return fmt.Sprintf("mkdir(%s, %04o)", m.Path, m.Mode) }
func (m MakeDirectory) Command() string {
	return fmt.Sprintf("mkdir -m %04o -p %s", m.Mode, Quote(m.Path))
}
func (MakeDirectory) Acts() []string { return []string{"mount"} }

// MakeSymlink makes a symbolic link in the sandbox's own root.
type MakeSymlink struct {
	Target string `json:"target"`
	Path   string `json:"path"`
}

func (m MakeSymlink) String() string  { return fmt.Sprintf("symlink(%s, %s)", m.Target, m.Path) }
func (m MakeSymlink) Command() string { return "ln -s " + Quote(m.Target) + " " + Quote(m.Path) }
func (MakeSymlink) Acts() []string    { return []string{"mount"} }

// Mask covers a directory with an empty, read-only tmpfs.
type Mask struct {
	Path string `json:"path"`
}

func (m Mask) String() string  { return "mount(tmpfs on " + m.Path + ", ro,size=4k)" }
func (m Mask) Command() string { return "mount -t tmpfs -o ro tmpfs " + Quote(m.Path) }
func (Mask) Acts() []string    { return []string{"mount"} }

// PivotRoot makes Root the root of this mount table and lets go of the old
// one; pivot_root(2), "pivot_root(".", ".")".
type PivotRoot struct {
	Root string `json:"root"`
}

func (p PivotRoot) String() string {
	return "pivot_root(" + p.Root + "), umount(old root, MNT_DETACH)"
}

func (p PivotRoot) Command() string {
	return "cd " + Quote(p.Root) + " && pivot_root . . && umount -l ."
}

func (PivotRoot) Acts() []string { return []string{"mount"} }
