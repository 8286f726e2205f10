package probe

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
)

// Born is a process that has made some calls and waits to be killed. It ends
// with the process that bore it. End it.
type Born struct {
	PID, FD int
	held    *os.File
}

// Bear starts one in the namespaces that the thread has for its children, and
// in the cgroup v2 directory cgroup, -1 for the thread's own. The caller has
// locked the thread. The error is an *Error.
func Bear(cgroup int, calls ...fork.Call) (Born, error) {
	p, err := fork.New()
	if err != nil {
		return Born{}, refused("fork", innermost(err))
	}
	defer p.Close()
	p.Add(calls...)
	held, err := p.Hold()
	if err != nil {
		return Born{}, refused("pipe", innermost(err))
	}
	pid, fd, err := p.Start(cgroup)
	if err != nil {
		held.Close()
		if f, ok := err.(*fork.Error); ok {
			return Born{}, refused(f.Name, f.Err)
		}
		return Born{}, refused("clone", innermost(err))
	}
	return Born{pid, fd, held}, nil
}

// End kills and reaps it.
func (b Born) End() {
	unix.PidfdSendSignal(b.FD, unix.SIGKILL, nil, 0)
	for {
		if _, err := unix.Wait4(b.PID, nil, 0, nil); err != unix.EINTR {
			break
		}
	}
	unix.Close(b.FD)
	b.held.Close()
}

// Ended waits until somebody else has killed it. End it all the same.
func (b Born) Ended(patience time.Duration) error {
	ready := []unix.PollFd{{Fd: int32(b.FD), Events: unix.POLLIN}} // pidfd_open(2)
	n, err := unix.Poll(ready, int(patience.Milliseconds()))
	if err == nil && n == 0 {
		return withoutEffect("end a process")
	}
	return refused("poll a pidfd", err)
}

// pid tries pid_namespaces(7): the first process is number 1 inside.
func pid(string) (string, error) {
	b, err := Bear(-1)
	if err != nil {
		return "", err
	}
	defer b.End()
	file := fmt.Sprintf("/proc/%d/status", b.PID)
	status, err := os.ReadFile(file)
	if err != nil {
		return "", refused("read "+file, innermost(err))
	}
	_, numbers, _ := strings.Cut(string(status), "\nNSpid:")
	numbers, _, _ = strings.Cut(numbers, "\n")
	if list := strings.Fields(numbers); len(list) < 2 || list[len(list)-1] != "1" {
		return "", withoutEffect("become number 1 of a pid namespace")
	}
	return "", nil
}

// proc tries whether a /proc can be mounted that shows the new pid namespace
// only. The kernel refuses it to root of a user namespace where the /proc
// that is there already is covered in parts; mount_too_revealing() in
// fs/namespace.c.
func proc(string) (string, error) {
	name, target := []byte("proc\x00"), []byte("/proc\x00")
	b, err := Bear(-1, fork.Call{Number: unix.SYS_MOUNT, Name: "mount proc on /proc", Keep: [2][]byte{name, target}, Args: [6]uintptr{
		Address(name), Address(target), Address(name), unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC}})
	if err != nil {
		return "", err
	}
	defer b.End()
	// The thread sees the mount, too, and is itself in no namespace that it shows.
	if _, err := os.Readlink("/proc/self"); err == nil || !exists("/proc/1") {
		return "", withoutEffect("mount a /proc that shows the pid namespace only")
	}
	return "", nil
}

// hour is the shift of the clock that is tried, in seconds.
const hour = 3600

// clock tries time_namespaces(7): a process born in it reads another time.
func clock(string) (string, error) {
	file := fmt.Sprintf("/proc/%d/timens_offsets", unix.Gettid())
	if err := os.WriteFile(file, fmt.Appendf(nil, "boottime %d 0\n", hour), 0); err != nil {
		return "", refused("write timens_offsets", innermost(err))
	}
	page, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_ANONYMOUS)
	if err != nil {
		return "", refused("mmap", err)
	}
	defer unix.Munmap(page)
	b, err := Bear(-1, fork.Call{Number: unix.SYS_CLOCK_GETTIME, Args: [6]uintptr{unix.CLOCK_BOOTTIME, Address(page)}, Name: "clock_gettime"})
	if err != nil {
		return "", err
	}
	defer b.End()
	var here unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &here); err != nil {
		return "", refused("clock_gettime", err)
	}
	if there := (*unix.Timespec)(unsafe.Pointer(&page[0])); there.Sec < here.Sec+hour/2 {
		return "", withoutEffect("set the boot clock of a time namespace forward")
	}
	return "", nil
}

// Address is where memory lies that a call is given. It is kept alive by
// fork.Call.Keep.
func Address(b []byte) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(b))) }

// pidfd tries a handle on a process; pidfd_open(2), pidfd_send_signal(2).
func pidfd(string) (string, error) {
	fd, err := unix.PidfdOpen(os.Getpid(), 0)
	if err != nil {
		return "", refused("pidfd_open", err)
	}
	defer unix.Close(fd)
	return "", refused("pidfd_send_signal", unix.PidfdSendSignal(fd, 0, nil, 0))
}

// userNamespace makes a user namespace in which ids are those of outside, and
// opens it. The caller closes it.
func userNamespace(outside int) (*os.File, error) {
	b, err := Bear(-1, fork.Call{Number: unix.SYS_UNSHARE, Args: [6]uintptr{unix.CLONE_NEWUSER}, Name: "unshare(CLONE_NEWUSER)"})
	if err != nil {
		return nil, err
	}
	defer b.End()
	ids := fmt.Appendf(nil, "0 %d 65536\n", outside)
	for _, file := range []string{"uid_map", "gid_map"} {
		file = fmt.Sprintf("/proc/%d/%s", b.PID, file)
		if err := os.WriteFile(file, ids, 0); err != nil {
			return nil, refused("write "+string(bytes.TrimSpace(ids))+" to uid_map", innermost(err))
		}
	}
	f, err := os.Open(fmt.Sprintf("/proc/%d/ns/user", b.PID))
	if err != nil {
		return nil, refused("open a user namespace", innermost(err))
	}
	return f, nil
}
