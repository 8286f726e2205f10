package inside

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

func init() { register("escape", escape) }

// waysOut are the ways out by their ids, and the steps of those that take
// processes of their own, as "way/step". A nil error means that it leads out.
var waysOut = map[string]func(*attempt) error{}

// wayOut puts one into the table; it is called from init.
func wayOut(id string, try func(*attempt) error) {
	if waysOut[id] != nil {
		panic("two ways out " + id)
	}
	waysOut[id] = try
}

// attempt is a way out that is being tried.
type attempt struct {
	Escape
	proof string // what was read, for ways that read
}

// escape tries the ways one after the other, all from one thread: ptrace(2) and
// personality(2) are about threads.
func escape(a *Act) error {
	runtime.LockOSThread()
	var given Escape
	if err := a.Given(&given); err != nil {
		return err
	}
	tries := Tries{All: []Tried{}}
	for _, id := range given.Ways {
		if try := waysOut[id]; try != nil {
			tries.All = append(tries.All, attempted(id, try, given))
		}
	}
	return a.Say(tries)
}

func attempted(id string, try func(*attempt) error, given Escape) Tried {
	at := attempt{Escape: given}
	err := try(&at)
	return Tried{Way: id, Reached: err == nil, Proof: at.proof, Answer: Explain(err)}
}

// stepDeadline is how long a step in a process of its own may take.
const stepDeadline = 3 * time.Second

// apart takes a step in a process of its own: one that changes the process for
// good, that may hang or be killed, or that has to be executed. Shape, when set,
// changes how the process is started.
func (a *attempt) apart(step string, shape func(*exec.Cmd)) error {
	ask := a.Escape
	ask.Ways = []string{step}
	line, err := json.Marshal(ask)
	if err != nil {
		return err
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Args = []string{Name, "escape", fmt.Sprint(int(stepDeadline / time.Second))}
	cmd.Stdin = bytes.NewReader(append(line, '\n'))
	var out bytes.Buffer
	cmd.Stdout = &out
	cmd.WaitDelay = stepDeadline
	// Whoever takes a step on behalf of an act ends with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if shape != nil {
		shape(cmd)
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	watchdog := time.AfterFunc(stepDeadline, func() { cmd.Process.Kill() })
	defer watchdog.Stop()
	err = cmd.Wait()
	return a.stepped(out.Bytes(), err)
}

// stepped reads what the step said, or how its process ended.
func (a *attempt) stepped(out []byte, ended error) error {
	var m Message
	var tries Tries
	if json.NewDecoder(bytes.NewReader(out)).Decode(&m) != nil || json.Unmarshal(m.Say, &tries) != nil || len(tries.All) != 1 {
		return killed(ended)
	}
	said := tries.All[0]
	a.proof = said.Proof
	if said.Reached {
		return nil
	}
	return &stepError{said.Answer}
}

// stepError is the answer that a step got, on its way on.
type stepError struct{ answer *Error }

func (e *stepError) Error() string {
	if e.answer == nil {
		return "it does not lead out"
	}
	return e.answer.Text
}

func (e *stepError) Unwrap() error {
	if e.answer == nil || e.answer.Errno == 0 {
		return nil
	}
	return syscall.Errno(e.answer.Errno)
}

// killed puts the end of a process that said nothing into words.
func killed(ended error) error {
	var exit *exec.ExitError
	if errors.As(ended, &exit) {
		if w, ok := exit.Sys().(syscall.WaitStatus); ok && w.Signaled() {
			return fmt.Errorf("the kernel ended the process: %s", unix.SignalName(w.Signal()))
		}
		return fmt.Errorf("the process ended: %v", exit)
	}
	if ended != nil {
		return ended
	}
	return errors.New("the process ended without a word")
}

// sameNamespace tells whether this process shares the host's namespace of that
// kind; one that it cannot see counts as its own.
func (a *attempt) sameNamespace(kind string) bool {
	own, err := namespace(kind)
	return err == nil && own == a.Canary.Namespaces[kind]
}

// is tells whether an open file is the very one.
func (n Node) is(fd int) error {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	if st.Dev != n.Device || st.Ino != n.Inode {
		return errors.New("it is another file of that name")
	}
	return nil
}

// read takes the word out of an open file as the proof.
func (a *attempt) read(fd int) error {
	var word [WordLength]byte
	n, err := unix.Pread(fd, word[:], 0)
	if err == nil {
		a.proof = string(word[:n])
	}
	return err
}

// open opens a path and closes it again. One that is covered with /dev/null, as
// container engines hide files, does not count.
func open(path string, flags int) error {
	fd, err := unix.Open(path, flags|unix.O_CLOEXEC|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: path, Err: err}
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT == unix.S_IFCHR && st.Rdev == unix.Mkdev(1, 3) {
		return missing(path + " is covered")
	}
	return nil
}
