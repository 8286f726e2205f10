package landlock

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
)

// Count counts the domains of the calling thread, which has to be locked to its
// goroutine and to end with it: it is given no_new_privs, without which nobody
// but an administrator may enter a domain, and as many domains as it takes.
func Count() (int, error) {
	ruleset, err := Ruleset()
	if err != nil {
		return 0, err
	}
	defer unix.Close(ruleset)
	for i, c := range Calls(ruleset) {
		_, _, errno := unix.Syscall6(c.Number, c.Args[0], c.Args[1], c.Args[2], c.Args[3], c.Args[4], c.Args[5])
		if errno != 0 {
			return Counted(&fork.Error{Index: i, Name: c.Name, Err: errno}, 0)
		}
	}
	return Counted(nil, 0)
}

// Calls are those that count, the last of a child's: more than the kernel takes
// in any case.
func Calls(ruleset int) []fork.Call {
	calls := []fork.Call{{Number: unix.SYS_PRCTL, Args: [6]uintptr{unix.PR_SET_NO_NEW_PRIVS, 1}, Name: "prctl PR_SET_NO_NEW_PRIVS"}}
	for range MaxDomains + 1 {
		calls = append(calls, fork.Call{Number: unix.SYS_LANDLOCK_RESTRICT_SELF, Args: [6]uintptr{uintptr(ruleset)}, Name: "landlock_restrict_self"})
	}
	return calls
}

// Counted reads the number off the end of a program that made these calls after
// so many others.
func Counted(end error, before int) (int, error) {
	var refused *fork.Error
	switch {
	case end == nil:
		return 0, fmt.Errorf("this kernel stacks more than %d Landlock domains: %w", MaxDomains, unix.ERANGE)
	case !errors.As(end, &refused) || refused.Index <= before || !errors.Is(refused.Err, unix.E2BIG):
		return 0, end
	}
	entered := refused.Index - before - 1 // no_new_privs came first
	return MaxDomains - entered, nil
}

// Enter puts the calling thread into a domain with these rules, for good.
func Enter(ruleset int) error {
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, uintptr(ruleset), 0, 0); errno != 0 {
		return fmt.Errorf("landlock_restrict_self: %w", errno)
	}
	return nil
}

// Ruleset makes the least of rulesets, which the caller closes: it governs the
// making of block devices, by no rule. The kernel refuses an empty one.
func Ruleset() (fd int, err error) {
	attr := unix.LandlockRulesetAttr{Handled_access_fs: unix.LANDLOCK_ACCESS_FS_MAKE_BLOCK}
	n, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr.Handled_access_fs), 0)
	if errno != 0 {
		return -1, fmt.Errorf("landlock_create_ruleset: %w", errno)
	}
	unix.CloseOnExec(int(n))
	return int(n), nil
}
