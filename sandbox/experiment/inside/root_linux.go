package inside

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

func init() { register("root", identify) }

// identify makes a file without a name, which goes with this process, and
// opens secrets without reading them.
func identify(a *Act) error {
	var given Identify
	if err := a.Given(&given); err != nil {
		return err
	}
	out := Identity{UID: uint32(os.Geteuid())}
	fd, err := nameless()
	if err != nil {
		return err
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return fmt.Errorf("fstat: %w", err)
	}
	out.Owner, out.File = st.Uid, fd
	for _, path := range given.Secrets {
		f, err := os.Open(path)
		if err == nil {
			f.Close()
		}
		out.Secrets = append(out.Secrets, Explain(err))
	}
	return a.sayAndStay(out)
}

// nameless makes a file in /tmp, or in memory where that cannot be; O_TMPFILE
// in open(2), memfd_create(2).
func nameless() (int, error) {
	fd, err := unix.Open("/tmp", unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
	if err != nil {
		fd, err = unix.MemfdCreate("tentpole", unix.MFD_CLOEXEC)
	}
	if err != nil {
		return -1, fmt.Errorf("make a file without a name: %w", err)
	}
	return fd, nil
}
