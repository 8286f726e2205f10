package cgroup

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// machine is what Look reads. Paths are absolute; files is rooted at "/".
type machine struct {
	files    fs.FS
	writable func(name string) bool
	uid      int
}

// Look reads where the caller may make groups. It changes nothing.
func Look() Place { return thisMachine().look() }

func thisMachine() machine {
	return machine{files: os.DirFS("/"), uid: os.Geteuid(), writable: func(name string) bool {
		return unix.Faccessat(unix.AT_FDCWD, name, unix.W_OK, unix.AT_EACCESS) == nil
	}}
}

func (m machine) look() Place {
	all := m.hierarchies()
	p := Place{Mode: mode(all)}
	if i := slices.IndexFunc(all, hierarchy.unified); i >= 0 && all[i].dir != "" {
		m.lookUnified(&p, all[i])
	}
	for _, name := range []string{Memory, CPU, PIDs, IO, Freezer} {
		p.Controllers = append(p.Controllers, m.controller(p, all, name))
	}
	if h, ok := carrying(all, accounting); ok && m.makes(h) {
		p.Accounting = h.dir
	}
	if c := p.Controller(Memory); c.Version == 1 {
		p.SwapUncounted = !m.exists(path.Join(c.Dir, memoryAndSwap))
	}
	return p
}

// lookUnified finds the places of the v2 hierarchy.
func (m machine) lookUnified(p *Place, h hierarchy) {
	if m.writable(h.dir) && m.writable(path.Join(h.dir, "cgroup.procs")) {
		p.Own = h.dir
	}
	for _, dir := range above(h.dir, h.mount) {
		if parent, ok := m.parent(dir, dir == h.dir); ok {
			p.Parents = append(p.Parents, parent)
		}
	}
	if p.Mode == V2 {
		p.Scope = m.scope(h)
	}
}

// parent tells what groups made in a v2 cgroup can have. To be moved from the
// caller's own cgroup into one below it, a process needs the right to write
// its cgroup.procs ("delegation containment", cgroup-v2.rst).
func (m machine) parent(dir string, own bool) (Parent, bool) {
	p := Parent{Dir: dir, Controllers: m.words(path.Join(dir, subtreeControl))}
	kind := strings.Join(m.words(path.Join(dir, "cgroup.type")), " ")
	if kind != "" && kind != "domain" || !m.writable(dir) || !m.writable(path.Join(dir, "cgroup.procs")) {
		return Parent{}, false
	}
	// Only the root of the hierarchy has no type, and only the root may have
	// processes and hand on controllers as well.
	if own && kind == "" && m.writable(path.Join(dir, subtreeControl)) {
		for _, c := range m.words(path.Join(dir, "cgroup.controllers")) {
			if limiting(c) && !slices.Contains(p.Controllers, c) {
				p.Enable = append(p.Enable, c)
			}
		}
	}
	p.Controllers = slices.DeleteFunc(append(p.Controllers, p.Enable...), func(c string) bool { return !limiting(c) })
	return p, len(p.Controllers) > 0
}

// limiting tells whether a controller is one that limits need.
func limiting(controller string) bool {
	return slices.Contains([]string{Memory, CPU, PIDs, IO}, controller)
}

// controller finds a controller's place, or the reason why it has none.
func (m machine) controller(p Place, all []hierarchy, name string) Controller {
	c := Controller{Name: name}
	switch h, v1 := carrying(all, name); {
	case v1 && m.makes(h):
		c.Version, c.Dir = 1, h.dir
	case v1:
		c.Why, c.Remedy = m.whyNotV1(h)
	case name == Freezer:
		c.Version, c.Dir = 2, p.Own // every group can be frozen
		if p.Own == "" && len(p.Parents) == 0 && p.Scope == nil {
			c.Version = 0
			c.Why, c.Remedy = m.whyNotV2(all, name)
		}
	default:
		c.Dir = p.unifiedDir(name)
		if c.Dir == "" {
			c.Why, c.Remedy = m.whyNotV2(all, name)
		} else {
			c.Version = 2
		}
	}
	return c
}

// unifiedDir is where a v2 group with one controller would be made.
func (p Place) unifiedDir(controller string) string {
	parent, scope := p.carrier([]string{controller})
	switch {
	case scope != nil:
		return scope.Dir
	case parent != nil:
		return parent.Dir
	}
	return ""
}

// makes tells whether the caller may make groups of a v1 hierarchy.
func (m machine) makes(h hierarchy) bool { return h.dir != "" && m.writable(h.dir) }

// scope finds the systemd that this user can ask: root that of the system,
// others their own, which must have been delegated the controllers itself.
func (m machine) scope(h hierarchy) *Scope {
	if !m.exists("/run/systemd/system") { // sd_booted(3)
		return nil
	}
	s := &Scope{Bus: "/run/dbus/system_bus_socket", Slice: systemSlice, Dir: path.Join(h.mount, systemSlice)}
	top := h.mount
	if m.uid != 0 {
		top = m.userManager(h)
		s = &Scope{Bus: fmt.Sprintf("/run/user/%d/bus", m.uid), Slice: userSlice, Dir: path.Join(top, userSlice)}
	}
	for _, c := range m.words(path.Join(top, "cgroup.controllers")) {
		if limiting(c) {
			s.Controllers = append(s.Controllers, c)
		}
	}
	if !m.exists(s.Bus) || len(s.Controllers) == 0 {
		return nil
	}
	return s
}

// userManager is the cgroup of the user's own systemd.
func (m machine) userManager(h hierarchy) string {
	return path.Join(h.mount, fmt.Sprintf("user.slice/user-%d.slice/user@%[1]d.service", m.uid))
}

func (m machine) read(name string) []byte {
	b, _ := fs.ReadFile(m.files, strings.TrimPrefix(name, "/"))
	return b
}

func (m machine) words(name string) []string { return strings.Fields(string(m.read(name))) }

func (m machine) exists(name string) bool {
	_, err := fs.Stat(m.files, strings.TrimPrefix(name, "/"))
	return err == nil
}
