package inside

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Acts are all of them, by name. Each is in a file of its own.
var acts = map[string]func(*Act) error{}

// Register puts an act into the table; it is called from init.
func register(name string, act func(*Act) error) {
	if acts[name] != nil {
		panic("two acts " + name)
	}
	acts[name] = act
}

// Act is one that is under way.
type Act struct {
	first json.RawMessage
	lines chan []byte // closed at the end of standard input
	out   *json.Encoder
}

// Main runs the act that the arguments name and never returns. The arguments
// are its name and its deadline in seconds.
func Main(args []string) { ServeActs(args, acts) }

// ServeActs is Main with acts of another program's own.
func ServeActs(args []string, acts map[string]func(*Act) error) {
	os.Exit(run(args, acts))
}

func run(args []string, acts map[string]func(*Act) error) int {
	if len(args) != 2 || acts[args[0]] == nil {
		fmt.Fprintln(os.Stderr, Name+" is started by tentpole only")
		return 2
	}
	seconds, err := strconv.Atoi(args[1])
	if err != nil || seconds <= 0 {
		return 2
	}
	// Whatever happens: a process that hangs in the kernel is left to the
	// sandbox's end.
	time.AfterFunc(time.Duration(seconds)*time.Second, func() { os.Exit(124) })
	debug.SetMemoryLimit(64 << 20)
	signal.Ignore(syscall.SIGPIPE)
	unix.Prctl(unix.PR_SET_NAME, name(Name), 0, 0, 0)
	a := &Act{lines: make(chan []byte), out: json.NewEncoder(os.Stdout)}
	go a.read()
	first, ok := <-a.lines
	if !ok {
		return 2
	}
	a.first = first
	if err := acts[args[0]](a); err != nil {
		a.out.Encode(Message{Over: true, Error: Explain(err)})
		return 1
	}
	a.out.Encode(Message{Over: true})
	return 0
}

func (a *Act) read() {
	defer close(a.lines)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, LineLimit)
	for lines.Scan() {
		a.lines <- append([]byte(nil), lines.Bytes()...)
	}
}

// Given decodes what the act was asked with.
func (a *Act) Given(v any) error { return json.Unmarshal(a.first, v) }

// Say sends a message to the host.
func (a *Act) Say(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return a.out.Encode(Message{Say: b})
}

// Hear waits for the next message of the host. At the end of standard input it
// gives io.EOF: the host wants no more.
func (a *Act) Hear(v any) error {
	line, ok := <-a.lines
	if !ok {
		return io.EOF
	}
	return json.Unmarshal(line, v)
}

// Stay waits until the host wants no more.
func (a *Act) Stay() {
	for range a.lines {
	}
}

// Explain puts an error into the form in which it travels; nil for nil.
func Explain(err error) *Error {
	if err == nil {
		return nil
	}
	e := &Error{Text: err.Error()}
	var errno syscall.Errno
	if errors.As(err, &errno) {
		e.Errno, e.Name = int(errno), unix.ErrnoName(errno)
	}
	return e
}

// name is a C string for prctl(2).
func name(s string) uintptr { return pointer(append([]byte(s), 0)) }
