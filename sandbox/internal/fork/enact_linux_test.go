package fork

import (
	"errors"
	"fmt"
	"io"
	"os"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

func name(s string) (uintptr, []byte) {
	b := append([]byte(s), 0)
	return uintptr(unsafe.Pointer(&b[0])), b
}

func open(path string, into *int32) Call {
	at, keep := name(path)
	return Call{Number: unix.SYS_OPENAT, Args: [6]uintptr{^uintptr(99), at, unix.O_RDONLY | unix.O_CLOEXEC}, Keep: keep, Into: into, Name: "open", Target: path}
}

func closing(fd *int32) Call {
	return Call{Number: unix.SYS_CLOSE, Load: []Load{{0, fd}}, Name: "close"}
}

// fails cannot be made.
var fails = Call{Number: unix.SYS_CLOSE, Args: [6]uintptr{^uintptr(0)}, Name: "close nothing"}

// ways are programs that are the same for who makes them in a child and who makes
// them itself.
func ways() map[string]struct {
	calls []Call
	at    int // that was refused
	errno unix.Errno
} {
	type way = struct {
		calls []Call
		at    int
		errno unix.Errno
	}
	fd, note, pid := new(int32), new(int32), new(int32)
	word := uint64(7)
	missing := open("/there/is/none", fd)
	missing.Answers = []Answer{{Errno: uintptr(unix.ENOENT), To: 2, Note: note}}
	some := open("/dev/null", fd)
	few := Call{Number: unix.SYS_READ, Load: []Load{{0, fd}}, Args: [6]uintptr{0, uintptr(unsafe.Pointer(&word)), 0}, Least: 1, Name: "read"}
	return map[string]way{
		"what one returns, the next takes":     {[]Call{some, closing(fd)}, -1, 0},
		"it is closed then":                    {[]Call{some, closing(fd), closing(fd)}, 2, unix.EBADF},
		"a refusal that leads on":              {[]Call{missing, fails, some, closing(fd)}, -1, 0},
		"another refusal":                      {[]Call{open("/dev/null/x", fd), fails}, 0, unix.ENOTDIR},
		"what is left out":                     {[]Call{Skip(1), fails}, -1, 0},
		"the same":                             {[]Call{Differ(&word, 7, uintptr(unix.EEXIST), "compare", "")}, 0, unix.EEXIST},
		"not the same":                         {[]Call{Differ(&word, 8, uintptr(unix.EEXIST), "compare", ""), fails}, 1, unix.EBADF},
		"less than it has to be":               {[]Call{some, few}, 1, unix.EPIPE},
		"a child's child opens for its father": {append(Child(unix.CLONE_FILES, nil, pid, nil, false, some), closing(fd)), -1, 0},
		"a child's child that fails":           {append(Child(unix.CLONE_FILES, nil, pid, nil, false, fails), some), 1, unix.EBADF},
		"and may":                              {append(Child(unix.CLONE_FILES, nil, pid, nil, true, fails), Skip(0)), -1, 0},
		"and may, before one that may not":     {append(Child(unix.CLONE_FILES, nil, pid, nil, true, fails), fails), 2, unix.EBADF},
	}
}

// TestMake: the caller's own thread takes the same way as a child.
func TestMake(t *testing.T) {
	for what, w := range ways() {
		check(t, what, Make(w.calls), w.at, w.errno)
	}
}

func TestEnact(t *testing.T) {
	if sharing == 0 {
		t.Skip("a child has memory of its own on this architecture")
	}
	for what, w := range ways() {
		p, err := New()
		if err != nil {
			t.Fatal(err)
		}
		p.Add(w.calls...)
		_, err = p.Finish(-1)
		check(t, what, err, w.at, w.errno)
		p.Close()
	}
}

func check(t *testing.T, what string, err error, at int, errno unix.Errno) {
	t.Helper()
	var refused *Error
	switch {
	case at < 0 && err != nil:
		t.Errorf("%s: %v", what, err)
	case at >= 0 && (!errors.As(err, &refused) || refused.Err != errno):
		t.Errorf("%s: %v", what, err)
	}
}

// TestChild: a command is started by a child that then executes something else;
// what the child is refused is known by its number.
func TestChild(t *testing.T) {
	if sharing == 0 {
		t.Skip("a child has memory of its own on this architecture")
	}
	r, w := piped(t)
	p := empty(t)
	inner := empty(t)
	if err := inner.Exec("/bin/sh", []string{"sh", "-c", "echo inner $PPID"}, nil); err != nil {
		t.Fatal(err)
	}
	pid, pidfd := new(int32), new(int32)
	p.Add(Call{Number: unix.SYS_DUP3, Args: [6]uintptr{w.Fd(), 1}, Name: "dup3"})
	p.Add(Child(0, nil, pid, pidfd, true, inner.calls...)...)
	if err := p.Exec("/bin/sh", []string{"sh", "-c", "read x < /dev/null; exec sleep 0"}, nil); err != nil {
		t.Fatal(err)
	}
	outer, fd, err := p.Start(-1)
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if p.Lost() || *pid == 0 || *pid == int32(outer) {
		t.Errorf("lost %v, child %d of %d", p.Lost(), *pid, outer)
	}
	b := make([]byte, 64)
	n, _ := r.Read(b)
	unix.Wait4(outer, nil, 0, nil)
	if got := string(b[:n]); got[:6] != "inner " {
		t.Errorf("%q", got)
	}
}

// TestBeside: a child of the child makes its calls while the child executes
// something else, knows when that is done, sends a descriptor, and becomes another
// program; Start waits for both.
func TestBeside(t *testing.T) {
	if !Besides {
		t.Skip("a child has none beside it on this architecture")
	}
	r, w := piped(t)
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	hands := os.NewFile(uintptr(pair[0]), "hands")
	defer hands.Close()
	defer unix.Close(pair[1])
	p := empty(t)
	p.Sole = true
	wait := p.Executed()
	beside, end, err := p.Beside()
	if err != nil {
		t.Fatal(err)
	}
	null := new(int32)
	p.Add(wait...)
	p.Add(open("/dev/null", null))
	p.Add(Transmit(pair[1], []*int32{null})...)
	p.Add(Call{Number: unix.SYS_DUP3, Args: [6]uintptr{w.Fd(), 1}, Name: "dup3"})
	if err := p.Exec("/bin/sh", []string{"sh", "-c", `read name < /proc/$PPID/comm; echo "$$ beside $name"`}, nil); err != nil {
		t.Fatal(err)
	}
	end()
	if err := p.Exec("/bin/sleep", []string{"sleep", "60"}, nil); err != nil {
		t.Fatal(err)
	}
	pid, pidfd, err := p.Start(-1)
	w.Close()
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		unix.PidfdSendSignal(pidfd, unix.SIGKILL, nil, 0)
		unix.Close(pidfd)
		await(pid)
	}()
	said, err := io.ReadAll(r)
	if want := fmt.Sprintf("%d beside sleep\n", *beside); err != nil || string(said) != want {
		t.Errorf("%q, %v; want %q", said, err, want)
	}
	control := make([]byte, unix.CmsgSpace(4))
	if _, used, _, _, err := unix.Recvmsg(pair[0], make([]byte, 1), control, unix.MSG_CMSG_CLOEXEC); err != nil || used != len(control) {
		t.Errorf("%d bytes of descriptors, %v", used, err)
	}
}

// TestBesideFails: what the one beside the child is refused is the program's
// failure, unless it was only tried.
func TestBesideFails(t *testing.T) {
	if !Besides {
		t.Skip("a child has none beside it on this architecture")
	}
	for _, tried := range []bool{false, true} {
		p := empty(t)
		p.Sole = true
		_, end, err := p.Beside()
		if err != nil {
			t.Fatal(err)
		}
		if tried {
			p.Try()
		}
		at := p.Add(fails) - 1
		end()
		if err := p.Exec("/bin/sleep", []string{"sleep", "60"}, nil); err != nil {
			t.Fatal(err)
		}
		pid, pidfd, err := p.Start(-1)
		var refused *Error
		if failed := errors.As(err, &refused); failed == tried || failed && refused.Index != at || p.Lost() != tried {
			t.Errorf("tried %v: %v, lost %v", tried, err, p.Lost())
		}
		if err == nil {
			unix.PidfdSendSignal(pidfd, unix.SIGKILL, nil, 0)
			unix.Close(pidfd)
			await(pid)
		}
	}
}
