package vm

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// emulated is a QEMU that runs, or has run.
type emulated struct {
	process *os.Process
	port    *os.File // our end of the virtio port
	console tail
	errors  tail // what QEMU itself has to say
	gone    chan struct{}
	reading sync.WaitGroup
}

// launch starts QEMU on the files. It is killed with this program: the kernel
// sends the signal when the thread that has started it ends, so that one waits
// for it, and does nothing else; PR_SET_PDEATHSIG(2const). A terminal's signals
// do not reach it: it is in a group of its own, though not in a session, for a
// sandbox's orphans are known by that.
func launch(program string, arguments []string, initrd *os.File) (*emulated, error) {
	port, theirPort, err := pair("port")
	if err != nil {
		return nil, err
	}
	defer theirPort.Close()
	console, theirConsole, err := pair("console")
	if err != nil {
		return nil, errors.Join(err, port.Close())
	}
	defer theirConsole.Close()
	q := &emulated{port: port, gone: make(chan struct{})}
	cmd := exec.Command(program, arguments...)
	cmd.ExtraFiles = []*os.File{theirPort, theirConsole, initrd} // portFile and after
	cmd.Stdout, cmd.Stderr = &q.errors, &q.errors
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended is told by what it said
		}
		close(q.gone)
	}()
	if err := <-started; err != nil {
		return nil, errors.Join(err, port.Close(), console.Close())
	}
	q.process = cmd.Process
	q.reading.Go(func() { q.console.follow(console) })
	return q, nil
}

// pair makes two connected sockets: ours waits in the poller, theirs is QEMU's to
// set.
func pair(name string) (ours, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	if err := unix.SetNonblock(fds[0], true); err != nil {
		return nil, nil, errors.Join(err, unix.Close(fds[0]), unix.Close(fds[1]))
	}
	return os.NewFile(uintptr(fds[0]), name), os.NewFile(uintptr(fds[1]), name), nil
}

// kill ends QEMU, and waits until nothing of it is left.
func (q *emulated) kill() {
	_ = q.process.Kill() // an error says that it has ended
	<-q.gone
	q.reading.Wait()
	q.port.Close()
}
