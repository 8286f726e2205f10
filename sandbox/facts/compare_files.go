package facts

import (
	"cmp"
	"path"
	"strconv"
	"strings"
	"time"
)

func compareMounts(host, inside Facts) verdict {
	return verdict{
		host: strconv.Itoa(len(host.Mounts)), inside: strconv.Itoa(len(inside.Mounts)),
		word: sharing(host, inside, "mount"), note: mountRestrictions(inside.Mounts),
	}
}

// mountRestrictions counts the mounts with each of the options that take
// something away from those who use them; mount(8).
func mountRestrictions(mounts []Mount) string {
	var parts []string
	for _, option := range []string{"ro", "nosuid", "nodev", "noexec"} {
		n := 0
		for _, m := range mounts {
			if hasOption(m.Options, option) {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, strconv.Itoa(n)+" "+option)
		}
	}
	return strings.Join(parts, ", ")
}

// compareRoot goes by device and inode: in a new mount namespace the root is
// still the same directory, and chroot alone makes it another.
func compareRoot(host, inside Facts) verdict {
	v := verdict{host: rootText(host, host), inside: rootText(inside, host), word: Own}
	if host.Root.Device == inside.Root.Device && host.Root.Inode == inside.Root.Inode {
		v.word = Shared
		if inside.rootReadOnly() && !host.rootReadOnly() {
			v.word = Limited
		}
		return v
	}
	if v.host == v.inside {
		v.host += " inode " + strconv.FormatUint(host.Root.Inode, 10)
		v.inside += " inode " + strconv.FormatUint(inside.Root.Inode, 10)
	}
	return v
}

// rootText says what file system the root lies on. After chroot the process's
// own mount table may not have it; the host's does.
func rootText(f, host Facts) string {
	text := "device " + f.Root.Device
	for _, mounts := range [][]Mount{host.Mounts, f.Mounts} {
		for _, m := range mounts {
			if m.Device == f.Root.Device {
				text = m.FSType + device(m)
			}
		}
	}
	if at, ok := f.MountAt("/"); ok && at.Device == f.Root.Device {
		text = at.text()
	}
	if f.Root.Path != "" && f.Root.Path != "/" {
		text += " " + f.Root.Path
	}
	return text
}

// text is a mount in few words: "ext4 vda", "tmpfs", "ext4 vda /srv/site".
func (m Mount) text() string {
	text := m.FSType + device(m)
	if m.Root != "/" {
		text += " " + m.Root
	}
	if m.readOnly() {
		text += ", read-only"
	}
	return text
}

func (f Facts) rootReadOnly() bool {
	m, ok := f.MountAt("/")
	return ok && m.readOnly()
}

// device is the last part of a source that is a path, after a blank. Sources
// of file systems without a device are free text.
func device(m Mount) string {
	if !strings.HasPrefix(m.Source, "/") {
		return ""
	}
	return " " + path.Base(m.Source)
}

// pathKind is the row for one path.
func pathKind(name string) kind {
	name = path.Clean("/" + name)
	return kind{"path:" + name, name, "mount", "root pid net masks", false, "mounts", "", func(host, inside Facts) verdict {
		h, hostOK := host.MountAt(name)
		i, insideOK := inside.MountAt(name)
		v := verdict{host: unreadable, inside: unreadable, word: Own}
		if hostOK {
			v.host = h.text()
		}
		if insideOK {
			v.inside = i.text()
		}
		switch {
		case !hostOK || !insideOK:
			v.word, v.note = Unknown, "no mount in the table holds this path"
		case h.Device == i.Device && h.Root == i.Root && h.Target == i.Target:
			v.word = Shared
			if i.readOnly() && !h.readOnly() {
				v.word = Limited
			}
		}
		return v
	}}
}

func compareMasks(host, inside Facts) verdict {
	h, i := covers(host.Mounts), covers(inside.Mounts)
	return verdict{
		host: coversText(h), inside: coversText(i),
		word: restriction(i[hidden]+i[readOnly] > 0, i[hidden] == h[hidden] && i[readOnly] == h[readOnly]),
	}
}

func coversText(n [readOnly + 1]int) string {
	var parts []string
	if n[hidden] > 0 {
		parts = append(parts, strconv.Itoa(n[hidden])+" hidden")
	}
	if n[readOnly] > 0 {
		parts = append(parts, strconv.Itoa(n[readOnly])+" read-only")
	}
	return cmp.Or(strings.Join(parts, ", "), "none")
}

func interfaceNames(f Facts) string {
	names := make([]string, len(f.Interfaces))
	for i, n := range f.Interfaces {
		names[i] = n.Name
	}
	return strings.Join(names, " ")
}

func bootTime(f Facts) string { return f.BootTime.Format(time.DateTime) }
