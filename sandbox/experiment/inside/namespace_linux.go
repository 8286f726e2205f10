package inside

import (
	"fmt"

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
