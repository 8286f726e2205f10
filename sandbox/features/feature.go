package features

// Group is a part of the table, for people.
type Group string

// The groups: what a sandbox needs at all, what it sees, uses and may do, its
// root directory, its network.
const (
	Start   Group = "start"
	See     Group = "see"
	Use     Group = "use"
	Do      Group = "do"
	Roots   Group = "roots"
	Network Group = "network"
)

// Groups is the table of them, in the order in which they are shown.
var Groups = []struct {
	Group Group
	Title string // as a heading
}{
	{Start, "To start at all"},
	{See, "What it can see"},
	{Use, "What it can use"},
	{Do, "What it may do"},
	{Roots, "Its root"},
	{Network, "Its network"},
}

// Title is the group as a heading.
func (g Group) Title() string {
	for _, row := range Groups {
		if row.Group == g {
			return row.Title
		}
	}
	return string(g)
}

// Feature is one row of the table: something a sandbox may need.
type Feature struct {
	ID    string
	Group Group
	What  string // in plain words
	// Layers cannot be raised without it. None is a remark: then Cost says what
	// is lost.
	Layers []string
	Cost   string
	// Kernel is the first that has it, "5.11". It explains a refusal; no probe
	// looks at it.
	Kernel string
	// Capability is the one of root's that it takes, by name; "" is none.
	Capability string

	asks  audience
	where place
	root  string // of a sandbox
}

// audience is whom a feature matters to.
type audience int

const (
	everybody audience = iota
	// needsRoot: an ordinary user is told so, and nothing is tried.
	needsRoot
	// onlyRoot and onlyUser: the others have no use for it and are not asked.
	onlyRoot
	onlyUser
)

// place is where a feature is tried.
type place int

const (
	inKernel place = iota // in a process, as whoever asks
	inOwn                 // in a process: root as root, others as root of a user namespace
	inUser                // in a process, as root of a user namespace
	onHost                // in the calling process
	inLimit               // in a sandbox with that limit
	inBox                 // in a sandbox with those layers and that root
	inAll                 // in a sandbox with all layers that can be had
)

// Layers that need something, by the words of package sandbox.
var (
	all        = []string{"mount", "root", "uts", "ipc", "pid", "net", "user", "time", "memory", "cgroup", "cpu", "pids", "io", "capabilities", "no-new-privs", "seccomp", "landlock", "masks"}
	namespaces = []string{"mount", "root", "uts", "ipc", "pid", "net", "user", "time", "cgroup"}
	mounting   = []string{"mount", "root", "masks"}
	limiting   = []string{"memory", "cpu", "pids", "io"}
)

// table is probed in this order. It is grouped, and the first row that fails
// explains most of what fails after it.
var table = []Feature{
	{ID: "process", Group: Start, What: "start and end a plain process", Layers: all, where: inBox},
	{ID: "state", Group: Start, What: "write to the state directory", Layers: all, where: onHost},
	{ID: "pidfd", Group: Start, What: "hold on to a process by a descriptor", Kernel: "5.3", Cost: "a process is known by its number, which may become another's", where: inKernel},
	{ID: "rights", Group: Start, What: "all of root's capabilities", asks: onlyRoot, where: onHost},

	{ID: "mount", Group: See, What: "a table of mounts", Layers: mounting, Capability: "cap_sys_admin", where: inOwn},
	{ID: "uts", Group: See, What: "a host name", Layers: []string{"uts"}, Capability: "cap_sys_admin", where: inOwn},
	{ID: "ipc", Group: See, What: "message queues and shared memory", Layers: []string{"ipc"}, Capability: "cap_sys_admin", where: inOwn},
	{ID: "pid", Group: See, What: "process numbers", Layers: []string{"pid"}, Capability: "cap_sys_admin", where: inOwn},
	{ID: "proc", Group: See, What: "a /proc with only its own processes", Layers: []string{"pid"}, Capability: "cap_sys_admin", where: inOwn},
	{ID: "net", Group: See, What: "interfaces, with the loopback up", Layers: []string{"net"}, Capability: "cap_sys_admin", where: inOwn},
	{ID: "cgroup", Group: See, What: "a root of the cgroup tree", Layers: []string{"cgroup"}, Kernel: "4.6", Capability: "cap_sys_admin", where: inOwn},
	{ID: "time", Group: See, What: "a boot clock", Layers: []string{"time"}, Kernel: "5.6", Capability: "cap_sys_admin", where: inOwn},

	{ID: "born", Group: Use, What: "start a process inside a cgroup", Kernel: "5.7", Cost: "processes are moved into cgroups, which is slower", where: onHost},
	{ID: "kill", Group: Use, What: "end a whole cgroup at once", Kernel: "5.14", Cost: "processes are ended one by one", where: onHost},
	{ID: "memory", Group: Use, What: "limit memory", Layers: []string{"memory"}, where: inLimit},
	{ID: "cpu", Group: Use, What: "limit processor time", Layers: []string{"cpu"}, where: inLimit},
	{ID: "pids", Group: Use, What: "limit the number of processes", Layers: []string{"pids"}, where: inLimit},
	{ID: "io", Group: Use, What: "limit reading and writing of disks", Layers: []string{"io"}, where: inLimit},
	{ID: "freezer", Group: Use, What: "freeze a cgroup", Cost: "sandboxes cannot be frozen", where: onHost},

	{ID: "user", Group: Do, What: "user ids, and root's power among them", Layers: []string{"user"}, where: inUser},
	{ID: "sub-ids", Group: Do, What: "more than one user id (newuidmap)", Cost: "files inside belong to one user", asks: onlyUser, where: onHost},
	{ID: "capabilities", Group: Do, What: "give up capabilities", Layers: []string{"capabilities"}, Capability: "cap_setpcap", where: inOwn},
	{ID: "no-new-privs", Group: Do, What: "give up set-user-id programs", Layers: []string{"no-new-privs"}, where: inKernel},
	{ID: "seccomp", Group: Do, What: "filter system calls", Layers: []string{"seccomp"}, where: inKernel},
	{ID: "landlock", Group: Do, What: "rules for files and ports", Layers: []string{"landlock"}, Kernel: "5.13", where: inKernel},
	{ID: "masks", Group: Do, What: "cover files", Layers: []string{"masks"}, Capability: "cap_sys_admin", where: inOwn},

	{ID: "detached", Group: Roots, What: "build mounts before they are seen", Layers: []string{"root"}, Kernel: "5.2", Capability: "cap_sys_admin", where: inOwn},
	{ID: "overlay", Group: Roots, What: "an overlay of the host's root", Layers: []string{"root"}, Kernel: "3.18", Capability: "cap_sys_admin", asks: onlyRoot, where: inOwn},
	{ID: "overlay-user", Group: Roots, What: "overlays in a user namespace", Layers: []string{"root"}, Kernel: "5.11", asks: onlyUser, where: inOwn},
	{ID: "overlay-volatile", Group: Roots, What: "overlays that do not wait for the disk", Kernel: "5.10", Cost: "writing inside and ending take longer", where: inOwn},
	{ID: "id-map", Group: Roots, What: "shift the owners of the host's files", Layers: []string{"user"}, Kernel: "5.12", Capability: "cap_sys_admin", asks: onlyRoot, where: inOwn},
	{ID: "overlay-id-map", Group: Roots, What: "an overlay of files with shifted owners", Layers: []string{"user"}, Kernel: "5.19", Capability: "cap_sys_admin", asks: onlyRoot, where: inOwn},
	{ID: "upper", Group: Roots, What: "keep an overlay's writes in the state directory", Layers: []string{"root"}, where: inOwn},
	{ID: "root", Group: Roots, What: "raise a copy of the host's root", Layers: []string{"root"}, where: inBox, root: "overlay"},
	{ID: "tiny", Group: Roots, What: "raise tentpole's own small root", Cost: "--root tiny cannot be had", where: inBox, root: "tiny"},

	{ID: "veth", Group: Network, What: "a cable between two networks", Cost: withoutBridge, Capability: "cap_net_admin", asks: needsRoot, where: inOwn},
	{ID: "bridge", Group: Network, What: "a bridge between sandboxes", Cost: withoutBridge, Capability: "cap_net_admin", asks: needsRoot, where: inOwn},
	{ID: "nat", Group: Network, What: "a way out through nftables", Kernel: "5.2", Cost: withoutBridge, Capability: "cap_net_admin", asks: needsRoot, where: inOwn},
	{ID: "ping", Group: Network, What: "ping without CAP_NET_RAW", Cost: "ping inside needs that capability", where: inOwn},

	{ID: together, Group: Start, What: "raise all layers of this machine together", Cost: "the stage container cannot be raised", where: inAll, root: "overlay"},
}

// together is the row that tries everything at once.
const together = "container"

const withoutBridge = "--network bridge cannot be had; publishing ports can"

// Table returns all features, in the order in which they are probed.
func Table() []Feature { return append([]Feature(nil), table...) }

// concerns tells whether a feature matters to somebody.
func (f Feature) concerns(c caller) bool {
	return f.asks == everybody || f.asks == needsRoot || c.admin == (f.asks == onlyRoot)
}
