package image

import (
	"archive/tar"
	"path"
	"slices"
	"strings"
)

// An entry's name goes through these rules before anything else is done with
// it. image-spec, layer.md, has names relative to the root.
var nameRules = []struct {
	breaks func(name string) bool
	why    string
}{
	{func(n string) bool { return n == "" }, "has no name"},
	{path.IsAbs, `has an absolute name; names are relative to the root`},
	{func(n string) bool { return slices.Contains(strings.Split(n, "/"), "..") }, `leads upwards: it has ".." in its name`},
	{func(n string) bool { return strings.Contains(n, "\x00") }, "has a zero byte in its name"},
	{func(n string) bool { return slices.ContainsFunc(strings.Split(n, "/"), tooLong) }, "has a component of more than 255 bytes in its name"},
}

func tooLong(component string) bool { return len(component) > 255 }

// cleanName returns the name below the root, "." for the root itself.
func cleanName(name string) (clean, broken string) {
	for _, r := range nameRules {
		if r.breaks(name) {
			return "", r.why
		}
	}
	return path.Clean(name), ""
}

// depth is how many components a clean name has.
func depth(name string) int64 { return int64(strings.Count(name, "/") + 1) }

// Markers of what a layer removes; image-spec, layer.md, "Whiteouts".
const (
	whiteout     = ".wh."            // .wh.NAME: NAME of lower layers is gone
	opaque       = ".wh..wh..opq"    // everything that lower layers have here is gone
	aufsInternal = whiteout + ".wh." // other names of this form were aufs's own
)

// refused are types of entries that are not taken, and why.
var refused = map[byte]string{
	tar.TypeChar:  deviceWhy,
	tar.TypeBlock: deviceWhy,
}

const deviceWhy = "is a device; a sandbox makes its own /dev, so leave it out of the archive"

// isOverlayWhiteout tells whether the entry is how an overlay marks a removed
// file: character device 0/0. Documentation/filesystems/overlayfs.rst,
// "whiteouts and opaque directories".
func isOverlayWhiteout(h *tar.Header) bool {
	return h.Typeflag == tar.TypeChar && h.Devmajor == 0 && h.Devminor == 0
}

// removes returns the name that the entry takes away, with ok false if it
// takes nothing away.
func removes(h *tar.Header, name string) (gone string, ok bool) {
	if isOverlayWhiteout(h) {
		return name, true
	}
	dir, base := path.Split(name)
	gone, ok = strings.CutPrefix(base, whiteout)
	return dir + gone, ok
}

// xattrPrefix stands before an extended attribute's name in a PAX record.
const xattrPrefix = "SCHILY.xattr."

// xattrs returns the entry's extended attributes, and their size in bytes.
func xattrs(h *tar.Header) (set map[string]string, size int64) {
	for key, value := range h.PAXRecords {
		if name, ok := strings.CutPrefix(key, xattrPrefix); ok {
			if set == nil {
				set = map[string]string{}
			}
			set[name] = value
			size += int64(len(name) + len(value))
		}
	}
	return set, size
}

// take checks an entry's header against the limits and counts it.
func (u *usage) take(h *tar.Header) error {
	u.entries++
	_, xattrSize := xattrs(h)
	for _, l := range []struct {
		limit   string
		n, most int64
	}{
		{"entries", u.entries, u.limits.Entries},
		{"path", int64(max(len(h.Name), len(h.Linkname))), u.limits.Path},
		{"depth", depth(strings.Trim(h.Name, "/")), u.limits.Depth},
		{"xattr", xattrSize, u.limits.Xattr},
		{"file", h.Size, u.limits.File},
	} {
		if err := within(l.limit, l.n, l.most, h.Name); err != nil {
			return err
		}
	}
	return nil
}
