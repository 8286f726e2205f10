package facts

import (
	"time"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
)

// Facts is what the kernel says about one process. Ids and paths are as seen
// by the reader unless a field says otherwise. A field whose fact could not be
// read is zero and listed in Unreadable.
type Facts struct {
	PID  int      `json:"pid"`  // as seen by the reader
	Comm string   `json:"comm"` // at most 15 bytes, set by the process
	Args []string `json:"args"` // empty for kernel threads and for a process about to end

	// Kernel is the one that the process runs on, as the reader sees it.
	Kernel Kernel `json:"kernel"`

	// Namespaces holds the inode that identifies each namespace.
	Namespaces map[Namespace]uint64 `json:"namespaces"`
	// NSPIDs are the process's ids from the reader's pid namespace (first)
	// down to its own (last).
	NSPIDs []int `json:"ns_pids"`

	UIDs   IDs      `json:"uids"`
	GIDs   IDs      `json:"gids"`
	Groups []uint32 `json:"groups"` // supplementary

	UIDMap []IDRange `json:"uid_map"`
	GIDMap []IDRange `json:"gid_map"`
	// SeenFrom is the inode of the reader's user namespace: every id here,
	// and Outside in the maps, is an id of that namespace. Only for processes
	// of that same namespace does the kernel give Outside as its parent's id.
	SeenFrom uint64 `json:"seen_from"`

	Capabilities   Capabilities `json:"capabilities"`
	NoNewPrivs     bool         `json:"no_new_privs"`
	Seccomp        string       `json:"seccomp"`         // "disabled", "strict" or "filter"
	SeccompFilters int          `json:"seccomp_filters"` // 0 also on kernels before 5.9
	LSM            string       `json:"lsm"`             // label of AppArmor, SELinux or Smack; empty where none is active
	// Landlock is the number of Landlock domains that the process is in, one
	// inside the other. It is what [WithLandlock] said, or counted for the
	// calling process itself: /proc does not tell. 0 where the kernel has none.
	Landlock int `json:"landlock"`

	Cgroups    []Cgroup    `json:"cgroups"`
	Mounts     []Mount     `json:"mounts"` // in mount order; of two on one target the later hides the earlier
	Root       Root        `json:"root"`
	Interfaces []Interface `json:"interfaces"`

	// Hostname is what [WithHostname] said, or the reader's own in a shared
	// uts namespace. Else /proc does not tell, and only root is given it: one
	// thread of the reader enters the namespace, asks, and is thrown away.
	Hostname string `json:"hostname"`

	// BootTime is when the machine booted by this process's CLOCK_BOOTTIME,
	// to the second: a time namespace moves it.
	BootTime time.Time `json:"boot_time"`
	// TimeOffsets are those of the process's time namespace.
	TimeOffsets TimeOffsets `json:"time_offsets"`

	// Processes is read only with [WithProcesses], and then never nil.
	Processes []Process `json:"processes,omitempty"`

	// Usage is read only with [WithUsage], and then never nil.
	Usage *cgroup.Statistics `json:"usage,omitempty"`

	// Unreadable gives, for each fact that could not be read, the reason. The
	// keys are the ids of board rows where there is one: "ns.mount", "uid",
	// "gid", "root", "mounts", "cgroup", "cgroup_path", "limits.memory",
	// "hostname", "interfaces", "boot", "landlock", "lsm", "processes"; and
	// "args", "addresses".
	Unreadable map[string]string `json:"unreadable,omitempty"`
}

// IDs are the four user or group ids a process carries.
type IDs struct {
	Real      uint32 `json:"real"`
	Effective uint32 `json:"effective"`
	Saved     uint32 `json:"saved"`
	FS        uint32 `json:"fs"`
}

// Root is the directory the process calls "/".
type Root struct {
	Device string `json:"device"` // "major:minor"
	Inode  uint64 `json:"inode"`
	Path   string `json:"path"` // as the reader would reach it; "/" when the root is that of a mount namespace
}

// TimeOffsets are added to the clocks of the initial time namespace.
type TimeOffsets struct {
	Monotonic time.Duration `json:"monotonic_ns"`
	Boottime  time.Duration `json:"boottime_ns"`
}

// Process is one row of the process list the target lives in.
type Process struct {
	PID    int    `json:"pid"`        // as seen by the reader
	NSPID  int    `json:"inside_pid"` // in its own, innermost pid namespace
	Parent int    `json:"parent"`     // as seen by the reader; 0 when the parent is out of sight
	Comm   string `json:"comm"`
	UID    uint32 `json:"uid"` // real, as seen by the reader
	// Inside is true of what belongs to the target: itself, its descendants
	// and, when its pid namespace is not the reader's, all of that namespace.
	// The rest of the list is what the target shares the namespace with.
	Inside bool `json:"inside"`
}
