package probe

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/landlock"
)

// governed is what each version of Landlock has brought that tentpole uses;
// landlock(7).
var governed = []struct {
	version int
	what    string
	attr    unix.LandlockRulesetAttr
}{
	{1, "files", unix.LandlockRulesetAttr{Handled_access_fs: 1<<13 - 1}}, // execute … make_sym
	{2, "moving", unix.LandlockRulesetAttr{Handled_access_fs: unix.LANDLOCK_ACCESS_FS_REFER}},
	{3, "truncating", unix.LandlockRulesetAttr{Handled_access_fs: unix.LANDLOCK_ACCESS_FS_TRUNCATE}},
	{4, "TCP ports", unix.LandlockRulesetAttr{Handled_access_net: unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP}},
	{5, "ioctl of devices", unix.LandlockRulesetAttr{Handled_access_fs: unix.LANDLOCK_ACCESS_FS_IOCTL_DEV}},
}

// domain tries rules of one's own for files, and which else the kernel has.
// The detail says so.
func domain(string) (string, error) {
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return "", refused("landlock_create_ruleset", errno)
	}
	var can, cannot []string
	for _, g := range governed {
		fd, err := ruleset(g.attr)
		if err != nil {
			cannot = append(cannot, g.what)
			continue
		}
		unix.Close(fd)
		can = append(can, g.what)
	}
	detail := fmt.Sprintf("version %d: %s", version, strings.Join(can, ", "))
	if len(cannot) > 0 {
		detail += "; not " + strings.Join(cannot, ", ")
	}
	return detail, enter()
}

// ruleset makes one that allows nothing of what it governs. The caller closes
// it. A kernel refuses what it does not know.
func ruleset(attr unix.LandlockRulesetAttr) (int, error) {
	size := unsafe.Sizeof(attr.Handled_access_fs)
	if attr.Handled_access_net != 0 {
		size += unsafe.Sizeof(attr.Handled_access_net)
	}
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), size, 0)
	if errno != 0 {
		return -1, refused("landlock_create_ruleset", errno)
	}
	return int(fd), nil
}

// enter puts the thread into a domain in which it can read no directory.
func enter() error {
	fd, err := ruleset(governed[0].attr)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if _, err := noNewPrivileges(""); err != nil {
		return err // without it a domain takes CAP_SYS_ADMIN
	}
	if err := landlock.Enter(fd); err != nil {
		return refused("landlock_restrict_self", errors.Unwrap(err))
	}
	if _, err := os.ReadDir("/"); !errors.Is(err, unix.EACCES) {
		return withoutEffect("landlock_restrict_self")
	}
	return nil
}
