package inside

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

func init() { register("canary", canary) }

// canary is a plain process on the host for others to reach. What it cannot
// have on this machine it leaves out: then there is nothing to reach.
func canary(a *Act) error {
	runtime.LockOSThread() // its keys are its thread's
	var given Plant
	if err := a.Given(&given); err != nil {
		return err
	}
	word := []byte(given.Word)
	c := Canary{PID: os.Getpid(), Mark: given.Mark, Namespaces: map[string]uint64{}, Peers: peers()}
	c.Marked, c.Memory = uint64(pointer([]byte(given.Mark))), uint64(pointer(word))
	c.Scratch = uint64(pointer(make([]byte, 8)))
	c.Root, _ = node("/")
	c.File, _ = node(given.Path)
	if h, _, err := unix.NameToHandleAt(unix.AT_FDCWD, given.Path, 0); err == nil {
		c.Handle, c.HandleType = h.Bytes(), h.Type()
	}
	for _, kind := range []string{"mnt", "uts", "ipc", "pid", "net", "user", "cgroup", "time"} {
		c.Namespaces[kind], _ = namespace(kind)
	}
	c.Descriptor = memory(given.Mark, word)
	c.Socket, c.Port = listen(given.Mark, word)
	c.Key, c.Segment = key(given.Mark, word), segment(word)
	c.Terminal = terminal()
	for line := range lines("/proc/net/protocols") {
		c.Protocols = append(c.Protocols, strings.Fields(line + " -")[0])
	}
	c.Disk, c.DiskType = disk(c.Root)
	// Where Yama is at work, only ancestors may trace; the canary allows it to
	// all, for Yama is not what is asked about.
	unix.Prctl(unix.PR_SET_PTRACER, ^uintptr(0), 0, 0, 0)
	if err := a.Say(c); err != nil {
		return err
	}
	a.Stay()
	return nil
}

func node(path string) (Node, error) {
	var st unix.Stat_t
	err := unix.Stat(path, &st)
	return Node{path, st.Dev, st.Ino}, err
}

// memory is a file in memory with the word in it, -1 without.
func memory(mark string, word []byte) int {
	fd, err := unix.MemfdCreate(mark, unix.MFD_CLOEXEC)
	if err != nil {
		return -1
	}
	unix.Pwrite(fd, word, 0)
	return fd
}

// listen tells the word to whoever connects, on an abstract socket of the
// mark's name and on the loopback.
func listen(mark string, word []byte) (socket string, port int) {
	if fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0); err == nil {
		if serveCanary(fd, &unix.SockaddrUnix{Name: "@" + mark}, word) == nil {
			socket = "@" + mark
		}
	}
	if fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0); err == nil {
		if serveCanary(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}, word) == nil {
			if at, err := unix.Getsockname(fd); err == nil {
				port = at.(*unix.SockaddrInet4).Port
			}
		}
	}
	return socket, port
}

func serveCanary(fd int, at unix.Sockaddr, word []byte) error {
	if err := unix.Bind(fd, at); err != nil {
		return err
	}
	if err := unix.Listen(fd, 4); err != nil {
		return err
	}
	go func() {
		for {
			c, _, err := unix.Accept4(fd, unix.SOCK_CLOEXEC)
			if err != nil {
				return
			}
			unix.Write(c, word)
			unix.Close(c)
		}
	}()
	return nil
}

// key is a key in the keyring of this process, which its user may see and
// read: keyrings(7). 0 without.
func key(mark string, word []byte) int {
	id, err := unix.AddKey("user", mark, word, unix.KEY_SPEC_PROCESS_KEYRING)
	if err != nil {
		return 0
	}
	const possessorAll, userViewRead = 0x3f000000, 0x00030000
	if unix.KeyctlSetperm(id, possessorAll|userViewRead) != nil {
		return 0
	}
	return id
}

// segment is System V shared memory that is marked for destruction at once: it
// can still be attached to, and ends with this process; shmctl(2). -1 without.
func segment(word []byte) int {
	id, err := unix.SysvShmGet(unix.IPC_PRIVATE, os.Getpagesize(), 0o600|unix.IPC_CREAT)
	if err != nil {
		return -1
	}
	at, err := unix.SysvShmAttach(id, 0, 0)
	unix.SysvShmCtl(id, unix.IPC_RMID, nil)
	if err != nil {
		return -1
	}
	copy(at, word)
	return id
}

// terminal opens a pseudo terminal; pty(7).
func terminal() Node {
	master, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return Node{}
	}
	n, err := unix.IoctlGetInt(master, unix.TIOCGPTN)
	if err != nil || unix.IoctlSetPointerInt(master, unix.TIOCSPTLCK, 0) != nil {
		return Node{}
	}
	slave, err := node(fmt.Sprint("/dev/pts/", n))
	if err != nil {
		return Node{}
	}
	return slave
}

// disk is the block device below the root directory, with its number as Device.
func disk(root Node) (Node, string) {
	if unix.Major(root.Device) == 0 {
		return Node{}, ""
	}
	n := Node{Device: root.Device}
	uevent := fmt.Sprintf("/sys/dev/block/%d:%d/uevent", unix.Major(root.Device), unix.Minor(root.Device))
	for line := range lines(uevent) {
		if name, ok := strings.CutPrefix(line, "DEVNAME="); ok {
			n.Path = "/dev/" + name
		}
	}
	for _, m := range mounts() {
		if m.point == "/" {
			return n, m.kind
		}
	}
	return n, ""
}

// mount is what a line of mountinfo says; proc_pid_mountinfo(5).
type mount struct {
	point, kind, root string
	tags              []string // "shared:1"
}

func mounts() (all []mount) {
	for line := range lines("/proc/self/mountinfo") {
		left, right, ok := strings.Cut(line, " - ")
		before, after := strings.Fields(left), strings.Fields(right)
		if ok && len(before) >= 6 && len(after) >= 1 {
			all = append(all, mount{point: before[4], root: before[3], kind: after[0], tags: before[6:]})
		}
	}
	return all
}

// peers are the peer groups of this process's mounts.
func peers() (groups []string) {
	for _, m := range mounts() {
		for _, tag := range m.tags {
			if strings.HasPrefix(tag, "shared:") && !slices.Contains(groups, tag) {
				groups = append(groups, tag)
			}
		}
	}
	return groups
}

// lines yields the lines of a file, none when it cannot be read.
func lines(path string) func(func(string) bool) {
	return func(yield func(string) bool) {
		f, err := os.Open(path)
		if err != nil {
			return
		}
		defer f.Close()
		for s := bufio.NewScanner(f); s.Scan(); {
			if !yield(s.Text()) {
				return
			}
		}
	}
}
