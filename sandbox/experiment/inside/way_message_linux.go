package inside

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

func init() {
	wayOut("abstract-socket", func(a *attempt) error {
		if a.Canary.Socket == "" {
			return missing("the canary has no socket")
		}
		return a.hear(unix.AF_UNIX, &unix.SockaddrUnix{Name: a.Canary.Socket})
	})
	wayOut("loopback", func(a *attempt) error {
		return a.hear(unix.AF_INET, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}, Port: a.Canary.Port})
	})
	wayOut("shared-memory", sharedMemory)
	wayOut("key", readKey)
	wayOut("proc-keys", procKeys)
}

// hear connects to the canary and hears its word.
func (a *attempt) hear(family int, at unix.Sockaddr) error {
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return os.NewSyscallError("socket", err)
	}
	defer unix.Close(fd)
	// Whoever else may listen there: nobody is waited for.
	unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &unix.Timeval{Usec: 200_000})
	unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Usec: 500_000})
	if err := unix.Connect(fd, at); err != nil {
		return os.NewSyscallError("connect", err)
	}
	word := make([]byte, WordLength)
	n, err := unix.Read(fd, word)
	a.proof = string(word[:max(n, 0)])
	return os.NewSyscallError("read", err)
}

// sharedMemory attaches the canary's segment, to read; shmat(2).
func sharedMemory(a *attempt) error {
	if a.Canary.Segment < 0 {
		return missing("the canary has no shared memory")
	}
	b, err := unix.SysvShmAttach(a.Canary.Segment, 0, unix.SHM_RDONLY)
	if err != nil {
		return os.NewSyscallError("shmat", err)
	}
	defer unix.SysvShmDetach(b)
	a.proof = string(b[:min(WordLength, len(b))])
	return nil
}

// readKey reads the canary's key by its number; keyctl(2). Keys have an owner,
// and no namespace.
func readKey(a *attempt) error {
	if a.Canary.Key == 0 {
		return missing("the canary has no key")
	}
	word := make([]byte, WordLength)
	n, err := unix.KeyctlBuffer(unix.KEYCTL_READ, a.Canary.Key, word, 0)
	if err != nil {
		return os.NewSyscallError("keyctl", err)
	}
	a.proof = string(word[:min(max(n, 0), len(word))])
	return nil
}

// procKeys finds the canary's key in the list of keys; proc_keys(5).
func procKeys(a *attempt) error {
	if err := open("/proc/keys", unix.O_RDONLY); err != nil {
		return err
	}
	for line := range lines("/proc/keys") {
		if strings.Contains(line, a.Canary.Mark) {
			return nil
		}
	}
	return missing("the list does not show it")
}
