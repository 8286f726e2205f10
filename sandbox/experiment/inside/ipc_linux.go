package inside

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

func init() {
	register("ipc-offer", offer)
	register("ipc", meet)
}

// offer has a word in shared memory and says it on an abstract socket. The
// segment is marked to be removed as soon as it is there: it lasts while this
// process is attached, and can be attached by its number; shmctl(2).
func offer(a *Act) error {
	var given Offered
	if err := a.Given(&given); err != nil {
		return err
	}
	id, err := unix.SysvShmGet(unix.IPC_PRIVATE, len(given.Word), unix.IPC_CREAT|0o666)
	if err != nil {
		return fmt.Errorf("shmget: %w", err)
	}
	memory, err := unix.SysvShmAttach(id, 0, 0)
	if _, gone := unix.SysvShmCtl(id, unix.IPC_RMID, nil); gone != nil {
		return fmt.Errorf("shmctl IPC_RMID: %w", gone)
	}
	if err != nil {
		return fmt.Errorf("shmat: %w", err)
	}
	copy(memory, given.Word)
	if err := greetOn(given.Socket, given.Word); err != nil {
		return err
	}
	given.Segment = id
	return a.sayAndStay(given)
}

// greetOn says the word to whoever connects to an abstract socket; unix(7).
func greetOn(name, word string) error {
	listener, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("make a socket: %w", err)
	}
	if err := unix.Bind(listener, &unix.SockaddrUnix{Name: "@" + name}); err != nil {
		return fmt.Errorf("bind @%s: %w", name, err)
	}
	if err := unix.Listen(listener, 1); err != nil {
		return fmt.Errorf("listen at @%s: %w", name, err)
	}
	go func() {
		for {
			guest, _, err := unix.Accept4(listener, unix.SOCK_CLOEXEC)
			if err != nil {
				return
			}
			unix.Write(guest, []byte(word))
			unix.Close(guest)
		}
	}()
	return nil
}

// meet looks for what is offered, and where queues are its own makes some.
func meet(a *Act) error {
	var given Offered
	if err := a.Given(&given); err != nil {
		return err
	}
	shared, err := shares("ipc", given.Shared)
	if err != nil {
		return err
	}
	out := Met{Shared: shared, Segment: readSegment(given), Socket: readSocket(given)}
	out.Memory, err = placeOf("/dev/shm")
	out.NoShm = Explain(err)
	if !out.Shared {
		for _, k := range ipcKinds {
			out.Made = append(out.Made, IPCOwn{k.kind, Explain(k.make(given))})
			defer k.remove(given)
		}
	}
	return a.sayAndStay(out)
}

func readSegment(given Offered) IPCRead {
	memory, err := unix.SysvShmAttach(given.Segment, 0, unix.SHM_RDONLY)
	if err != nil {
		return IPCRead{Refused: Explain(err)}
	}
	defer unix.SysvShmDetach(memory)
	return IPCRead{Word: string(memory[:min(len(memory), len(given.Word))])}
}

func readSocket(given Offered) IPCRead {
	s, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return IPCRead{Refused: Explain(err)}
	}
	defer unix.Close(s)
	if err := unix.Connect(s, &unix.SockaddrUnix{Name: "@" + given.Socket}); err != nil {
		return IPCRead{Refused: Explain(err)}
	}
	if err := unix.SetsockoptTimeval(s, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 1}); err != nil {
		return IPCRead{Refused: Explain(err)}
	}
	word := make([]byte, len(given.Word))
	n, err := unix.Read(s, word)
	return IPCRead{string(word[:max(n, 0)]), Explain(err)}
}

// ipcKinds outlive their makers, all but their namespace; sysvipc(7),
// mq_overview(7).
var ipcKinds = []struct {
	kind   string
	make   func(Offered) error
	remove func(Offered)
}{
	{"message-queue", func(o Offered) error { return sysv(unix.SYS_MSGGET, o.Key, exclusive, 0) },
		func(o Offered) { sysvRemove(unix.SYS_MSGGET, unix.SYS_MSGCTL, o.Key, 0) }},
	{"semaphore", func(o Offered) error { return sysv(unix.SYS_SEMGET, o.Key, 1, exclusive) },
		func(o Offered) { sysvRemove(unix.SYS_SEMGET, unix.SYS_SEMCTL, o.Key, 1) }},
	{"posix-queue", makeQueue, removeQueue},
}

const exclusive = unix.IPC_CREAT | unix.IPC_EXCL | 0o600

func sysv(call uintptr, args ...int) error {
	_, err := sysvID(call, args...)
	return err
}

func sysvID(call uintptr, args ...int) (int, error) {
	id, _, errno := unix.Syscall(call, uintptr(args[0]), uintptr(args[1]), uintptr(args[2]))
	if errno != 0 {
		return -1, errno
	}
	return int(id), nil
}

// sysvRemove finds the queue or set of that key again and removes it. The
// second argument of semctl(2) is a number, of msgctl(2) the command.
func sysvRemove(get, ctl uintptr, key, semaphores int) {
	id, err := sysvID(get, key, semaphores, 0)
	switch {
	case err != nil:
	case ctl == unix.SYS_MSGCTL:
		sysv(ctl, id, unix.IPC_RMID, 0)
	default:
		sysv(ctl, id, 0, unix.IPC_RMID)
	}
}

func makeQueue(o Offered) error {
	name := append([]byte(o.Queue), 0)
	fd, _, errno := unix.Syscall6(unix.SYS_MQ_OPEN, uintptr(unsafe.Pointer(&name[0])), unix.O_CREAT|unix.O_EXCL|unix.O_RDWR|unix.O_CLOEXEC, 0o600, 0, 0, 0)
	if errno != 0 {
		return errno
	}
	return unix.Close(int(fd))
}

func removeQueue(o Offered) {
	name := append([]byte(o.Queue), 0)
	unix.Syscall(unix.SYS_MQ_UNLINK, uintptr(unsafe.Pointer(&name[0])), 0, 0)
}
