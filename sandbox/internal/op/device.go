package op

// DeviceNodes are the devices a minimal /dev shows: those that the OCI
// runtime specification requires, without console.
// The numbers are those of Documentation/admin-guide/devices.txt.
var DeviceNodes = []struct {
	Name         string
	Major, Minor uint32
}{{"null", 1, 3}, {"zero", 1, 5}, {"full", 1, 7}, {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0}}

// Devices fills a fresh tmpfs at Target with the everyday device nodes, pseudo
// terminals of its own, and the usual links. The nodes are made with mknod(2)
// where that is allowed; in a user namespace they are bind mounts of the
// host's.
type Devices struct {
	// Source is the /dev whose nodes are shown again.
	Source string `json:"source"`
	Target string `json:"target"`
	// TerminalGroup is the gid that owns terminals, 5 on most systems; 0 when
	// the id map has no such group, in which case the option is left out.
	TerminalGroup int `json:"terminal_group,omitempty"`
	// Nodes: make them with mknod instead of binding the host's.
	Nodes bool `json:"nodes,omitempty"`
}

func (d Devices) String() string {
	verb := "bind"
	if d.Nodes {
		verb = "mknod"
	}
	return "mount(tmpfs on " + d.Target + "), " + verb + " null zero full random urandom tty, mount(devpts), mount(tmpfs on shm)"
}

func (d Devices) Command() string {
	return "mount -t tmpfs tmpfs " + Quote(d.Target) + " && for d in null zero full random urandom tty; do touch " +
		Quote(d.Target) + "/$d; mount --bind " + Quote(d.Source) + "/$d " + Quote(d.Target) + "/$d; done; mkdir " +
		Quote(d.Target) + "/pts && mount -t devpts -o newinstance,ptmxmode=0666 devpts " + Quote(d.Target) + "/pts"
}

func (Devices) Acts() []string { return []string{"mount"} }

// SetHostname names the machine as this uts namespace sees it; sethostname(2).
type SetHostname struct {
	Name string `json:"name"`
}

func (s SetHostname) String() string  { return "sethostname(" + s.Name + ")" }
func (s SetHostname) Command() string { return "hostname " + Quote(s.Name) }
func (SetHostname) Acts() []string    { return []string{"uts"} }

// LinkUp switches a network interface on; netdevice(7), SIOCSIFFLAGS.
type LinkUp struct {
	Name string `json:"name"`
}

func (l LinkUp) String() string  { return "ioctl(" + l.Name + ", SIOCSIFFLAGS, IFF_UP)" }
func (l LinkUp) Command() string { return "ip link set " + Quote(l.Name) + " up" }
func (LinkUp) Acts() []string    { return []string{"net"} }
