package op

import (
	"fmt"
	"strings"
)

// IDMap maps Count ids from Inside on to ids from Outside on, as one line of
// /proc/PID/uid_map does; see user_namespaces(7).
type IDMap struct {
	Inside  int `json:"inside"`
	Outside int `json:"outside"`
	Count   int `json:"count"`
}

// Clone starts the sandbox's first process in new namespaces. The parent
// performs it: clone(2) with the flags, then the id maps, then exec.
type Clone struct {
	// Namespaces are layer words in the order of the ladder. cgroup and time
	// are never among them: the child unshares those itself.
	Namespaces []string `json:"namespaces"`
	UIDs       []IDMap  `json:"uids,omitempty"`
	GIDs       []IDMap  `json:"gids,omitempty"`
	// Cgroup is the cgroup v2 directory the process is born in
	// (CLONE_INTO_CGROUP), or "".
	Cgroup string `json:"cgroup,omitempty"`
}

// CloneNames gives the kernel's flag for each namespace layer.
var CloneNames = map[string]string{
	"mount": "CLONE_NEWNS", "uts": "CLONE_NEWUTS", "ipc": "CLONE_NEWIPC", "pid": "CLONE_NEWPID",
	"net": "CLONE_NEWNET", "user": "CLONE_NEWUSER", "cgroup": "CLONE_NEWCGROUP", "time": "CLONE_NEWTIME",
}

func (c Clone) String() string {
	flags := make([]string, 0, len(c.Namespaces)+1)
	for _, n := range c.Namespaces {
		flags = append(flags, CloneNames[n])
	}
	if c.Cgroup != "" {
		flags = append(flags, "CLONE_INTO_CGROUP")
	}
	s := "clone()"
	if len(flags) > 0 {
		s = "clone(" + strings.Join(flags, "|") + ")"
	}
	for _, m := range c.UIDs {
		s += fmt.Sprintf(", uid_map %d %d %d", m.Inside, m.Outside, m.Count)
	}
	return s
}

func (c Clone) Command() string {
	if len(c.Namespaces) == 0 {
		return ""
	}
	parts := []string{"unshare"}
	for _, n := range c.Namespaces {
		switch n {
		case "pid":
			parts = append(parts, "--pid", "--fork")
		case "user":
			parts = append(parts, "--user")
			for _, m := range c.UIDs {
				parts = append(parts, mapFlags("users", "user", m))
			}
			for _, m := range c.GIDs {
				parts = append(parts, mapFlags("groups", "group", m))
			}
		default:
			parts = append(parts, "--"+n)
		}
	}
	return strings.Join(parts, " ")
}

// mapFlags writes an id map for unshare(1): one id by --map-root-user's
// longer forms, a range as OUTSIDE,INSIDE,COUNT.
func mapFlags(many, one string, m IDMap) string {
	if m.Count == 1 {
		return fmt.Sprintf("--map-%s=%d", one, m.Inside)
	}
	return fmt.Sprintf("--map-%s=%d,%d,%d", many, m.Outside, m.Inside, m.Count)
}

func (Clone) Acts() []string { return nil }

// MakeCgroup makes cgroup directories of the sandbox's own, and hands
// controllers on to them; cgroups(7).
type MakeCgroup struct {
	Paths  []string `json:"paths"`
	Enable []Write  `json:"enable,omitempty"`
}

func (m MakeCgroup) String() string {
	return strings.Join(append([]string{"mkdir " + strings.Join(m.Paths, " ")}, said(m.Enable)...), ", ")
}

func (m MakeCgroup) Command() string {
	return strings.Join(append([]string{"mkdir " + quoteAll(m.Paths)}, typed(m.Enable)...), "; ")
}
func (MakeCgroup) Acts() []string { return nil }

// MakeBranches makes cgroup v1 directories of the sandbox's own, one a
// controller; cgroups(7).
type MakeBranches struct {
	Paths []string `json:"paths"`
}

func (m MakeBranches) String() string  { return "mkdir " + strings.Join(m.Paths, " ") }
func (m MakeBranches) Command() string { return "mkdir " + quoteAll(m.Paths) }
func (MakeBranches) Acts() []string    { return nil }

// Write is one control file and what is written to it.
type Write struct {
	Path  string `json:"path"`
	Value string `json:"value"`
}

func said(writes []Write) []string {
	parts := make([]string, len(writes))
	for i, w := range writes {
		parts[i] = "write " + w.Value + " to " + w.Path
	}
	return parts
}

func typed(writes []Write) []string {
	parts := make([]string, len(writes))
	for i, w := range writes {
		parts[i] = "echo " + Quote(w.Value) + " > " + Quote(w.Path)
	}
	return parts
}

// SetLimits writes control files of cgroups; cgroups(7).
type SetLimits struct {
	Writes []Write `json:"writes"`
}

func (s SetLimits) String() string  { return strings.Join(said(s.Writes), ", ") }
func (s SetLimits) Command() string { return strings.Join(typed(s.Writes), "; ") }
func (SetLimits) Acts() []string    { return nil }

// StartScope asks the user's systemd for a cgroup around the init, in which the
// user may make others; https://systemd.io/CGROUP_DELEGATION.
type StartScope struct {
	Unit string `json:"unit"`
}

func (s StartScope) String() string { return "StartTransientUnit(" + s.Unit + ", Delegate=yes)" }
func (s StartScope) Command() string {
	return "systemd-run --user --scope --property Delegate=yes --unit " + Quote(s.Unit)
}
func (StartScope) Acts() []string { return nil }

// UnshareCgroup gives the calling thread, and all it starts, a cgroup
// namespace rooted at the cgroup it is in now; cgroup_namespaces(7).
type UnshareCgroup struct{}

// CgroupNamespace makes a cgroup namespace rooted at the cgroup with the
// limits, which only commands are in: a process that joins it unshares the
// namespace, and every command enters that; setns(2).
type CgroupNamespace struct {
	Join JoinCgroup `json:"join"`
}

func (c CgroupNamespace) String() string {
	return c.Join.String() + ", unshare(CLONE_NEWCGROUP), setns"
}
func (c CgroupNamespace) Command() string { return c.Join.Command() + "; unshare --cgroup" }
func (CgroupNamespace) Acts() []string    { return nil }

func (UnshareCgroup) String() string  { return "unshare(CLONE_NEWCGROUP)" }
func (UnshareCgroup) Command() string { return "unshare --cgroup" }
func (UnshareCgroup) Acts() []string  { return nil }

// UnshareTime gives all processes started from here a time namespace whose
// monotonic and boot clocks are moved by the offsets, in seconds;
// time_namespaces(7). The offsets must be written before anybody enters.
type UnshareTime struct {
	Monotonic int64 `json:"monotonic"`
	Boottime  int64 `json:"boottime"`
}

func (u UnshareTime) String() string {
	return fmt.Sprintf("unshare(CLONE_NEWTIME), timens_offsets monotonic %d boottime %d", u.Monotonic, u.Boottime)
}

func (u UnshareTime) Command() string {
	return fmt.Sprintf("unshare --time --monotonic %d --boottime %d", u.Monotonic, u.Boottime)
}

func (UnshareTime) Acts() []string { return nil }

// Execute starts the command: the last operation of a start.
type Execute struct {
	Args []string `json:"args"`
}

func (e Execute) String() string  { return "execve " + quoteAll(e.Args) }
func (e Execute) Command() string { return quoteAll(e.Args) }
func (Execute) Acts() []string    { return nil }
