package cgroup

import (
	"path"
	"slices"
	"strings"
)

// What a person can do about a controller that is missing.
const (
	onTheHost = "run tentpole on the host, not in a container"
	withSudo  = "run sudo tentpole"
	delegate  = "`sudo systemctl edit user@.service` and put Delegate=cpu cpuset io memory pids under [Service], then log in again; or " + withSudo
)

// whyNotV1 says why no group can be made in a v1 hierarchy.
func (m machine) whyNotV1(h hierarchy) (why, remedy string) {
	switch {
	case h.dir == "":
		return "the caller's cgroup is not below " + h.mount, onTheHost
	case h.readOnly:
		return h.mount + " is mounted read-only, as in a container", onTheHost
	case m.uid != 0:
		return "cgroup v1 is not delegated to ordinary users", withSudo
	default:
		return "root may not write " + h.dir + " here", onTheHost
	}
}

// whyNotV2 says why no v2 group can be made that has a controller, and why
// there is no v1 hierarchy of it.
func (m machine) whyNotV2(all []hierarchy, name string) (why, remedy string) {
	i := slices.IndexFunc(all, hierarchy.unified)
	switch {
	case len(all) == 0:
		return "no cgroup file system is mounted", onTheHost
	case m.switchedOff(name):
		return "it is switched off in this kernel", "put cgroup_enable=" + name + " on the kernel's command line"
	case i < 0:
		return "no hierarchy of it is mounted", "mount cgroup v2: mount -t cgroup2 none DIRECTORY, or boot with systemd"
	case all[i].dir == "":
		return "the caller's cgroup is not below " + all[i].mount, onTheHost
	case all[i].readOnly:
		return all[i].mount + " is mounted read-only, as in a container", onTheHost
	case name != Freezer && !slices.Contains(m.words(path.Join(all[i].mount, "cgroup.controllers")), name):
		return "this kernel has no such controller in cgroup v2", "use a kernel of a distribution"
	}
	return m.notDelegated(all[i], name)
}

// notDelegated says why the controller is there and not for the caller.
func (m machine) notDelegated(h hierarchy, name string) (why, remedy string) {
	if m.uid == 0 {
		return "the cgroup " + h.dir + " has processes, so it cannot hand controllers on to others below", onTheHost
	}
	if given := m.words(path.Join(m.userManager(h), "cgroup.controllers")); len(given) > 0 && !slices.Contains(given, name) {
		return "systemd delegates only " + strings.Join(given, ", ") + " to this user", delegate
	}
	return "no delegated cgroup", "log in through systemd (a console, ssh or a desktop), or " + withSudo
}

// switchedOff reads /proc/cgroups: name, hierarchy, groups, enabled.
func (m machine) switchedOff(name string) bool {
	if name == IO {
		name = "blkio"
	}
	for line := range strings.Lines(string(m.read("/proc/cgroups"))) {
		if f := strings.Fields(line); len(f) == 4 && f[0] == name {
			return f[3] == "0"
		}
	}
	return false
}
