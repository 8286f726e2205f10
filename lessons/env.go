package lessons

// Env is what a condition can ask about: the words in the expr tags are the
// words a lesson writes. Package lessons/play fills it from the kernel just
// before a condition is evaluated. Ids and inodes are as the host numbers
// them unless said otherwise.
//
// A function that cannot answer returns an error, which becomes the Err of the
// part or prediction that asked. A nil function is such an answer too.
type Env struct {
	Outcome string `expr:"outcome"` // of the experiment: open, one-way, …; empty without one
	Reason  string `expr:"reason"`  // the outcome in a sentence
	// Observed and Number are what the experiment found, by the ids of its result.
	Observed func(id string) (Observation, error) `expr:"observed"`
	Number   func(id string) (Number, error)      `expr:"number"`

	Inside Side   `expr:"inside"` // the sandbox
	Host   Side   `expr:"host"`   // the process that tentpole itself is
	Cgroup Cgroup `expr:"cgroup"` // of the sandbox's command
	// Volume is one of those that the step has, by its name.
	Volume func(name string) (Volume, error) `expr:"volume"`
}

// Side is what is true of one process.
type Side struct {
	PID          int        `expr:"pid"` // as this side itself numbers the process
	NS           Namespaces `expr:"ns"`
	Mounts       int        `expr:"mounts"`       // lines of its mount table
	Root         string     `expr:"root"`         // type of the file system at /
	UID          int        `expr:"uid"`          // as this side itself sees it
	GID          int        `expr:"gid"`          // as this side itself sees it
	Capabilities int        `expr:"capabilities"` // number of effective ones
	NoNewPrivs   bool       `expr:"no_new_privs"`
	Seccomp      string     `expr:"seccomp"` // off, strict, filter
	Cgroup       string     `expr:"cgroup"`  // path as this side sees it
	Hostname     string     `expr:"hostname"`
	Interfaces   int        `expr:"interfaces"` // network interfaces
	Processes    int        `expr:"processes"`  // processes that this side's /proc lists

	// BootTime is when the machine booted by this side's clock, in seconds
	// since 1970. Two readings of one clock may differ by one.
	BootTime func() (int, error) `expr:"boot_time"`

	// Can tells whether it has the capability, by its name: CAP_NET_RAW.
	Can func(capability string) (bool, error) `expr:"can"`
	// Listens tells whether somebody in its network listens on that TCP port.
	Listens func(port int) (bool, error) `expr:"listens"`

	// File looks at a path in this side's own root. That of the sandbox is
	// reached from the host, through /proc/PID/root; no link is followed that
	// leads out of it. A missing file is no error.
	File func(path string) (File, error) `expr:"file"`
	// Mount is the topmost mount exactly at that path of this side, or one
	// with an empty type when nothing is mounted there.
	Mount func(path string) (Mount, error) `expr:"mount"`
	// Process is the newest process of the sandbox with that command name
	// (/proc/PID/comm), with the number that this side has for it. Both sides
	// look only at processes of the sandbox.
	Process func(name string) (Process, error) `expr:"process"`
}

// Namespaces are inode numbers, 0 where this kernel has no such namespace.
type Namespaces struct {
	Mount  uint64 `expr:"mount"`
	UTS    uint64 `expr:"uts"`
	IPC    uint64 `expr:"ipc"`
	PID    uint64 `expr:"pid"`
	Net    uint64 `expr:"net"`
	User   uint64 `expr:"user"`
	Cgroup uint64 `expr:"cgroup"`
	Time   uint64 `expr:"time"`
	Count  int    `expr:"count"` // kinds of namespace the process is in
}

// File is what is known of a file.
type File struct {
	Exists bool   `expr:"exists"`
	Type   string `expr:"type"`   // file, directory, symlink, socket, pipe, device
	Device string `expr:"device"` // major:minor of its file system
	Inode  uint64 `expr:"inode"`
	Size   int    `expr:"size"` // bytes
	UID    int    `expr:"uid"`
	GID    int    `expr:"gid"`
	Mode   int    `expr:"mode"` // permission bits
	Text   string `expr:"text"` // its first 4 KiB if it is a regular file, white space trimmed
}

// Mount is one line of a mount table.
type Mount struct {
	Type   string `expr:"type"`   // file system type such as tmpfs; empty when nothing is mounted there
	Source string `expr:"source"` // as the mount table has it
	Device string `expr:"device"` // major:minor; equal on both sides: the same file system
}

// Process is one process.
type Process struct {
	Exists bool       `expr:"exists"`
	PID    int        `expr:"pid"` // as this side numbers it; 0 when it does not see it
	NS     Namespaces `expr:"ns"`
}
