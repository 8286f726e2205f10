// Package sealed keeps programs in memory where nobody can change them: what is
// executed inside a sandbox is reachable there through /proc/PID/exe, and must
// not be writable (CVE-2019-5736).
package sealed

import (
	"bytes"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Self is the running program's own binary.
const Self = "/proc/self/exe"

// Copy copies a program into memory and forbids every change; memfd_create(2),
// fcntl(2) F_ADD_SEALS. The caller closes the file.
func Copy(binary io.Reader) (*os.File, error) {
	fd, err := unix.MemfdCreate("tentpole", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING|unix.MFD_EXEC)
	if err == unix.EINVAL { // before 6.3 all are executable
		fd, err = unix.MemfdCreate("tentpole", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	}
	if err != nil {
		return nil, err
	}
	memory := os.NewFile(uintptr(fd), "tentpole")
	if _, err := io.Copy(memory, binary); err != nil {
		memory.Close()
		return nil, err
	}
	if err := seal(memory); err != nil {
		memory.Close()
		return nil, err
	}
	return memory, nil
}

// seal forbids every change. The kernel refuses for as long as somebody holds a
// page of the file, as whoever looks for idle memory does now and then
// (memfd_wait_for_pins in mm/memfd.c): that passes.
func seal(memory *os.File) error {
	const (
		seals  = unix.F_SEAL_SEAL | unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE
		enough = 10 * time.Second
		pause  = 10 * time.Millisecond
	)
	for end := time.Now().Add(enough); ; time.Sleep(pause) {
		_, err := unix.FcntlInt(memory.Fd(), unix.F_ADD_SEALS, seals)
		if err != unix.EBUSY || time.Now().After(end) {
			return err
		}
	}
}

// Program is a copy of an embedded program, or of the running one when none is
// embedded. The caller closes the file.
func Program(embedded []byte) (*os.File, error) {
	if len(embedded) > 0 {
		return Copy(bytes.NewReader(embedded))
	}
	binary, err := os.Open(Self)
	if err != nil {
		return nil, err
	}
	defer binary.Close()
	return Copy(binary)
}
