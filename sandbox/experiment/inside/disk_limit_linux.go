package inside

import (
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

func init() { register("disk-limit", writeDisk) }

// diskPortion is what is written at a time: small against any limit, and large
// against a block.
const diskPortion = 128 << 10

// writeDisk writes from the file's beginning, and measures how long it takes.
func writeDisk(a *Act) error {
	var given Write
	if err := a.Given(&given); err != nil {
		return err
	}
	within(30 * time.Second)
	var st unix.Stat_t
	if err := unix.Fstat(unix.Stderr, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
		return a.Say(Wrote{Foreign: true})
	}
	begin := time.Now()
	n, err := writePortions(os.Stderr.Fd(), clamp(given.Bytes, diskPortion, WriteMost), given.Direct)
	return a.Say(Wrote{Bytes: n, Micros: time.Since(begin).Microseconds(), Refused: Explain(err)})
}

func writePortions(fd uintptr, size int, direct bool) (n int, err error) {
	// A mapping begins at a page, as O_DIRECT wants it.
	page, err := unix.Mmap(-1, 0, diskPortion, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		return 0, err
	}
	defer unix.Munmap(page)
	flags := 0
	if direct {
		flags = unix.O_DIRECT
	}
	if _, err := unix.FcntlInt(fd, unix.F_SETFL, flags); err != nil {
		return 0, err
	}
	for n < size {
		wrote, err := unix.Pwrite(int(fd), page[:min(diskPortion, size-n)], int64(n))
		if err == nil && wrote == 0 {
			err = io.ErrShortWrite
		}
		if err != nil {
			return n, err
		}
		n += wrote
	}
	return n, nil
}
