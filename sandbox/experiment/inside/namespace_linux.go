package inside

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// namespace is the inode of this process's namespace of that kind;
// namespaces(7). Without /proc it is an error: an act that does not know where
// it is changes nothing.
func namespace(kind string) (uint64, error) {
	var st unix.Stat_t
	path := "/proc/self/ns/" + kind
	if err := unix.Stat(path, &st); err != nil {
		return 0, fmt.Errorf("stat %s: %w", path, err)
	}
	return st.Ino, nil
}

// bootIDFile is where a kernel tells the id of its boot; proc_sys_kernel(5).
const bootIDFile = "/proc/sys/kernel/random/boot_id"

// shares tells whether this process's namespace of that kind is the host's own.
// Where the boot's id cannot be read, the inode alone says so: an act that takes
// another kernel's namespace for the host's changes nothing in it, which harms
// nobody.
func shares(kind string, host Namespace) (bool, error) {
	own, err := namespace(kind)
	if err != nil || own != host.Inode {
		return false, err
	}
	boot, err := os.ReadFile(bootIDFile)
	return err != nil || host.Boot == "" || strings.TrimSpace(string(boot)) == host.Boot, nil
}
