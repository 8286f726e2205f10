package facts

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

func (r *reader) readCgroups() error {
	b, err := r.target.read("cgroup", maxFile)
	if err != nil {
		return err
	}
	groups, err := parseCgroups(b)
	if err != nil {
		return err
	}
	r.facts.Cgroups = groups
	mounts, err := r.cgroupMounts()
	if err != nil {
		return err
	}
	var failed error
	for i := range groups {
		failed = cmp.Or(failed, groups[i].read(mounts))
	}
	if failed != nil {
		for _, k := range limitKinds {
			r.facts.Unreadable[k.row()] = reason(failed)
		}
	}
	return nil
}

// readCgroupPaths finds out where the process finds itself: its own path begins
// at the root of its cgroup namespace. There are three ways, as for the
// hostname.
func (r *reader) readCgroupPaths() error {
	text, err := r.cgroupInside()
	if err != nil {
		return err
	}
	own, err := parseCgroups(text)
	if err != nil {
		return err
	}
	paths := make(map[string]string, len(own))
	for _, c := range own {
		paths[c.Hierarchy] = c.Path
	}
	for i := range r.facts.Cgroups {
		r.facts.Cgroups[i].Inside = paths[r.facts.Cgroups[i].Hierarchy]
	}
	return nil
}

func (r *reader) cgroupInside() (text []byte, err error) {
	if r.opts.cgroup != nil {
		return []byte(*r.opts.cgroup), nil
	}
	ours, err := r.ours("cgroup")
	switch {
	case err != nil:
		return nil, err
	case ours:
		return r.target.read("cgroup", maxFile)
	case os.Geteuid() != 0:
		return nil, fmt.Errorf("%w to enter its cgroup namespace", unix.EPERM)
	}
	entered := r.target.enter("cgroup", unix.CLONE_NEWCGROUP, func() { text, err = r.target.read("cgroup", maxFile) })
	return text, errors.Join(entered, err)
}

func (r *reader) readUsage() error {
	if r.opts.usage {
		used := Measure(r.facts.Cgroups)
		r.facts.Usage = &used
	}
	return nil
}

// cgroupMounts are the cgroup file systems where the reader, not the target,
// has them mounted.
func (r *reader) cgroupMounts() ([]Mount, error) {
	b, err := r.own.read("mountinfo", maxFile)
	if err != nil {
		return nil, err
	}
	all, _ := parseMountinfo(b)
	var found []Mount
	for _, m := range all {
		if m.FSType == "cgroup" || m.FSType == "cgroup2" {
			found = append(found, m)
		}
	}
	return found, nil
}

// read finds the cgroup's directory and the limits that hold there.
func (c *Cgroup) read(mounts []Mount) error {
	dir, top := c.dir(mounts)
	if dir == "" {
		return nil
	}
	names := limitFiles(*c)
	own, err := limitsAt(dir, names)
	if errors.Is(err, unix.ENOENT) { // removed, or hidden by another mount
		return nil
	}
	c.Dir, c.Limits = dir, own
	if len(names) == 0 {
		return err
	}
	for err == nil && dir != top && below(dir, top) {
		dir = path.Dir(dir)
		var above map[string]string
		above, err = limitsAt(dir, names)
		c.inherit(above)
	}
	return err
}

// limitsAt reads those of the named files that a cgroup directory has.
func limitsAt(dir string, names []string) (map[string]string, error) {
	fd, err := openat(unix.AT_FDCWD, dir, unix.O_PATH|unix.O_DIRECTORY)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	found := make(map[string]string, len(names))
	for _, name := range names {
		b, err := readAt(fd, name, maxFile)
		if errors.Is(err, unix.ENOENT) { // the controller is off here, or this is the root
			continue
		}
		if err != nil {
			return found, err
		}
		found[name] = strings.TrimSuffix(string(b), "\n")
	}
	return found, nil
}

// inherit takes over the kinds of limit that are tighter above than anything
// found so far.
func (c *Cgroup) inherit(above map[string]string) {
	for _, k := range limitKinds {
		if k.value(above) >= min(k.value(c.Limits), k.value(c.Inherited)) {
			continue
		}
		if c.Inherited == nil {
			c.Inherited = map[string]string{}
		}
		for _, name := range k.filesIn(*c) {
			if value, has := above[name]; has {
				c.Inherited[name] = value
			}
		}
	}
}
