package sandbox

import (
	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/rootfs"
)

// Machine is what a plan needs to know of the machine and of the person who
// asks: read once by Look, so that planning itself is pure.
type Machine struct {
	UID int `json:"uid"` // effective user id
	GID int `json:"gid"`
	// Namespaces are the inodes of the caller's own, by layer word.
	Namespaces map[string]uint64 `json:"namespaces"`
	// Cgroup is the caller's cgroup v2 directory when it may make children
	// of it, else "".
	Cgroup string `json:"cgroup"`
	// Uptime is the boot clock in whole seconds; time_namespaces(7).
	Uptime int64 `json:"uptime"`
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
}

// Privileged tells whether namespaces can be had without a user namespace.
func (m Machine) Privileged() bool { return m.Admin }
