package fork

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Program is what a child does. It is used once, by one goroutine. Close it.
type Program struct {
	// Flags are namespaces for the child to be born in, CLONE_NEWPID and the
	// like, or CLONE_FILES; clone(2).
	Flags uint64

	// Sole has the child be one that shares memory and is born by clone3(2), or
	// none; and others make descriptors meanwhile, for the child closes whatever it
	// was not given.
	Sole bool

	calls    []Call
	outgrown [][]Call // lists that a child may still be reading
	page     []byte   // shared with the child
	marks    int
	pipe     [2]int      // its end tells that the child has executed, or is ready
	held     int         // the child's end of what holds it, 0 for none
	gate     [2]int      // written to by the parent, it lets the child go on; 0 for none
	news     [2]*os.File // by which the child announces itself, nil when it does not
	stack    []byte      // of a child beside the child
	errand   *errand     // its calls
	trying   int         // the first call that may be refused without the program having failed, 0 for none
	// brief tells that there is an execve or the end after the last call, for
	// which the parent can wait without being needed.
	brief bool

	ending sync.Mutex
	over   bool // there is no child that Kill may end
}

// report lies at the beginning of the shared page, another one for the child beside
// the child behind it, and then the marks.
type report struct {
	failed int32 // 1 when a call was refused
	index  int32
	errno  int32
	pid    int32 // the child's, before it runs; 0 where the kernel was not asked
	pidfd  int32
	result int32 // of the last call
	lost   int32 // 1 when a call of a child's child was refused, which may be
	_      int32
}

const (
	pageSize = 4096
	reports  = 2 * int(unsafe.Sizeof(report{}))
	maxMarks = (pageSize - reports) / int(unsafe.Sizeof(unix.Timespec{}))
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
	p.settle()
	for _, fd := range p.pipe {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
	if p.held > 0 {
		unix.Close(p.held)
	}
	p.forsake()
	if p.gate[0] > 0 {
		unix.Close(p.gate[0])
	}
	for _, f := range p.news {
		if f != nil {
			f.Close()
		}
	}
	if p.stack != nil {
		unix.Munmap(p.stack)
	}
	unix.Munmap(p.page)
}

// report is that of the child, or the one beside it.
func (p *Program) report(i int) *report {
	return (*report)(unsafe.Pointer(&p.page[i*int(unsafe.Sizeof(report{}))]))
}

// Kill ends the child while another goroutine is in Start.
func (p *Program) Kill() {
	p.ending.Lock()
	defer p.ending.Unlock()
	if p.over {
		return
	}
	if r := p.report(0); r.pid != 0 {
		unix.PidfdSendSignal(int(r.pidfd), unix.SIGKILL, nil, 0)
	}
}

// settle has Kill do nothing from now on.
func (p *Program) settle() {
	p.ending.Lock()
	p.over = true
	p.ending.Unlock()
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

// Await has the child wait until Proceed is called. It ends when whoever was to
// call it is gone. A child that shares memory is waited for meanwhile, by a thread
// whose processor others can use.
func (p *Program) Await() error {
	fd, err := p.Gate()
	if err != nil {
		return err
	}
	p.Add(Call{Number: unix.SYS_CLOSE, Args: [6]uintptr{uintptr(p.gate[1])}, Name: "close"})
	p.AwaitAt(fd)
	return nil
}

// Gate is what AwaitAt waits for, for a child that changes the numbers of its
// descriptors before.
func (p *Program) Gate() (fd int, err error) {
	if err := unix.Pipe2(p.gate[:], unix.O_CLOEXEC); err != nil {
		return -1, fmt.Errorf("pipe: %w", err)
	}
	return p.gate[0], nil
}

// AwaitAt is Await where the gate has another number in the child, who has closed
// its other end.
func (p *Program) AwaitAt(fd int) {
	word := make([]byte, 1)
	p.Add(Call{Number: unix.SYS_READ, Args: [6]uintptr{uintptr(fd), address(&word[0]), 1}, Keep: word, Least: 1, Name: "wait for who starts it"})
}

// Alive is the descriptor by whose end Start knows that the child, and the one
// beside it, have executed or ended. Its number is not below that one; it is the
// program's to close.
func (p *Program) Alive(least int) (fd int, err error) {
	if fd, err = unix.FcntlInt(uintptr(p.pipe[1]), unix.F_DUPFD_CLOEXEC, least); err != nil {
		return -1, fmt.Errorf("dup: %w", err)
	}
	unix.Close(p.pipe[1])
	p.pipe[1] = fd
	return fd, nil
}

// Try has the calls that are added from now on be ones that may be refused: Lost
// tells.
func (p *Program) Try() { p.trying = len(p.calls) }

// Reserve makes room for that many calls, so that the list need not be moved. More
// may be added, even while there is a child that awaits to proceed.
func (p *Program) Reserve(calls int) { p.calls = slices.Grow(p.calls, calls) }

// Room is where the next calls will be: who puts them there saves a copy.
func (p *Program) Room() []Call { return p.calls[len(p.calls):] }

// Proceed lets the child go on from where it awaits that.
func (p *Program) Proceed() {
	if p.gate[1] > 0 {
		unix.Write(p.gate[1], []byte{1})
		p.forsake()
	}
}

// forsake ends a child that awaits to proceed.
func (p *Program) forsake() {
	if p.gate[1] > 0 {
		unix.Close(p.gate[1])
		p.gate[1] = 0
	}
}

// Born waits, while another goroutine is in Start, until the child is there, and
// returns its number: what it needs of others can be made while it makes its
// calls. It returns 0 when there is no child.
func (p *Program) Born() (pid int) {
	var b [1]byte
	if n, _ := p.news[0].Read(b[:]); n == 0 {
		return 0
	}
	r := p.report(0)
	if r.pid != 0 {
		return int(r.pid)
	}
	return numberOf(int(r.pidfd))
}

// numberOf is the number of the process that a pidfd stands for, as the kernel
// tells it in /proc; pidfd_open(2). It is 0 when nobody tells.
func numberOf(pidfd int) (pid int) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/self/fdinfo/%d", pidfd))
	for line := range strings.Lines(string(text)) {
		if number, ok := strings.CutPrefix(line, "Pid:"); ok {
			pid, _ = strconv.Atoi(strings.TrimSpace(number))
		}
	}
	return max(pid, 0)
}

// Stillborn ends the wait of Born where there is no child: Start calls it, and
// whoever will not call Start.
func (p *Program) Stillborn() {
	if p.news[1] != nil {
		p.news[1].Close()
	}
}

// Child are the calls of a child of the child's, who waits until it has ended or
// executed: the descriptors are shared if flags say so; clone(2). It is born in
// the cgroup v2 directory that cgroup will be, if that is not nil. It needs a
// kernel that knows clone3(2), and an architecture with a vfork of this package's.
func Child(flags uint64, cgroup, pid, pidfd *int32, optional bool, calls ...Call) []Call {
	b := &birth{args: cloneArgs{flags: flags | sharing, exitSignal: uint64(unix.SIGCHLD)}, cgroup: cgroup, pidfd: pidfd}
	if flags&unix.CLONE_PARENT != 0 {
		b.args.exitSignal = 0 // it is the parent's
	}
	if cgroup != nil {
		b.args.flags |= unix.CLONE_INTO_CGROUP
	}
	if pidfd != nil {
		b.args.flags |= unix.CLONE_PIDFD
		b.args.pidfd = uint64(address(pidfd))
	}
	return append([]Call{{step: beget, count: len(calls), child: b, Name: "clone", Into: pid, Optional: optional}}, calls...)
}

// Lost tells whether a call of an optional child's was refused, or one that was
// only tried.
func (p *Program) Lost() bool {
	r := p.report(1)
	return r.lost != 0 || p.report(0).lost != 0 || r.failed != 0 && p.tried(r)
}

// tried tells whether the call that was refused may be.
func (p *Program) tried(r *report) bool { return p.trying > 0 && int(r.index) >= p.trying }

// Add appends calls, and returns how many there are now.
func (p *Program) Add(calls ...Call) int {
	if len(p.calls)+len(calls) > cap(p.calls) {
		p.outgrown = append(p.outgrown, p.calls)
	}
	p.calls = append(p.calls, calls...)
	return len(p.calls)
}

// Mark has the child note the time, if it is still allowed to ask.
func (p *Program) Mark() {
	if c, ok := p.mark(); ok {
		p.Add(c)
	}
}

// mark is that call; there is not room for any number of them.
func (p *Program) mark() (c Call, ok bool) {
	if p.marks == maxMarks {
		return c, false
	}
	at := uintptr(unsafe.Pointer(&p.page[reports+p.marks*int(unsafe.Sizeof(unix.Timespec{}))]))
	p.marks++
	return Call{Number: unix.SYS_CLOCK_GETTIME, Args: [6]uintptr{unix.CLOCK_MONOTONIC, at}, Optional: true, Name: "clock_gettime"}, true
}

// Marked are calls with a mark before each part, and one behind the last.
func (p *Program) Marked(parts ...[]Call) (calls []Call) {
	for _, part := range append(parts, nil) {
		if c, ok := p.mark(); ok {
			calls = append(calls, c)
		}
		calls = append(calls, part...)
	}
	return calls
}

// Calls is how many there are.
func (p *Program) Calls() int { return len(p.calls) }

// Times is how many marks there are.
func (p *Program) Times() int { return p.marks }

// Ready has the child tell that it came this far; without it the child is
// waited for until it has executed a program.
func (p *Program) Ready() {
	p.Add(Call{Number: unix.SYS_CLOSE, Args: [6]uintptr{uintptr(p.pipe[1])}, Name: "close"})
}

// Execute begins the name of the call that Exec appends.
const Execute = "execve "

// Exec appends the execution of a program; execve(2).
func (p *Program) Exec(path string, args, env []string) error {
	c, err := Execution(path, args, env)
	if err != nil {
		return err
	}
	p.brief = true
	p.Add(c)
	return nil
}

// Execution is the call that executes a program; execve(2).
func Execution(path string, args, env []string) (Call, error) {
	file, err := unix.BytePtrFromString(path)
	if err != nil {
		return Call{}, err
	}
	argv, err := pointers(args)
	if err != nil {
		return Call{}, err
	}
	envp, err := pointers(env)
	if err != nil {
		return Call{}, err
	}
	return Call{Number: unix.SYS_EXECVE, Name: Execute + path, Keep: [3]any{file, argv, envp}, Args: [6]uintptr{
		address(file), address(&argv[0]), address(&envp[0]),
	}}, nil
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
	t := (*unix.Timespec)(unsafe.Pointer(&p.page[reports+mark*int(unsafe.Sizeof(unix.Timespec{}))]))
	return time.Duration(t.Nano())
}

// Start runs the program in a child of the calling thread, which is born in
// the cgroup v2 directory cgroup, or in the caller's if that is negative; it
// returns when the child has executed or is ready. The caller closes pidfd and
// waits for pid. The error is an *Error for a call of the child's that was
// refused; the child is then gone and waited for.
func (p *Program) Start(cgroup int) (pid, pidfd int, err error) {
	defer keepDumpable()()
	pid, pidfd, err = clone(p, cgroup)
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
	p.settle()
	runtime.KeepAlive(p)
	if err := p.failure(); err != nil {
		unix.PidfdSendSignal(pidfd, unix.SIGKILL, nil, 0) // the other one goes on
		unix.Close(pidfd)
		await(pid)
		return 0, -1, err
	}
	return pid, pidfd, nil
}

// failure is the call that was refused, an *Error.
func (p *Program) failure() error {
	if r := p.report(1); r.failed != 0 && !p.tried(r) {
		return calledBack(p.calls, r)
	}
	return calledBack(p.calls, p.report(0))
}

// Finish runs the program in a child that ends after the last call, and returns
// what that one returned: a descriptor, if Flags have the child share those.
func (p *Program) Finish(cgroup int) (result int, err error) {
	p.brief = true
	defer keepDumpable()()
	pid, pidfd, err := clone(p, cgroup)
	runtime.KeepAlive(p.calls)
	if err != nil {
		return -1, err
	}
	unix.Close(pidfd)
	await(pid)
	if err := p.failure(); err != nil {
		return -1, err
	}
	return int(p.report(0).result), nil
}

// calledBack is the call that was refused, an *Error.
func calledBack(calls []Call, r *report) error {
	if r.failed == 0 {
		return nil
	}
	c := &calls[r.index]
	return &Error{Index: int(r.index), Name: c.Name, Target: c.Target, Err: unix.Errno(r.errno)}
}

// await waits for a child's end.
func await(pid int) {
	for {
		if _, err := unix.Wait4(pid, nil, 0, nil); err != unix.EINTR {
			return
		}
	}
}

func address[T any](p *T) uintptr { return uintptr(unsafe.Pointer(p)) }
