package inside

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

func init() {
	wayOut("descriptor", descriptor)
	wayOut("descriptor/look", leaked)
	wayOut("program", program)
}

// descriptor looks for open files that were left to this process beside its
// standard ones (CVE-2024-21626). The control leaves one on purpose, to see that
// it would be found.
func descriptor(a *attempt) error {
	if !a.Control {
		return leaked(a)
	}
	left, err := os.Open("/")
	if err != nil {
		return err
	}
	defer left.Close()
	return a.apart("descriptor/look", func(c *exec.Cmd) { c.ExtraFiles = []*os.File{left} })
}

// leaked finds an open file that survived the execution of this program: those
// opened since are marked to be closed by the next one.
func leaked(*attempt) error {
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return err
	}
	for _, entry := range open {
		n, err := strconv.Atoi(entry.Name())
		if err != nil || n <= 2 {
			continue
		}
		if flags, err := unix.FcntlInt(uintptr(n), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 {
			return nil
		}
	}
	return missing("nothing was left open")
}

// program opens the programs that tentpole itself runs here, to write
// (CVE-2019-5736): this one and the init that started it. The control opens a
// program in memory that nobody has sealed. Programs that were put inside are the
// inside's: nobody outside runs them.
func program(a *attempt) error {
	if a.Control {
		return unsealed()
	}
	targets := []string{"/proc/self/exe"}
	if init := os.Getppid(); init != 0 {
		targets = append(targets, fmt.Sprintf("/proc/%d/exe", init))
	}
	var last error = missing("its program lies inside, and nobody outside runs it")
	for _, path := range targets {
		if at, _ := os.Readlink(path); strings.HasPrefix(at, ProgramsDir+"/") {
			continue
		}
		if last = writable(path); last == nil {
			return nil
		}
	}
	return last
}

func unsealed() error {
	fd, err := unix.MemfdCreate("tentpole-canary", unix.MFD_CLOEXEC)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return writable(fmt.Sprint("/proc/self/fd/", fd))
}

// writable opens a program to write, and writes nothing. A program that runs is
// busy, ETXTBSY, which ends with it and is said before anything else
// (do_dentry_open of fs/open.c): what counts then is its seal, F_ADD_SEALS in
// fcntl(2), or that its mount is read-only.
func writable(path string) error {
	fd, err := unix.Open(path, unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ETXTBSY) {
		fd, err = unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	}
	if err != nil {
		return &os.PathError{Op: "open", Path: path, Err: err}
	}
	defer unix.Close(fd)
	if seals, err := unix.FcntlInt(uintptr(fd), unix.F_GET_SEALS, 0); err == nil && seals&unix.F_SEAL_WRITE != 0 {
		return missing("it is sealed against writing")
	}
	var mount unix.Statfs_t
	if unix.Fstatfs(fd, &mount) == nil && mount.Flags&unix.ST_RDONLY != 0 {
		return missing("its mount is read-only")
	}
	return nil
}
