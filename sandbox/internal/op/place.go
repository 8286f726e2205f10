package op

import "fmt"

// OpenTree copies a mount of the host's, attached nowhere, before the root is
// changed; the init keeps it under Name for AttachMount; open_tree(2),
// mount_setattr(2).
type OpenTree struct {
	Name     string `json:"name"`
	Source   string `json:"source"`
	ReadOnly bool   `json:"read_only,omitempty"`
}

func (o OpenTree) String() string {
	s := fmt.Sprintf("open_tree(%s, OPEN_TREE_CLONE), nosuid,nodev", o.Source)
	if o.ReadOnly {
		s += ",ro"
	}
	return s
}
func (OpenTree) Command() string { return "" }
func (OpenTree) Acts() []string  { return []string{"mount"} }

// PlaceMount hangs a mount that is kept under Name onto Target, which is made
// when it is missing, unless it is Existing. It comes after the change of root: a link on the way is
// followed inside.
type PlaceMount struct {
	Name     string `json:"name"`
	Source   string `json:"source"`
	Target   string `json:"target"`
	ReadOnly bool   `json:"read_only,omitempty"`
	// Existing says that the root is the host's, where nothing is made.
	Existing bool `json:"existing,omitempty"`
}

func (p PlaceMount) String() string {
	return fmt.Sprintf("move_mount(%s to %s)", p.Source, p.Target)
}

func (p PlaceMount) Command() string {
	return Bind{Source: p.Source, Target: p.Target, ReadOnly: p.ReadOnly}.Command()
}
func (PlaceMount) Acts() []string { return []string{"mount"} }

// ReadOnlyRoot makes the root directory's mount read-only; mounts below it stay
// as they are; mount_setattr(2).
type ReadOnlyRoot struct{}

func (ReadOnlyRoot) String() string  { return "mount_setattr(/, MOUNT_ATTR_RDONLY)" }
func (ReadOnlyRoot) Command() string { return "mount -o remount,bind,ro /" }
func (ReadOnlyRoot) Acts() []string  { return []string{"mount"} }

// WriteFile makes a small file in the sandbox's own root, in the place of what
// is there.
type WriteFile struct {
	Path    string `json:"path"`
	Content string `json:"content"`
}

func (w WriteFile) String() string {
	return fmt.Sprintf("write %d bytes to %s", len(w.Content), w.Path)
}
func (w WriteFile) Command() string {
	return "printf %s " + Quote(w.Content) + " > " + Quote(w.Path)
}
func (WriteFile) Acts() []string { return []string{"mount"} }

// HidePaths covers files that tell about, or steer, the machine: hidden ones
// with nothing, the others with themselves, read-only. Those that are not
// there are passed over.
type HidePaths struct {
	Hidden   []string `json:"hidden,omitempty"`
	ReadOnly []string `json:"read_only,omitempty"`
}

func (h HidePaths) String() string {
	return fmt.Sprintf("mount over %d paths, read-only over %d more: %s …", len(h.Hidden), len(h.ReadOnly), first(h.Hidden, h.ReadOnly))
}

func first(lists ...[]string) string {
	for _, l := range lists {
		if len(l) > 0 {
			return l[0]
		}
	}
	return "none"
}

func (h HidePaths) Command() string {
	return "for p in " + quoteAll(h.Hidden) + "; do if [ -d $p ]; then mount -t tmpfs -o ro,size=4k tmpfs $p; elif [ -e $p ]; then mount --bind /dev/null $p; fi; done; " +
		"for p in " + quoteAll(h.ReadOnly) + "; do if [ -e $p ]; then mount --bind $p $p && mount -o remount,bind,ro $p; fi; done"
}
func (HidePaths) Acts() []string { return []string{"mount"} }
