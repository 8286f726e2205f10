package op

import "fmt"

// DeviceNodes are the devices a minimal /dev shows: those that the OCI
// runtime specification requires, without console.
// The numbers are those of Documentation/admin-guide/devices.txt.
var DeviceNodes = []struct {
	Name         string
	Major, Minor uint32
}{{"null", 1, 3}, {"zero", 1, 5}, {"full", 1, 7}, {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0}}

// DeviceLinks are the links that a /dev has besides.
var DeviceLinks = []struct{ Name, Target string }{
	{"ptmx", "pts/ptmx"}, {"fd", "/proc/self/fd"},
	{"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"}, {"stderr", "/proc/self/fd/2"},
}

// Names of the mounts of a /dev that the parent builds.
const (
	DevMount = "dev"
	PtsMount = "dev/pts"
	ShmMount = "dev/shm"
)

// BuildTerminals makes a devpts in the parent, attached nowhere yet, that has at
// most Most terminals at a time. What the parent has made in the machine's own user
// namespace nobody inside can mount anew with more; and where it was made in the
// machine's first mount namespace, it has a share in the terminals that the kernel
// reserves; kernel.pty.reserve, devpts_new_index in fs/devpts/inode.c.
type BuildTerminals struct {
	Most  int `json:"most"`
	Group int `json:"group"` // as the machine numbers it
}

func (b BuildTerminals) String() string {
	return fmt.Sprintf("fsopen(devpts), max=%d, gid=%d", b.Most, b.Group)
}

func (b BuildTerminals) Command() string {
	return fmt.Sprintf("mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,max=%d,gid=%d devpts PTS", b.Most, b.Group)
}

func (BuildTerminals) Acts() []string { return nil }

// BuildDevices builds the mounts of a minimal /dev in the parent, attached
// nowhere yet, while the child is coming up. It needs no user namespace.
type BuildDevices struct {
	TerminalGroup int `json:"terminal_group,omitempty"`
}

func (BuildDevices) String() string {
	return "fsopen(tmpfs) for /dev, mknod null zero full random urandom tty, fsopen(devpts), fsopen(tmpfs) for shm"
}

func (BuildDevices) Command() string {
	return "mount -t tmpfs tmpfs DEV && mknod -m 666 DEV/null c 1 3 && mkdir DEV/pts && mount -t devpts devpts DEV/pts"
}

func (BuildDevices) Acts() []string { return nil }

// Devices fills a fresh tmpfs at Target with the everyday device nodes, pseudo
// terminals of its own, and the usual links, in a user namespace: the nodes are
// bind mounts of the host's, the only way that works there.
type Devices struct {
	// Source is the /dev whose nodes are shown again.
	Source string `json:"source"`
	Target string `json:"target"`
	// TerminalGroup is the gid that owns terminals, 5 on most systems; 0 when
	// the id map has no such group, in which case the option is left out.
	TerminalGroup int `json:"terminal_group,omitempty"`
	// NoTerminals leaves pts empty: a devpts of the parent's is attached there.
	NoTerminals bool `json:"no_terminals,omitempty"`
}

func (d Devices) String() string {
	return "mount(tmpfs on " + d.Target + "), bind null zero full random urandom tty, mount(devpts), mount(tmpfs on shm)"
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
