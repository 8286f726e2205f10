package facts

import (
	"fmt"
	"slices"
	"strings"
)

// Unified is the Hierarchy of cgroup v2.
const Unified = "unified"

// Cgroup is the process's place in one hierarchy.
type Cgroup struct {
	Hierarchy string `json:"hierarchy"` // "unified", or the controllers as mounted: "memory", "cpu,cpuacct", "name=systemd"
	Path      string `json:"path"`      // from the reader's cgroup namespace; may begin with "/.."
	Inside    string `json:"inside"`    // the path from the process's own cgroup namespace; empty when not known
	Dir       string `json:"dir"`       // the directory on this machine; empty when not mounted where the reader sees it

	// Limits holds the limit files of Dir by name, as the kernel writes them
	// ("max", "67108864", "50000 100000"): memory.max, cpu.max, pids.max,
	// io.max, or the v1 names. Files the directory does not have are absent.
	Limits map[string]string `json:"limits,omitempty"`
	// Inherited holds the same files of a directory above, for each kind of
	// limit that is tighter there: it is then the one that holds.
	Inherited map[string]string `json:"inherited,omitempty"`
}

// parseCgroups reads /proc/PID/cgroup: hierarchy number, controllers, path,
// with colons between them. Only the path can hold a colon of its own.
func parseCgroups(b []byte) ([]Cgroup, error) {
	groups := []Cgroup{}
	for line := range lines(b) {
		f := strings.SplitN(line, ":", 3)
		if len(f) != 3 || !strings.HasPrefix(f[2], "/") {
			return nil, fmt.Errorf("cgroup line %q does not end in a path", line)
		}
		hierarchy := f[1]
		if hierarchy == "" {
			hierarchy = Unified
		}
		groups = append(groups, Cgroup{Hierarchy: hierarchy, Path: f[2]})
	}
	return groups, nil
}

// has reports whether the hierarchy carries a controller or a name.
func (c Cgroup) has(controller string) bool {
	return slices.Contains(strings.Split(c.Hierarchy, ","), controller)
}

// dir finds the cgroup's directory below one of the reader's cgroup mounts,
// and the directory where that mount begins.
func (c Cgroup) dir(mounts []Mount) (dir, top string) {
	for _, m := range mounts {
		if !c.mountedAt(m) {
			continue
		}
		if rest, ok := within(c.Path, m.Root); ok {
			return strings.TrimSuffix(m.Target, "/") + rest, m.Target
		}
	}
	return "", ""
}

func (c Cgroup) mountedAt(m Mount) bool {
	if c.Hierarchy == Unified {
		return m.FSType == "cgroup2"
	}
	if m.FSType != "cgroup" {
		return false
	}
	for controller := range strings.SplitSeq(c.Hierarchy, ",") {
		if !hasOption(m.FSOptions, controller) {
			return false
		}
	}
	return true
}

// within gives the part of a path below root, "" for root itself. A path that
// climbs further out of the reader's cgroup namespace than root does is not
// within it.
func within(name, root string) (string, bool) {
	if !below(name, root) {
		return "", false
	}
	rest := strings.TrimSuffix(strings.TrimPrefix(name, strings.TrimSuffix(root, "/")), "/")
	return rest, !below(rest, "/..")
}
