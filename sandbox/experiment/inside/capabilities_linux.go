package inside

import (
	"errors"
	"slices"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

func init() { register("capabilities", useRights) }

// A right is one use of a capability that is harmless: it is about an object of
// the act's own, or its arguments are of no use and are looked at only after
// the permission.
type right struct {
	id, capability, what string
	try                  func() error
	// useless are the answers to arguments of no use, from one who may.
	useless []syscall.Errno
}

// rights are in the order of the capabilities' numbers; capabilities(7). The
// order of the checks is that of the kernel's function behind each call.
var rights = []right{
	{"chown", "CHOWN", "gives a file of its own to another user", chownOwn, nil},
	{"read-any-file", "DAC_READ_SEARCH", "opens a file by a handle that is none", openNoHandle, []syscall.Errno{unix.ESTALE}},
	{"other-group", "SETGID", "becomes a member of another group", func() error { return rawCall(unix.SYS_SETRESGID, ^uintptr(0), 1, ^uintptr(0)) }, nil},
	{"other-user", "SETUID", "becomes another user", func() error { return rawCall(unix.SYS_SETRESUID, ^uintptr(0), 1, ^uintptr(0)) }, nil},
	{"bounding-set", "SETPCAP", "drops a capability that there is not", func() error { return unix.Prctl(unix.PR_CAPBSET_DROP, 9999, 0, 0, 0) }, []syscall.Errno{unix.EINVAL}},
	{"low-port", "NET_BIND_SERVICE", "binds a bound socket to port 1 as well", bindLow, []syscall.Errno{unix.EINVAL}},
	{"network", "NET_ADMIN", "deletes an address at no address", forgetNeighbour, []syscall.Errno{unix.EFAULT}},
	{"raw-socket", "NET_RAW", "opens a socket for packets of its own making", rawSocket, nil},
	{"lock-memory", "IPC_LOCK", "locks a page in memory beyond its limit", lockPage, nil},
	{"modules", "SYS_MODULE", "removes a module without a name", func() error { return rawCall(unix.SYS_DELETE_MODULE, 0, 0, 0) }, []syscall.Errno{unix.EFAULT}},
	{"disk-blocks", "SYS_RAWIO", "asks where on a disk a file's blocks are, at no address", whichBlock, []syscall.Errno{unix.EFAULT}},
	{"chroot", "SYS_CHROOT", "takes the root it has for its root", func() error { return unix.Chroot("/") }, nil},
	{"accounting", "SYS_PACCT", "has processes accounted in a file without a name", func() error { return rawCall(unix.SYS_ACCT, 1, 0, 0) }, []syscall.Errno{unix.EFAULT}},
	{"host-name", "SYS_ADMIN", "gives a name that is too long", nameTooLong, []syscall.Errno{unix.EINVAL}},
	{"reboot", "SYS_BOOT", "restarts without the numbers that a restart wants", func() error { return rawCall(unix.SYS_REBOOT, 0, 0, 0) }, []syscall.Errno{unix.EINVAL}},
	{"priority", "SYS_NICE", "takes precedence with a thread that ends", func() error { return rawCall(unix.SYS_SETPRIORITY, unix.PRIO_PROCESS, 0, ^uintptr(0)) }, nil},
	{"own-memory-map", "SYS_RESOURCE", "moves its heap to an address that cannot be", func() error { return unix.Prctl(unix.PR_SET_MM, unix.PR_SET_MM_BRK, 0, 0, 0) }, []syscall.Errno{unix.EINVAL}},
	{"clock", "SYS_TIME", "has the clock tick zero times as fast", stopClock, []syscall.Errno{unix.EINVAL}},
	{"file-capability", "SETFCAP", "gives a file of its own a capability", giveFile, nil},
	{"kernel-log", "SYSLOG", "sets the console's log level to none there is", func() error { return rawCall(unix.SYS_SYSLOG, unix.SYSLOG_ACTION_CONSOLE_LEVEL, 0, 0) }, []syscall.Errno{unix.EINVAL}},
	{"wake", "WAKE_ALARM", "makes a timer that might wake the machine, and does not set it", wakeTimer, nil},
	{"bpf", "BPF", "loads type information that is empty", emptyTypes, []syscall.Errno{unix.EINVAL}},
}

func useRights(a *Act) error {
	var list []Try
	for _, r := range rights {
		list = append(list, apart(r.tried))
	}
	if err := a.Say(list); err != nil {
		return err
	}
	a.Stay()
	return nil
}

func (r right) tried() Try {
	t := Try{ID: r.id, Capability: r.capability, What: r.what}
	err := r.try()
	var errno syscall.Errno
	switch {
	case err == nil || errors.As(err, &errno) && slices.Contains(r.useless, errno):
	case errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES):
		t.Refused = Explain(err)
	default:
		t.Untold = Explain(err)
	}
	return t
}

// rawCall makes a call on this thread only.
func rawCall(number, a, b, c uintptr) error {
	if _, _, errno := unix.RawSyscall(number, a, b, c); errno != 0 {
		return errno
	}
	return nil
}

// onFile does something with a file of its own that has no name and is in
// memory; memfd_create(2).
func onFile(do func(fd int) error) error {
	fd, err := unix.MemfdCreate(Name, unix.MFD_CLOEXEC)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return do(fd)
}

func chownOwn() error { return onFile(func(fd int) error { return unix.Fchown(fd, 1, -1) }) }

// openNoHandle has the kernel look for a file that no file system made a handle
// for; open_by_handle_at(2).
func openNoHandle() error {
	root, err := unix.Open("/", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(root)
	fd, err := unix.OpenByHandleAt(root, unix.NewFileHandle(0x7fff, make([]byte, 8)), unix.O_PATH)
	if err == nil {
		unix.Close(fd)
	}
	return err
}

// bindLow binds a socket of its own a second time: only then is a port below
// 1024 refused for want of a right, and otherwise because it is bound; ip(7).
func bindLow() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if err := unix.Bind(fd, &unix.SockaddrInet4{}); err != nil {
		return nil
	}
	return unix.Bind(fd, &unix.SockaddrInet4{Port: 1})
}

// forgetNeighbour asks for an entry to be removed and gives none; arp(7).
func forgetNeighbour() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return rawCall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCDARP, 0)
}

func rawSocket() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_ICMP)
	if err == nil {
		unix.Close(fd)
	}
	return err
}

// lockPage lets the act itself lock nothing any more, and locks a page;
// mlock(2).
func lockPage() error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_MEMLOCK, &limit); err != nil {
		return err
	}
	limit.Cur = 0
	if err := unix.Setrlimit(unix.RLIMIT_MEMLOCK, &limit); err != nil {
		return err
	}
	page, err := unix.Mmap(-1, 0, unix.Getpagesize(), unix.PROT_READ, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		return err
	}
	defer unix.Munmap(page)
	return unix.Mlock(page)
}

// whichBlock is FIBMAP, which gives its answer at no address.
func whichBlock() error {
	const fibmap = 1 // linux/fs.h
	return onFile(func(fd int) error { return rawCall(unix.SYS_IOCTL, uintptr(fd), fibmap, 0) })
}

func nameTooLong() error { return unix.Sethostname(make([]byte, 65)) }

// stopClock is refused for its number of ticks, of which there are at least
// 9000 in a second of 10000; adjtimex(2).
func stopClock() error {
	const adjTick = 0x4000 // ADJ_TICK
	_, err := unix.Adjtimex(&unix.Timex{Modes: adjTick})
	return err
}

// giveFile sets version 2 of security.capability, with no capability in it;
// linux/capability.h.
func giveFile() error {
	none := make([]byte, 20)
	none[3] = 2
	return onFile(func(fd int) error { return unix.Fsetxattr(fd, "security.capability", none, 0) })
}

func wakeTimer() error {
	fd, err := unix.TimerfdCreate(unix.CLOCK_REALTIME_ALARM, unix.TFD_CLOEXEC)
	if err == nil {
		unix.Close(fd)
	}
	return err
}

// emptyTypes is BPF_BTF_LOAD of nothing; bpf(2).
func emptyTypes() error {
	var attr [128]byte
	return rawCall(unix.SYS_BPF, unix.BPF_BTF_LOAD, uintptr(unsafe.Pointer(&attr)), 32)
}
