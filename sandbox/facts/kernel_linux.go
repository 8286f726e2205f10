package facts

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// ThisKernel is the one that this program runs on.
func ThisKernel() (k Kernel, err error) {
	var uts unix.Utsname
	if err := unix.Uname(&uts); err != nil {
		return k, os.NewSyscallError("uname", err)
	}
	k.Release = unix.ByteSliceToString(uts.Release[:])
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	k.Boot = strings.TrimSpace(string(boot))
	return k, err
}

func (r *reader) readKernel() (err error) {
	r.facts.Kernel, err = ThisKernel()
	if errors.Is(err, fs.ErrNotExist) { // gVisor's has no boot id
		return nil
	}
	return err
}
