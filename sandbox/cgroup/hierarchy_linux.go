package cgroup

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/moby/sys/mountinfo"
)

// hierarchy is a mounted cgroup hierarchy.
type hierarchy struct {
	mount       string
	controllers []string // of v1; nil for v2
	dir         string   // the caller's own cgroup in it, "" when the mount does not show it
	readOnly    bool
}

// unifiedMount is where cgroup v2 is mounted, "" when it is not.
func (m machine) unifiedMount() string {
	all := m.hierarchies()
	if i := slices.IndexFunc(all, hierarchy.unified); i >= 0 {
		return all[i].mount
	}
	return ""
}

func (h hierarchy) unified() bool { return h.controllers == nil }

// hierarchies joins what is mounted with where the caller is.
func (m machine) hierarchies() []hierarchy {
	mounts, err := mountinfo.GetMountsFromReader(bytes.NewReader(m.read("/proc/self/mountinfo")), mountinfo.FSTypeFilter("cgroup", "cgroup2"))
	if err != nil {
		return nil
	}
	var all []hierarchy
	for line := range strings.Lines(string(m.read("/proc/self/cgroup"))) {
		// Hierarchy number, controllers, path; cgroups(7).
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(f) != 3 {
			continue
		}
		if h, ok := mounted(mounts, f[1], f[2]); ok {
			all = append(all, h)
		}
	}
	return all
}

// mounted finds the mount of a hierarchy, at best one that shows the caller's
// cgroup.
func mounted(mounts []*mountinfo.Info, controllers, own string) (hierarchy, bool) {
	var found hierarchy
	ok := false
	for _, mount := range mounts {
		if !carries(mount, controllers) || ok && found.dir != "" {
			continue
		}
		found, ok = hierarchy{mount: mount.Mountpoint, readOnly: option(mount.Options, "ro") || option(mount.VFSOptions, "ro")}, true
		if controllers != "" {
			found.controllers = strings.Split(controllers, ",")
		}
		if rest, shown := within(own, mount.Root); shown && !strings.HasPrefix(own, "/..") {
			found.dir = path.Join(mount.Mountpoint, rest)
		}
	}
	return found, ok
}

// carries tells whether a mount is of the hierarchy with these controllers.
func carries(mount *mountinfo.Info, controllers string) bool {
	if controllers == "" {
		return mount.FSType == "cgroup2"
	}
	for c := range strings.SplitSeq(controllers, ",") {
		if mount.FSType != "cgroup" || !option(mount.VFSOptions, c) {
			return false
		}
	}
	return true
}

func option(options, name string) bool { return slices.Contains(strings.Split(options, ","), name) }

// carrying finds the v1 hierarchy of a controller; blkio is what v1 calls io.
func carrying(all []hierarchy, controller string) (hierarchy, bool) {
	if controller == IO {
		controller = "blkio"
	}
	i := slices.IndexFunc(all, func(h hierarchy) bool { return slices.Contains(h.controllers, controller) })
	if i < 0 {
		return hierarchy{}, false
	}
	return all[i], true
}

// mode names the mounts. A v1 hierarchy with a name and no controllers, as
// systemd keeps one, is none that limits.
func mode(all []hierarchy) Mode {
	v1 := slices.ContainsFunc(all, func(h hierarchy) bool {
		return slices.ContainsFunc(h.controllers, func(c string) bool { return !strings.HasPrefix(c, "name=") })
	})
	v2 := slices.ContainsFunc(all, hierarchy.unified)
	switch {
	case v1 && v2:
		return Hybrid
	case v1:
		return V1
	case v2:
		return V2
	}
	return None
}
