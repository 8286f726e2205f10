package sandbox

import (
	"strconv"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/network"
	"github.com/tentpole-labs/tentpole/sandbox/rootfs"
)

// Machine is what a plan needs to know of the machine and of the person who
// asks: read once by Look, so that planning itself is pure.
type Machine struct {
	UID int `json:"uid"` // effective user id
	GID int `json:"gid"`
	// Namespaces are the inodes of the caller's own, by layer word.
	Namespaces map[string]uint64 `json:"namespaces"`
	// Cgroups is where groups can be made, and with which controllers.
	Cgroups cgroup.Place `json:"cgroups"`
	// Disk is the block device under the state directory, "MAJOR:MINOR", ""
	// when there is none.
	Disk string `json:"disk,omitempty"`
	// Kernel is the release: 6 and 18 for Linux 6.18.
	Kernel [2]int `json:"kernel"`
	// LastCapability is the number of the last one that the kernel knows.
	LastCapability int `json:"last_capability"`
	// Landlock is the version of that interface, 0 without it.
	Landlock int `json:"landlock"`
	// Uptime is the boot clock in whole seconds; time_namespaces(7).
	Uptime int64 `json:"uptime"`
	// Monotonic is that clock in whole seconds: less than Uptime by the time
	// that the machine was suspended.
	Monotonic int64 `json:"monotonic"`
	// State is the directory that holds the sandboxes' own files.
	State string `json:"state"`
	// Range is where root's sandboxes get their ids from.
	Range op.IDMap `json:"range"`
	// TerminalGroup is the gid that owns terminals.
	TerminalGroup int `json:"terminal_group"`
	// Admin tells whether the caller is root of the machine: uid 0 of the
	// initial user namespace, with CAP_SYS_ADMIN. Root of a container is not.
	Admin bool `json:"admin"`
	host  rootfs.Host
	// lookAtNetwork is asked only by plans that need to know.
	lookAtNetwork func() (network.Machine, error)
}

// WithRange returns the machine with the nth range of ids after the one that
// root's sandboxes get as a rule. Sandboxes in different ranges have no user in
// common: for people who do not trust each other.
func (m Machine) WithRange(n int) (Machine, error) {
	const ids = 1<<32 - 1 // the last one, -1, stands for no change; setresuid(2)
	first := int64(m.Range.Outside) + int64(n)*int64(m.Range.Count)
	if n < 0 || m.Range.Count == 0 || first+int64(m.Range.Count) > ids {
		return m, &UsageError{What: "range of ids", Word: strconv.Itoa(n), Why: "the kernel has no such ids; user_namespaces(7)"}
	}
	m.Range.Outside = int(first)
	return m, nil
}

// Privileged tells whether namespaces can be had without a user namespace.
func (m Machine) Privileged() bool { return m.Admin }
