package stage

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// nsFiles are the names under /proc/thread-self/ns by layer word. A time
// namespace holds for the children of the thread that made it.
var nsFiles = map[string]string{
	"mount": "mnt", "uts": "uts", "ipc": "ipc", "pid": "pid", "net": "net", "user": "user",
	"cgroup": "cgroup", "time": "time_for_children",
}

// errShared is the guard's answer: the namespace is the host's.
var errShared = errors.New("this namespace is the host's own; refused, so that the machine stays as it is")

// guard refuses when the calling thread's namespace is the host's. It is
// asked right before each operation that changes something namespaced.
func (in *initProcess) guard(ns string) error {
	file, ok := nsFiles[ns]
	if !ok {
		return fmt.Errorf("namespace %q: %w", ns, unix.EINVAL)
	}
	var st unix.Stat_t
	if fd, ok := in.descriptors["ns/"+ns]; ok { // commands enter it, the init does not
		if err := unix.Fstat(int(*fd), &st); err != nil {
			return fmt.Errorf("stat the %s namespace: %w", ns, err)
		}
	} else if err := unix.Stat("/proc/thread-self/ns/"+file, &st); err != nil {
		return fmt.Errorf("stat /proc/thread-self/ns/%s: %w", file, err)
	}
	host, known := in.host[ns]
	if !known || host == st.Ino {
		return errShared
	}
	return nil
}

func address[T any](list []T) uintptr { return uintptr(unsafe.Pointer(&list[0])) }

func pointer(p *byte) uintptr { return uintptr(unsafe.Pointer(p)) }
