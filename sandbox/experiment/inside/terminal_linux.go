package inside

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

func init() { register("terminal", onTerminal) }

// onTerminal runs a command on a pseudo terminal that it makes in here, wherever
// that is: the host needs nothing but the three files that every command has.
// What the terminal shows goes to standard error as it comes; what is typed
// arrives in messages. When the host wants no more the terminal is hung up.
func onTerminal(a *Act) error {
	var asked Terminal
	if err := a.Given(&asked); err != nil {
		return err
	}
	master, theirs, err := openTerminal()
	if err != nil {
		return err
	}
	defer master.Close()
	if err := resize(master, asked.Size); err != nil {
		return err
	}
	signal.Reset(syscall.SIGPIPE) // a signal that is ignored stays so over execve(2)
	cmd := exec.Command(asked.Args[0], asked.Args[1:]...)
	cmd.Env = append(os.Environ(), asked.Environment...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = theirs, theirs, theirs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	err = cmd.Start()
	theirs.Close()
	if err != nil {
		return err
	}
	if err := a.Say(true); err != nil {
		return err
	}
	go func() {
		a.passOn(master)
		master.Close() // SIGHUP to the session; setsid(2), tty_ioctl(4)
		cmd.Process.Kill()
	}()
	io.Copy(os.Stderr, master) // until nobody has the other side: EIO, pty(7)
	cmd.Wait()
	return nil
}

// passOn passes on what is typed, until nothing more comes.
func (a *Act) passOn(master *os.File) {
	for {
		var t Typed
		if err := a.Hear(&t); err != nil {
			return
		}
		if t.Size != nil {
			resize(master, *t.Size)
		}
		if _, err := master.Write(t.Text); err != nil {
			return
		}
	}
}

func resize(master *os.File, s Size) error {
	return control(master, func(fd int) error {
		return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: s.Rows, Col: s.Cols})
	})
}

// openTerminal opens both sides of a new pseudo terminal; pty(7),
// ioctl_tty(2). The devpts of /dev/pts is the one that /dev/ptmx belongs to.
func openTerminal() (master, theirs *os.File, err error) {
	master, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	number := 0
	err = control(master, func(fd int) (err error) {
		if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
			return err
		}
		number, err = unix.IoctlGetInt(fd, unix.TIOCGPTN)
		return err
	})
	if err == nil {
		theirs, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		master.Close()
	}
	return master, theirs, err
}

// control does something to the file's descriptor, which stays in the poller.
func control(f *os.File, do func(fd int) error) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var refused error
	if err := raw.Control(func(fd uintptr) { refused = do(int(fd)) }); err != nil {
		return err
	}
	return refused
}
