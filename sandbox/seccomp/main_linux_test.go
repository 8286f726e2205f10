package seccomp

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const childEnv = "TENTPOLE_SECCOMP_TEST_CHILD"

// An order is what a child of the tests does: it takes the filter on, on one
// thread, and makes the calls, or becomes another program.
type order struct {
	Filter []byte `json:",omitempty"` // as Program.Raw; none to go without
	Calls  []made
	Exec   string `json:",omitempty"`
	Times  int    // so often each, 0 means once
	Load   bool   // load the filter so many times, each on a new thread, and call nothing
}

// made is a call with its number and arguments.
type made struct {
	Number uintptr
	Args   [6]uintptr
}

// An answer is what became of the calls, in order, and how long it took.
type answer struct {
	Errnos []syscall.Errno
	Took   time.Duration
}

// TestMain is also the main of the processes that take filters on: a filter
// cannot be taken off again.
func TestMain(m *testing.M) {
	switch text, ok := os.LookupEnv(childEnv); {
	case !ok:
		os.Exit(m.Run())
	case text == "alive":
		os.Exit(alive())
	default:
		var o order
		if err := json.Unmarshal([]byte(text), &o); err != nil {
			panic(err)
		}
		if err := json.NewEncoder(os.Stdout).Encode(o.carryOut()); err != nil {
			panic(err)
		}
		os.Exit(0)
	}
}

func (o order) carryOut() answer {
	if o.Load {
		return o.load()
	}
	done := make(chan answer)
	go func() { // the thread is not given back: it keeps its filter
		runtime.LockOSThread()
		takeOn(o.Filter)
		if o.Exec != "" {
			panic(syscall.Exec(o.Exec, []string{o.Exec}, []string{childEnv + "=alive"}))
		}
		a := answer{Errnos: make([]syscall.Errno, len(o.Calls))}
		begun := time.Now()
		for i, c := range o.Calls {
			for range max(1, o.Times) {
				_, _, a.Errnos[i] = syscall.RawSyscall6(c.Number, c.Args[0], c.Args[1], c.Args[2], c.Args[3], c.Args[4], c.Args[5])
			}
		}
		a.Took = time.Since(begun)
		done <- a
		select {}
	}()
	return <-done
}

// load times seccomp(2) alone.
func (o order) load() answer {
	var a answer
	for range o.Times {
		took := make(chan time.Duration)
		go func() {
			runtime.LockOSThread()
			begun := time.Now()
			takeOn(o.Filter)
			took <- time.Since(begun)
		}()
		a.Took += <-took
	}
	return a
}

// takeOn puts the calling thread under the filter, as seccomp(2) says.
func takeOn(filter []byte) {
	if len(filter) == 0 {
		return
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		panic(err)
	}
	program := unix.SockFprog{Len: uint16(len(filter) / 8), Filter: (*unix.SockFilter)(unsafe.Pointer(&filter[0]))}
	if _, _, errno := syscall.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&program))); errno != 0 {
		panic(fmt.Sprintf("seccomp: load a filter of %d instructions: %v", program.Len, errno))
	}
}

// alive uses what a Go program needs of a kernel: threads, timers, files.
func alive() int {
	done := make(chan error)
	for range 8 {
		go func() {
			runtime.LockOSThread()
			_, err := os.ReadFile("/proc/self/status")
			<-time.After(time.Millisecond)
			done <- err
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	runtime.GC()
	return 7
}

// send starts a child with the order. The error is how the child ended.
func send(t testing.TB, o order) (answer, error) {
	t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), self)
	child.Env = append(os.Environ(), childEnv+"="+string(text))
	var said strings.Builder
	child.Stderr = &said
	out, err := child.Output()
	if err != nil {
		return answer{}, fmt.Errorf("%w\n%s", err, said.String())
	}
	var a answer
	if err := json.Unmarshal(out, &a); err != nil {
		t.Fatalf("the child said %q: %v", out, err)
	}
	return a, nil
}

// ending returns how a child ended that did not end well.
func ending(err error) syscall.WaitStatus {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.Sys().(syscall.WaitStatus)
	}
	return 0
}
