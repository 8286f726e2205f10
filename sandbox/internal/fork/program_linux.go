package fork

import (
	"fmt"
	"os"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Program is what a child does. It is used once, by one goroutine. Close it.
type Program struct {
	// Flags are namespaces for the child to be born in: CLONE_NEWPID and the
	// like; clone(2).
	Flags uint64

	calls []Call
	page  []byte // shared with the child
	marks int
	pipe  [2]int      // its end tells that the child has executed, or is ready
	held  int         // the child's end of what holds it, 0 for none
	news  [2]*os.File // by which the child announces itself, nil when it does not
	// executes tells that there is an execve at the end, for which the parent
	// can wait without being needed.
	executes bool
}

// report lies at the beginning of the shared page, the marks behind it.
type report struct {
	failed int32 // 1 when a call was refused
	index  int32
	errno  int32
	pid    int32 // the child's, before it runs; 0 where the kernel was not asked
	pidfd  int32
	_      int32
}

const (
	pageSize = 4096
	maxMarks = (pageSize - int(unsafe.Sizeof(report{}))) / int(unsafe.Sizeof(unix.Timespec{}))
)

// New makes an empty program.
func New() (*Program, error) {
	page, err := unix.Mmap(-1, 0, pageSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_ANONYMOUS)
	if err != nil {
		return nil, fmt.Errorf("mmap a shared page: %w", err)
	}
	p := &Program{page: page, pipe: [2]int{-1, -1}}
	if err := unix.Pipe2(p.pipe[:], unix.O_CLOEXEC); err != nil {
		unix.Munmap(page)
		return nil, fmt.Errorf("pipe: %w", err)
	}
	return p, nil
}

// Close lets go of what the program needed; the child goes on.
func (p *Program) Close() {
	for _, fd := range p.pipe {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
	if p.held > 0 {
		unix.Close(p.held)
	}
	for _, f := range p.news {
		if f != nil {
			f.Close()
		}
	}
	unix.Munmap(p.page)
}

// Hold has the child tell that it came this far, and then live until the file
// that comes back is closed, or whoever holds it is gone.
func (p *Program) Hold() (*os.File, error) {
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC); err != nil {
		return nil, fmt.Errorf("pipe: %w", err)
	}
	p.held = ends[0]
	hangup := &unix.PollFd{Fd: int32(ends[0])}
	p.Add(Call{Number: unix.SYS_CLOSE, Args: [6]uintptr{uintptr(ends[1])}, Name: "close"})
	p.Ready()
	p.Add(Call{Number: unix.SYS_PPOLL, Args: [6]uintptr{address(hangup), 1}, Keep: hangup, Name: "ppoll"})
	return os.NewFile(uintptr(ends[1]), "hold"), nil
}

// Announce has the child say that it is there, for Born. Called first, this is
// the first thing it does.
func (p *Program) Announce() (err error) {
	if p.news[0], p.news[1], err = os.Pipe(); err != nil {
		return err
	}
	word := []byte{1}
	p.Add(Call{Number: unix.SYS_WRITE, Args: [6]uintptr{p.news[1].Fd(), address(&word[0]), 1}, Keep: word, Name: "write"})
	return nil
}

// Born waits, while another goroutine is in Start, until the child is there, and
// returns its number: what it needs of others can be made while it makes its
// calls. It returns 0 when there is no child, or when its number is not known
// before Start returns.
func (p *Program) Born() (pid int) {
	var b [1]byte
	if n, _ := p.news[0].Read(b[:]); n == 0 {
		return 0
	}
	return int((*report)(unsafe.Pointer(&p.page[0])).pid)
}

// Stillborn ends the wait of Born where there is no child: Start calls it, and
// whoever will not call Start.
func (p *Program) Stillborn() {
	if p.news[1] != nil {
		p.news[1].Close()
	}
}

// Add appends calls, and returns how many there are now.
func (p *Program) Add(calls ...Call) int {
	p.calls = append(p.calls, calls...)
	return len(p.calls)
}

// Mark has the child note the time, if it is still allowed to ask.
func (p *Program) Mark() {
	if p.marks == maxMarks {
		return
	}
	at := uintptr(unsafe.Pointer(&p.page[int(unsafe.Sizeof(report{}))+p.marks*int(unsafe.Sizeof(unix.Timespec{}))]))
	p.marks++
	p.Add(Call{Number: unix.SYS_CLOCK_GETTIME, Args: [6]uintptr{unix.CLOCK_MONOTONIC, at}, Optional: true, Name: "clock_gettime"})
}

// Ready has the child tell that it came this far; without it the child is
// waited for until it has executed a program.
func (p *Program) Ready() {
	p.Add(Call{Number: unix.SYS_CLOSE, Args: [6]uintptr{uintptr(p.pipe[1])}, Name: "close"})
}

// Execute begins the name of the call that Exec appends.
const Execute = "execve "

// Exec appends the execution of a program; execve(2).
func (p *Program) Exec(path string, args, env []string) error {
	file, err := unix.BytePtrFromString(path)
	if err != nil {
		return err
	}
	argv, err := pointers(args)
	if err != nil {
		return err
	}
	envp, err := pointers(env)
	if err != nil {
		return err
	}
	p.executes = true
	p.Add(Call{Number: unix.SYS_EXECVE, Name: Execute + path, Keep: [3]any{file, argv, envp}, Args: [6]uintptr{
		address(file), address(&argv[0]), address(&envp[0]),
	}})
	return nil
}

// pointers makes a list of C strings, with the null pointer at its end.
func pointers(list []string) ([]*byte, error) {
	out := make([]*byte, len(list)+1)
	for i, s := range list {
		p, err := unix.BytePtrFromString(s)
		if err != nil {
			return nil, err
		}
		out[i] = p
	}
	return out, nil
}

// Marks are the times between one mark and the next; nought before one that
// the child could not make.
func (p *Program) Marks() []time.Duration {
	var out []time.Duration
	for i := 1; i < p.marks; i++ {
		out = append(out, max(p.at(i)-p.at(i-1), 0))
	}
	return out
}

func (p *Program) at(mark int) time.Duration {
	t := (*unix.Timespec)(unsafe.Pointer(&p.page[int(unsafe.Sizeof(report{}))+mark*int(unsafe.Sizeof(unix.Timespec{}))]))
	return time.Duration(t.Nano())
}

// Start runs the program in a child of the calling thread, which is born in
// the cgroup v2 directory cgroup, or in the caller's if that is negative; it
// returns when the child has executed or is ready. The caller closes pidfd and
// waits for pid. The error is an *Error for a call of the child's that was
// refused; the child is then gone and waited for.
func (p *Program) Start(cgroup int) (pid, pidfd int, err error) {
	pid, pidfd, err = clone(p, cgroup)
	runtime.KeepAlive(p.calls)
	p.Stillborn() // where there is no child, none will say so
	if err != nil {
		return 0, -1, err
	}
	unix.Close(p.pipe[1])
	p.pipe[1] = -1
	var b [1]byte
	for {
		if _, err := unix.Read(p.pipe[0], b[:]); err != unix.EINTR {
			break
		}
	}
	r := (*report)(unsafe.Pointer(&p.page[0]))
	if r.failed == 0 {
		return pid, pidfd, nil
	}
	unix.Close(pidfd)
	for {
		if _, err := unix.Wait4(pid, nil, 0, nil); err != unix.EINTR {
			break
		}
	}
	return 0, -1, &Error{Index: int(r.index), Name: p.calls[r.index].Name, Err: unix.Errno(r.errno)}
}

func address[T any](p *T) uintptr { return uintptr(unsafe.Pointer(p)) }
