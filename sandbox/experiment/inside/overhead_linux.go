package inside

import (
	"errors"
	"fmt"
	"io"
	"path"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

func init() { register("overhead", overhead) }

// labour is one kind of work, ready to be done.
type labour struct {
	piece  func() error
	atOnce int // pieces between two looks at the clock
	most   int // looks at the clock in a burst, 0 for no bound
}

// overheadWorks are what is timed, by name.
var overheadWorks = map[string]func(Overhead) (labour, error){
	"cpu":      arithmetic,
	"syscall":  cheapestCall,
	"pipe":     pipeRound,
	"file":     smallFile,
	"loopback": loopbackRound,
}

// overhead does bursts of work as it is asked to, until nobody asks.
func overhead(a *Act) error {
	var given Overhead
	if err := a.Given(&given); err != nil {
		return err
	}
	ready := map[string]func(time.Duration) Pace{}
	for {
		var wanted Burst
		if err := a.Hear(&wanted); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if ready[wanted.Kind] == nil {
			ready[wanted.Kind] = prepareWork(wanted.Kind, given)
		}
		length := time.Duration(min(wanted.Milliseconds, LongestBurst)) * time.Millisecond
		if err := a.Say(ready[wanted.Kind](length)); err != nil {
			return err
		}
	}
}

// prepareWork gets a kind of work ready. One that is refused stays so.
func prepareWork(kind string, given Overhead) func(time.Duration) Pace {
	ready, known := overheadWorks[kind]
	if !known {
		return refusedWork(fmt.Errorf("work %q: %w", kind, unix.ENOSYS))
	}
	l, err := ready(given)
	if err == nil {
		err = l.piece() // the first is slower than the others
	}
	if err != nil {
		return refusedWork(err)
	}
	return func(length time.Duration) Pace { return l.burst(length) }
}

func refusedWork(err error) func(time.Duration) Pace {
	return func(time.Duration) Pace { return Pace{Refused: Explain(err)} }
}

// burst works for that long, and does one stretch whatever it takes, and tells
// how long one piece took: the median over short stretches, so that one in which
// somebody else had the processor does not count.
func (l labour) burst(length time.Duration) Pace {
	var took []time.Duration
	for begin := time.Now(); len(took) == 0 || time.Since(begin) < length && (l.most == 0 || len(took) < l.most); {
		stretch := time.Now()
		for range l.atOnce {
			if err := l.piece(); err != nil {
				return Pace{Refused: Explain(err)}
			}
		}
		took = append(took, time.Since(stretch))
	}
	slices.Sort(took)
	return Pace{Nanoseconds: float64(took[len(took)/2]) / float64(l.atOnce)}
}

// arithmetic asks nothing of the kernel: a thousand steps of xorshift.
func arithmetic(Overhead) (labour, error) {
	x := uint64(88172645463325252)
	return labour{atOnce: 10, piece: func() error {
		for range 1000 {
			x ^= x << 13
			x ^= x >> 7
			x ^= x << 17
		}
		if x == 0 {
			return errors.New("nought")
		}
		return nil
	}}, nil
}

// cheapestCall is the cheapest of those that are not answered without the kernel.
func cheapestCall(Overhead) (labour, error) {
	return labour{atOnce: 100, piece: func() error {
		unix.RawSyscall(unix.SYS_GETPPID, 0, 0, 0)
		return nil
	}}, nil
}

// pipeRound sends a byte to another thread and waits for it to come back.
func pipeRound(Overhead) (labour, error) {
	var there, back [2]int
	if err := unix.Pipe2(there[:], unix.O_CLOEXEC); err != nil {
		return labour{}, fmt.Errorf("pipe: %w", err)
	}
	if err := unix.Pipe2(back[:], unix.O_CLOEXEC); err != nil {
		return labour{}, fmt.Errorf("pipe: %w", err)
	}
	go echoBytes(there[0], back[1])
	return labour{atOnce: 1, piece: func() error { return throwByte(there[1], back[0]) }}, nil
}

// loopbackRound sends a byte over TCP to another thread and waits for it to come
// back; tcp(7).
func loopbackRound(Overhead) (labour, error) {
	listener, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return labour{}, fmt.Errorf("socket: %w", err)
	}
	defer unix.Close(listener)
	if err := unix.Bind(listener, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return labour{}, fmt.Errorf("bind 127.0.0.1: %w", err)
	}
	if err := unix.Listen(listener, 1); err != nil {
		return labour{}, fmt.Errorf("listen: %w", err)
	}
	here, err := unix.Getsockname(listener)
	if err != nil {
		return labour{}, fmt.Errorf("getsockname: %w", err)
	}
	near, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return labour{}, fmt.Errorf("socket: %w", err)
	}
	if err := errors.Join(hurry(listener), hurry(near)); err != nil {
		return labour{}, err
	}
	if err := unix.Connect(near, here); err != nil && err != unix.EINTR { // then it goes on by itself
		return labour{}, fmt.Errorf("connect 127.0.0.1: %w", err)
	}
	far, err := acceptFrom(listener, near)
	if err != nil {
		return labour{}, err
	}
	for _, s := range []int{near, far} {
		if err := unix.SetsockoptInt(s, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
			return labour{}, fmt.Errorf("setsockopt TCP_NODELAY: %w", err)
		}
	}
	go echoBytes(far, far)
	return labour{atOnce: 1, piece: func() error { return throwByte(near, near) }}, nil
}

// hurry bounds every wait on a socket: a packet filter may swallow what is sent
// (socket(7), SO_RCVTIMEO).
func hurry(socket int) error {
	soon := &unix.Timeval{Sec: 1}
	return errors.Join(unix.SetsockoptTimeval(socket, unix.SOL_SOCKET, unix.SO_RCVTIMEO, soon),
		unix.SetsockoptTimeval(socket, unix.SOL_SOCKET, unix.SO_SNDTIMEO, soon))
}

// acceptFrom accepts the connection of near's, and nobody else's: on a shared
// network others may knock.
func acceptFrom(listener, near int) (int, error) {
	own, err := unix.Getsockname(near)
	if err != nil {
		return -1, fmt.Errorf("getsockname: %w", err)
	}
	far, who, err := unix.Accept4(listener, unix.SOCK_CLOEXEC)
	for err == unix.EINTR {
		far, who, err = unix.Accept4(listener, unix.SOCK_CLOEXEC)
	}
	if err != nil {
		return -1, fmt.Errorf("accept: %w", err)
	}
	a, b := own.(*unix.SockaddrInet4), who.(*unix.SockaddrInet4)
	if a.Port != b.Port || a.Addr != b.Addr {
		return -1, fmt.Errorf("accept: %w", unix.ECONNABORTED)
	}
	return far, nil
}

// echoBytes sends every byte back, on a thread of its own.
func echoBytes(from, to int) {
	runtime.LockOSThread()
	b := make([]byte, 1)
	for {
		if n, err := unix.Read(from, b); err == unix.EINTR {
			continue
		} else if err != nil || n == 0 {
			return
		}
		unix.Write(to, b)
	}
}

// throwByte sends a byte and waits for it.
func throwByte(to, from int) error {
	b := []byte{1}
	for {
		_, err := unix.Write(to, b)
		if err == nil {
			break
		}
		if err != unix.EINTR {
			return err
		}
	}
	for {
		n, err := unix.Read(from, b)
		if err == unix.EINTR {
			continue
		}
		if err == nil && n == 0 {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
}

// fewFiles bounds a burst of files: ext4 gives the number of a file that was
// removed to no other for some seconds, and looks for a free one past all of
// those.
const fewFiles = 20

// smallFile makes, writes, names and removes a file. It has a name only when
// it has its content (O_TMPFILE in open(2)), by which a janitor knows it should
// this process be killed right then.
func smallFile(given Overhead) (labour, error) {
	if given.File == "" {
		return labour{}, fmt.Errorf("a file: %w", unix.ENOENT)
	}
	content := []byte(given.Content)
	return labour{atOnce: 1, most: fewFiles, piece: func() error {
		fd, err := unix.Open(path.Dir(given.File), unix.O_TMPFILE|unix.O_WRONLY|unix.O_CLOEXEC, 0o600)
		if err != nil {
			return fmt.Errorf("open O_TMPFILE: %w", err)
		}
		defer unix.Close(fd)
		if _, err := unix.Write(fd, content); err != nil {
			return fmt.Errorf("write: %w", err)
		}
		if err := unix.Linkat(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", fd), unix.AT_FDCWD, given.File, unix.AT_SYMLINK_FOLLOW); err != nil {
			return fmt.Errorf("linkat: %w", err)
		}
		if err := unix.Unlink(given.File); err != nil {
			return fmt.Errorf("unlink: %w", err)
		}
		return nil
	}}, nil
}
