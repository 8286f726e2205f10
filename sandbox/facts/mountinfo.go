package facts

import (
	"fmt"
	"path"
	"strconv"
	"strings"
)

// Mount is one line of /proc/PID/mountinfo, see proc_pid_mountinfo(5). Target
// is as the process sees it, below its own root.
//
// The parser is this package's own rather than moby/sys/mountinfo's: it builds
// where there is no Linux, keeps the two kinds of options and the propagation
// apart, and does not lose the table over one line.
type Mount struct {
	ID          int    `json:"id"`
	Parent      int    `json:"parent"`
	Device      string `json:"device"` // "major:minor"
	Root        string `json:"root"`   // the directory of the file system that is mounted
	Target      string `json:"target"`
	FSType      string `json:"fs_type"`
	Source      string `json:"source"`
	Options     string `json:"options"`     // of this mount
	FSOptions   string `json:"fs_options"`  // of the file system, shared by all its mounts
	Propagation string `json:"propagation"` // the kernel's words, such as "shared:1 master:2"; "private" for none
}

// parseMountinfo reads /proc/PID/mountinfo. Lines it cannot understand are
// left out and the first of them is the error; the mounts are valid all the
// same.
func parseMountinfo(b []byte) (mounts []Mount, err error) {
	mounts = []Mount{}
	for line := range lines(b) {
		m, lineErr := parseMount(line)
		switch {
		case lineErr == nil:
			mounts = append(mounts, m)
		case err == nil:
			err = lineErr
		}
	}
	return mounts, err
}

func parseMount(line string) (Mount, error) {
	// Blanks inside a field are escaped, so the first " - " is the separator.
	own, fs, found := strings.Cut(line, " - ")
	f := strings.SplitN(own, " ", 7)
	if !found || len(f) < 6 {
		return Mount{}, fmt.Errorf("mountinfo line %q has too few fields", line)
	}
	id, idErr := strconv.Atoi(f[0])
	parent, parentErr := strconv.Atoi(f[1])
	if idErr != nil || parentErr != nil {
		return Mount{}, fmt.Errorf("mountinfo line %q does not begin with two numbers", line)
	}
	m := Mount{
		ID: id, Parent: parent, Device: f[2],
		Root: unescapeOctal(f[3]), Target: unescapeOctal(f[4]), Options: f[5],
		Propagation: "private",
	}
	if len(f) == 7 && f[6] != "" {
		m.Propagation = f[6]
	}
	// The source may be empty, which leaves two blanks in a row.
	fsType, rest, _ := strings.Cut(fs, " ")
	source, options, _ := strings.Cut(rest, " ")
	m.FSType, m.Source, m.FSOptions = unescapeOctal(fsType), unescapeOctal(source), unescapeOctal(options)
	return m, nil
}

// unescapeOctal turns \040 and the like back into the byte. The kernel escapes
// blank, tab, newline, backslash and, in some fields, the hash.
func unescapeOctal(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				out = append(out, byte(n))
				i += 3
				continue
			}
		}
		out = append(out, s[i])
	}
	return string(out)
}

// MountAt finds the mount that holds an absolute path, by the path's letters:
// symbolic links on the way are not followed. It reports false when no mount
// does, as in a directory entered with chroot that is no mount itself.
func (f Facts) MountAt(name string) (Mount, bool) {
	name = path.Clean("/" + name)
	best := -1
	for i, m := range f.Mounts {
		if !below(name, m.Target) {
			continue
		}
		// A later mount on the same target lies on top.
		if best < 0 || len(m.Target) >= len(f.Mounts[best].Target) {
			best = i
		}
	}
	if best < 0 {
		return Mount{}, false
	}
	return f.Mounts[best], true
}

// below reports whether name is dir or lies in it. Both are clean.
func below(name, dir string) bool {
	return dir == "/" || name == dir ||
		strings.HasPrefix(name, dir) && name[len(dir)] == '/'
}

// cover says what a mount on a piece of /proc or /sys does to it, which is how
// runtimes keep a process from what no namespace covers.
type cover int

const (
	uncovered cover = iota
	hidden          // by an empty directory or /dev/null
	readOnly
)

// covers counts the mounts of each kind.
func covers(mounts []Mount) (n [readOnly + 1]int) {
	for _, m := range mounts {
		n[m.covers()]++
	}
	return n
}

func (m Mount) covers() cover {
	inProc := m.Target != "/proc" && below(m.Target, "/proc")
	inSys := m.Target != "/sys" && below(m.Target, "/sys") && !below(m.Target, "/sys/fs/cgroup")
	if !inProc && !inSys {
		return uncovered
	}
	switch m.FSType {
	case "tmpfs", "devtmpfs":
		return hidden
	case "proc", "sysfs": // a bind mount of the piece onto itself
		if m.readOnly() {
			return readOnly
		}
	}
	return uncovered
}

// readOnly tells of a mount, or of the whole file system.
func (m Mount) readOnly() bool { return hasOption(m.Options, "ro") || hasOption(m.FSOptions, "ro") }

func hasOption(options, want string) bool {
	for o := range strings.SplitSeq(options, ",") {
		if o == want {
			return true
		}
	}
	return false
}
