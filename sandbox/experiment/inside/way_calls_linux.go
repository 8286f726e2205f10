package inside

import (
	"errors"
	"os"
	"slices"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// calls are ways that are one system call. Most get arguments that the kernel
// rejects after it has asked for the permission; the comment says where. The
// others make something of the process's own and close it.
var calls = []struct {
	way  string
	call func(*attempt) error
}{
	{"bpf", bpf},
	{"io-uring", ioUring},
	{"userfaultfd", userfaultfd},
	{"perf-event", perfEvent},
	{"module", module},
	{"kexec", kexec},
	{"set-clock", setClock},
	{"swapon", swapOn},
	{"accounting", accounting},
	{"clone3", clone3},
	{"personality", personality},
	{"kernel-log", kernelLog},
	{"fanotify", fanotify},
	{"vsock", func(a *attempt) error { return a.socket("AF_VSOCK", unix.AF_VSOCK, unix.SOCK_STREAM) }},
	// The kernel takes the family as 32 bits, seccomp sees 64.
	{"vsock-high-bits", func(a *attempt) error { return a.socket("AF_VSOCK", 1<<32|unix.AF_VSOCK, unix.SOCK_STREAM) }},
	{"packet-socket", sniff},
	{"hostname", hostName},
}

func init() {
	for _, row := range calls {
		wayOut(row.way, row.call)
	}
}

// past turns the errors that the kernel gives only after the permission check
// into success.
func past(err error, after ...error) error {
	for _, e := range after {
		if errors.Is(err, e) {
			return nil
		}
	}
	return err
}

// refused names the call that was refused, if it was.
func refused(call string, errno syscall.Errno) error {
	if errno != 0 {
		return os.NewSyscallError(call, errno)
	}
	return nil
}

// made closes what a system call made, or names the call that was refused.
func made(call string, fd uintptr, errno syscall.Errno) error {
	if errno != 0 {
		return os.NewSyscallError(call, errno)
	}
	return unix.Close(int(fd))
}

// bpf makes an array of one number, the least that bpf(2) can make.
func bpf(*attempt) error {
	const mapCreate, array = 0, 2
	attr := struct{ kind, key, value, entries uint32 }{array, 4, 4, 1}
	fd, _, errno := unix.Syscall(unix.SYS_BPF, mapCreate, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr))
	return made("bpf", fd, errno)
}

func ioUring(*attempt) error {
	var params [120]byte // struct io_uring_params
	fd, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, 1, uintptr(unsafe.Pointer(&params)), 0)
	return made("io_uring_setup", fd, errno)
}

// userfaultfd asks for one that holds up the kernel too, which exploits use to
// win races; userfaultfd(2).
func userfaultfd(*attempt) error {
	fd, _, errno := unix.Syscall(unix.SYS_USERFAULTFD, unix.O_CLOEXEC, 0, 0)
	return made("userfaultfd", fd, errno)
}

// perfEvent opens a counter, switched off, for everything on the first
// processor: the host's processes as well.
func perfEvent(*attempt) error {
	attr := unix.PerfEventAttr{Type: unix.PERF_TYPE_SOFTWARE, Config: unix.PERF_COUNT_SW_CPU_CLOCK,
		Size: uint32(unsafe.Sizeof(unix.PerfEventAttr{})), Bits: unix.PerfBitDisabled}
	fd, err := unix.PerfEventOpen(&attr, -1, 0, -1, unix.PERF_FLAG_FD_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("perf_event_open", err)
	}
	return unix.Close(fd)
}

// module loads a module from no file: finit_module() asks may_init_module()
// first, EPERM, and looks at the descriptor after that, EBADF.
func module(*attempt) error {
	return past(os.NewSyscallError("finit_module", unix.FinitModule(-1, "", 0)), unix.EBADF)
}

// kexec loads another kernel with flags that there are not: kexec_load_check()
// asks kexec_load_permitted() first, EPERM, and looks at the flags and at the
// number of segments after that, EINVAL. The permission is counted where
// kexec_load_limit_reboot says so; there it is not tried.
func kexec(*attempt) error {
	const limit = "/proc/sys/kernel/kexec_load_limit_reboot"
	if b, err := os.ReadFile(limit); err == nil && strings.TrimSpace(string(b)) != "-1" {
		return missing("trying would be counted: " + limit)
	}
	const noSuchFlags, tooMany = 0xfff0, 1 << 20
	_, _, errno := unix.Syscall6(unix.SYS_KEXEC_LOAD, 0, tooMany, 0, noSuchFlags, 0, 0)
	return past(refused("kexec_load", errno), unix.EINVAL)
}

// setClock sets the length of a tick to nought: ntp_validate_timex() asks for
// CAP_SYS_TIME first, EPERM, and looks at the length after that, EINVAL.
// settimeofday(2) would check its arguments first.
func setClock(*attempt) error {
	_, err := unix.Adjtimex(&unix.Timex{Modes: unix.ADJ_TICK, Tick: 0})
	return past(os.NewSyscallError("adjtimex", err), unix.EINVAL)
}

// swapOn swaps to no file: swapon() asks for CAP_SYS_ADMIN first, EPERM, and
// looks at the name after that, ENOENT.
func swapOn(*attempt) error { return pathless("swapon", unix.SYS_SWAPON) }

// accounting writes the accounts of all processes to no file: acct() asks for
// CAP_SYS_PACCT first, EPERM, and opens the file after that, ENOENT. It makes
// none.
func accounting(*attempt) error { return pathless("acct", unix.SYS_ACCT) }

// pathless makes a call with the empty path, which names no file; path_resolution(7).
func pathless(name string, number uintptr) error {
	empty := [1]byte{}
	_, _, errno := unix.Syscall(number, uintptr(unsafe.Pointer(&empty)), 0, 0)
	return past(refused(name, errno), unix.ENOENT)
}

// clone3 asks for nothing: copy_clone_args_from_user() finds the arguments too
// short, EINVAL. It is a way out because its flags, such as CLONE_NEWUSER, are
// in memory, where no filter can look: whoever wants to refuse them must refuse
// the call.
func clone3(*attempt) error {
	_, _, errno := unix.Syscall(unix.SYS_CLONE3, 0, 0, 0)
	return past(refused("clone3", errno), unix.EINVAL)
}

// personality switches the randomisation of addresses off, for this thread, and
// on again; personality(2).
func personality(*attempt) error {
	const query, noRandomise = 0xffffffff, 0x0040000
	old, _, errno := unix.Syscall(unix.SYS_PERSONALITY, query, 0, 0)
	if errno == 0 {
		_, _, errno = unix.Syscall(unix.SYS_PERSONALITY, old|noRandomise, 0, 0)
	}
	if errno != 0 {
		return os.NewSyscallError("personality", errno)
	}
	unix.Syscall(unix.SYS_PERSONALITY, old, 0, 0)
	return nil
}

// kernelLog reads a line of the kernel's log, which leaves it there; syslog(2).
func kernelLog(*attempt) error {
	const readAll = 3
	_, err := unix.Klogctl(readAll, make([]byte, 256))
	return os.NewSyscallError("syslog", err)
}

// fanotify asks for the class that may hold up other processes' opening of
// files, and marks none; fanotify_init(2).
func fanotify(*attempt) error {
	fd, err := unix.FanotifyInit(unix.FAN_CLASS_CONTENT|unix.FAN_CLOEXEC, unix.O_RDONLY)
	if err != nil {
		return os.NewSyscallError("fanotify_init", err)
	}
	return unix.Close(fd)
}

// socket makes a socket of a protocol that the kernel has already: asking for
// another could load its module.
func (a *attempt) socket(protocol string, family, kind uintptr) error {
	if !slices.Contains(a.Canary.Protocols, protocol) {
		return missing("the kernel has not loaded " + protocol)
	}
	fd, _, errno := unix.Syscall(unix.SYS_SOCKET, family, kind|unix.SOCK_CLOEXEC, 0)
	return made("socket", fd, errno)
}

// sniff makes a socket that could hear everything on the host's network.
// Protocol 0 hears nothing; packet(7).
func sniff(a *attempt) error {
	if err := a.socket("PACKET", unix.AF_PACKET, unix.SOCK_RAW); err != nil {
		return err
	}
	if !a.sameNamespace("net") {
		return missing("it hears a network of its own")
	}
	return nil
}

// hostName asks with a name longer than the kernel takes: sethostname() asks
// for CAP_SYS_ADMIN first, EPERM, and looks at the length after that, EINVAL.
func hostName(a *attempt) error {
	if err := past(os.NewSyscallError("sethostname", unix.Sethostname(make([]byte, 65))), unix.EINVAL); err != nil {
		return err
	}
	if !a.sameNamespace("uts") {
		return missing("the name is its own")
	}
	return nil
}
