package features

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"syscall"
)

// scene is a refusal on a machine: root is the top of its file system.
type scene struct {
	root    fs.FS
	feature Feature
	caller  caller
	err     error
}

// cause finds the first that holds; the last one always does.
func (s scene) cause() cause {
	i := slices.IndexFunc(causes, func(c cause) bool { return c.holds(s) })
	return causes[i]
}

func (s scene) is(answers ...error) bool {
	for _, a := range answers {
		if errors.Is(s.err, a) {
			return true
		}
	}
	return false
}

func (s scene) denied() bool { return s.is(syscall.EPERM, syscall.EACCES) }

// unknown tells whether the kernel does not know how.
func (s scene) unknown() bool {
	return s.is(syscall.EINVAL, syscall.ENODEV, syscall.EPROTONOSUPPORT, errors.ErrUnsupported)
}

// rootless tells whether the feature was tried as root of a user namespace, by
// somebody who is not root of the machine.
func (s scene) rootless() bool {
	elsewhere := s.feature.where == inKernel || s.feature.where == onHost && s.feature.ID != "sub-ids"
	return !s.caller.admin && !elsewhere
}

func (s scene) read(file string) string { return read(s.root, file) }

// limits tells whether the feature is one of a cgroup with limits.
func (s scene) limits() bool { return s.feature.where == inLimit || s.feature.ID == "freezer" }

// counted are the limits on namespaces by the features that they bound besides
// user namespaces; namespaces(7).
var counted = map[string]string{
	"mount": "mnt", "uts": "uts", "ipc": "ipc", "pid": "pid", "proc": "pid", "net": "net", "cgroup": "cgroup", "time": "time",
}

// exhausted is the limit that allows none of the namespaces the feature takes.
func (s scene) exhausted() string {
	kinds := []string{counted[s.feature.ID]}
	if !s.caller.admin {
		kinds = append(kinds, "user")
	}
	for _, k := range kinds {
		if k != "" && s.read("proc/sys/user/max_"+k+"_namespaces") == "0" {
			return "user.max_" + k + "_namespaces"
		}
	}
	return ""
}

func release(s scene) string { return s.read("proc/sys/kernel/osrelease") }

// older tells whether the kernel is older than the first with the feature.
func (s scene) older() bool {
	var have, want [2]int
	if _, err := fmt.Sscanf(s.feature.Kernel, "%d.%d", &want[0], &want[1]); err != nil {
		return false
	}
	if _, err := fmt.Sscanf(release(s), "%d.%d", &have[0], &have[1]); err != nil {
		return false
	}
	return have[0] < want[0] || have[0] == want[0] && have[1] < want[1]
}

// asRoot adds what works on an old kernel.
func (s scene) asRoot() string {
	if s.feature.asks == onlyUser {
		return ", or run sudo tentpole, which does without"
	}
	return ""
}

// covers lists what is mounted below /proc; proc_pid_mountinfo(5).
func covers(root fs.FS) (targets []string) {
	for line := range strings.Lines(read(root, "proc/self/mountinfo")) {
		f := strings.Fields(line)
		if len(f) > 4 && strings.HasPrefix(f[4], "/proc/") && !strings.Contains(line, " - autofs ") && !strings.Contains(line, " - binfmt_misc ") {
			targets = append(targets, f[4])
		}
	}
	return targets
}

// some names the first few of a list.
func some(list []string) string {
	if len(list) > 3 {
		return strings.Join(list[:3], ", ") + ", …"
	}
	return strings.Join(list, ", ")
}

// inTent tells whether it is a learner who asks.
func (s scene) inTent() bool { return surroundingOf(s.root).name == "tent" }

// notInTents are the features whose things a tent has none of.
var notInTents = map[string]string{
	"io": "a tent's files lie in memory", "sub-ids": "a tent hands no user ids on", "veth": noNetwork, "bridge": noNetwork, "nat": noNetwork,
}

const noNetwork = "a tent has no part in the network of the class's machine"

const unified = "sys/fs/cgroup/cgroup.controllers"

// booted tells whether systemd is the init; sd_booted(3).
func booted(root fs.FS) bool { return exists(root, "run/systemd/system") }

// undelegated is what systemd hands this user, "" when that has what the
// feature needs, or when there is no systemd.
func (s scene) undelegated() string {
	needed := s.feature.ID
	if needed == "freezer" {
		needed = "pids"
	}
	file := fmt.Sprintf("sys/fs/cgroup/user.slice/user-%d.slice/user@%[1]d.service/cgroup.controllers", s.caller.uid)
	given := strings.Fields(s.read(file))
	for _, g := range given {
		if g == needed {
			return ""
		}
	}
	return strings.Join(given, ", ")
}

// lacks tells whether the capability is missing that the feature takes.
func (s scene) lacks() bool {
	return s.feature.Capability != "" && !holds(s.root, s.feature.Capability)
}

// storage tells whether the refusal is a matter of the state directory, where a
// process needs a directory before all else.
func (s scene) storage() bool {
	var refused *RefusedError
	mkdir := errors.As(s.err, &refused) && strings.HasPrefix(refused.Did, "mkdir ")
	return s.feature.ID == "state" || s.feature.ID == "upper" || s.feature.ID == "process" && mkdir
}
