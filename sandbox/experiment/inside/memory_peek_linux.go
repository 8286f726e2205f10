package inside

import (
	"fmt"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

func init() { register("memory-peek", peek) }

// peekWays are the ways to read another process's memory.
var peekWays = []struct {
	id   string
	read func(pid int, address uint64, word []byte) (int, error)
}{
	{"proc-mem", peekFile},
	{"process-vm-readv", peekVM},
	{"ptrace", peekTrace},
}

func peek(a *Act) error {
	var given Peek
	if err := a.Given(&given); err != nil {
		return err
	}
	var out Peeked
	for _, way := range peekWays {
		word := make([]byte, given.Length)
		n, err := way.read(given.PID, given.Address, word)
		out.Ways = append(out.Ways, PeekWay{ID: way.id, Read: string(word[:max(n, 0)]), Refused: Explain(err)})
	}
	out.Address = held(given.Own)
	return a.sayAndStay(out)
}

// peekFile reads /proc/PID/mem; proc_pid_mem(5).
func peekFile(pid int, address uint64, word []byte) (int, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return f.ReadAt(word, int64(address))
}

// peekVM is process_vm_readv(2).
func peekVM(pid int, address uint64, word []byte) (int, error) {
	local := []unix.Iovec{{Base: &word[0]}}
	local[0].SetLen(len(word))
	return unix.ProcessVMReadv(pid, local, []unix.RemoteIovec{{Base: uintptr(address), Len: len(word)}}, 0)
}

// peekTrace stops the process for the time it takes to read; ptrace(2). The
// kernel lets go of it when this thread ends.
func peekTrace(pid int, address uint64, word []byte) (n int, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.PtraceSeize(pid); err != nil {
		return 0, err
	}
	defer unix.PtraceDetach(pid)
	if err := unix.PtraceInterrupt(pid); err != nil {
		return 0, err
	}
	if err := stopped(pid, time.Second); err != nil {
		return 0, err
	}
	return unix.PtracePeekData(pid, uintptr(address), word)
}

// stopped waits for a traced process to stop.
func stopped(pid int, patience time.Duration) error {
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		var status unix.WaitStatus
		got, err := unix.Wait4(pid, &status, unix.WNOHANG|unix.WALL, nil)
		switch {
		case err != nil:
			return err
		case got == pid:
			return nil
		case time.Now().After(deadline):
			return fmt.Errorf("process %d did not stop: %w", pid, unix.ETIMEDOUT)
		}
	}
}
