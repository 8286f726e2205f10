package inside

import (
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

func init() {
	wayOut("signal", byNumber(signalCanary))
	wayOut("ptrace", byNumber(func(a *attempt) error { return a.apart("ptrace/trace", nil) }))
	wayOut("ptrace/trace", trace)
	wayOut("process-read", byNumber(processRead))
	wayOut("process-write", byNumber(processWrite))
	wayOut("pidfd-getfd", byNumber(pidfdGetfd))
	wayOut("proc-mem", procMem)
	wayOut("proc-root", func(a *attempt) error { return a.through("root" + a.Canary.File.Path) })
	wayOut("proc-cwd", func(a *attempt) error { return a.through("cwd" + a.Canary.File.Path) })
	wayOut("proc-fd", procFD)
	wayOut("setns", func(a *attempt) error { return a.apart("setns/enter", nil) })
	wayOut("setns/enter", enter)
}

// byNumber guards ways that reach for the canary by its process number: in a
// pid namespace of its own that number means another process, or none, and
// nobody else is to be touched; pid_namespaces(7).
func byNumber(try func(*attempt) error) func(*attempt) error {
	return func(a *attempt) error {
		if !a.sameNamespace("pid") {
			return missing(fmt.Sprintf("process %d of the host has no number here", a.Canary.PID))
		}
		return try(a)
	}
}

func signalCanary(a *attempt) error { return os.NewSyscallError("kill", unix.Kill(a.Canary.PID, 0)) }

// trace stops the canary for as long as it takes to read the word; ptrace(2).
func trace(a *attempt) error {
	pid := a.Canary.PID
	if err := unix.PtraceSeize(pid); err != nil {
		return os.NewSyscallError("ptrace(PTRACE_SEIZE)", err)
	}
	defer unix.PtraceDetach(pid)
	if err := unix.PtraceInterrupt(pid); err != nil {
		return os.NewSyscallError("ptrace(PTRACE_INTERRUPT)", err)
	}
	var status unix.WaitStatus
	if _, err := unix.Wait4(pid, &status, unix.WALL, nil); err != nil {
		return os.NewSyscallError("wait4", err)
	}
	word := make([]byte, WordLength)
	n, err := unix.PtracePeekData(pid, uintptr(a.Canary.Memory), word)
	a.proof = string(word[:n])
	return os.NewSyscallError("ptrace(PTRACE_PEEKDATA)", err)
}

func processRead(a *attempt) error {
	word, err := a.peek(a.Canary.Memory, WordLength)
	a.proof = string(word)
	return err
}

// peek reads the canary's memory; process_vm_readv(2).
func (a *attempt) peek(at uint64, n int) ([]byte, error) {
	b := make([]byte, n)
	read, err := unix.ProcessVMReadv(a.Canary.PID, iovec(b), []unix.RemoteIovec{{Base: uintptr(at), Len: n}}, 0)
	return b[:max(read, 0)], os.NewSyscallError("process_vm_readv", err)
}

// processWrite writes to the canary's scratch space, once the mark has shown
// that it is the canary.
func processWrite(a *attempt) error {
	mark, err := a.peek(a.Canary.Marked, len(a.Canary.Mark))
	if err != nil {
		return err
	}
	if string(mark) != a.Canary.Mark {
		return missing("it is another process of that number")
	}
	b := []byte("written!")
	_, err = unix.ProcessVMWritev(a.Canary.PID, iovec(b), []unix.RemoteIovec{{Base: uintptr(a.Canary.Scratch), Len: len(b)}}, 0)
	return os.NewSyscallError("process_vm_writev", err)
}

func iovec(b []byte) []unix.Iovec {
	v := unix.Iovec{Base: (*byte)(unsafe.Pointer(&b[0]))}
	v.SetLen(len(b))
	return []unix.Iovec{v}
}

// pidfdGetfd takes the canary's open file; pidfd_getfd(2).
func pidfdGetfd(a *attempt) error {
	pidfd, err := unix.PidfdOpen(a.Canary.PID, 0)
	if err != nil {
		return os.NewSyscallError("pidfd_open", err)
	}
	defer unix.Close(pidfd)
	fd, err := unix.PidfdGetfd(pidfd, a.Canary.Descriptor, 0)
	if err != nil {
		return os.NewSyscallError("pidfd_getfd", err)
	}
	defer unix.Close(fd)
	return a.read(fd)
}

// proc is a path of the canary's in /proc, as far as that /proc has it.
func (a *attempt) proc(name string) string { return fmt.Sprintf("/proc/%d/%s", a.Canary.PID, name) }

func procMem(a *attempt) error {
	fd, err := unix.Open(a.proc("mem"), unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: a.proc("mem"), Err: err}
	}
	defer unix.Close(fd)
	word := make([]byte, WordLength)
	n, err := unix.Pread(fd, word, int64(a.Canary.Memory))
	a.proof = string(word[:max(n, 0)])
	return err
}

// through reads the canary's file on the host through a link of /proc.
func (a *attempt) through(link string) error {
	fd, err := unix.Open(a.proc(link), unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: a.proc(link), Err: err}
	}
	defer unix.Close(fd)
	if err := a.Canary.File.is(fd); err != nil {
		return err
	}
	return a.read(fd)
}

func procFD(a *attempt) error {
	path := a.proc(fmt.Sprint("fd/", a.Canary.Descriptor))
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: path, Err: err}
	}
	defer unix.Close(fd)
	return a.read(fd)
}

// enter goes into the canary's uts namespace; setns(2). A process of its own
// does it, which ends then.
func enter(a *attempt) error {
	fd, err := unix.Open(a.proc("ns/uts"), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: a.proc("ns/uts"), Err: err}
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	if st.Ino != a.Canary.Namespaces["uts"] {
		return missing("it is another process of that number")
	}
	return os.NewSyscallError("setns", unix.Setns(fd, unix.CLONE_NEWUTS))
}
