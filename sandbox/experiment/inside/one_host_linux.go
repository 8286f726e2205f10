package inside

import (
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

func init() { register("one-host", oneHost) }

// oneHost asks the kernel who it is, and stays to be looked at.
func oneHost(a *Act) error {
	var uts unix.Utsname
	if err := unix.Uname(&uts); err != nil {
		return os.NewSyscallError("uname", err)
	}
	boot, err := readSmall("/proc/sys/kernel/random/boot_id")
	err = a.Say(OneHost{
		Release: unix.ByteSliceToString(uts.Release[:]), Version: unix.ByteSliceToString(uts.Version[:]),
		Boot: strings.TrimSpace(string(boot)), Unread: Explain(err), Clock: time.Now().UnixNano(), Parent: os.Getppid(),
	})
	if err != nil {
		return err
	}
	a.Stay()
	return nil
}
