package inside

import (
	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/landlock"
)

func init() { register("landlock", meetRules) }

// meetRules makes nothing that has a name: a file in a directory is one of
// O_TMPFILE, which is gone with its descriptor, and a port is the kernel's
// choice.
func meetRules(a *Act) error {
	var given Landlock
	if err := a.Given(&given); err != nil {
		return err
	}
	var out Ruled
	for _, dir := range given.Write {
		out.Write = append(out.Write, Explain(closeNew(unix.Open(dir, unix.O_WRONLY|unix.O_TMPFILE|unix.O_CLOEXEC, 0o600))))
	}
	out.Read = Explain(closeNew(unix.Open(given.Read, unix.O_RDONLY|unix.O_CLOEXEC, 0)))
	out.Bind = Explain(bindAny())
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno == 0 {
		out.Version = int(version)
	}
	out.Uncount = Explain(apart(func() (err error) {
		out.Domains, err = landlock.Count()
		return err
	}))
	return a.Say(out)
}

func closeNew(fd int, err error) error {
	if err == nil {
		unix.Close(fd)
	}
	return err
}

func bindAny() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return unix.Bind(fd, &unix.SockaddrInet4{})
}
