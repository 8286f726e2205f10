package sandbox

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
)

// An owner is a process that has made sandboxes: its number, when it started
// (in clock ticks after boot) and in which boot. All three together name one
// process for ever; proc_pid_stat(5), /proc/sys/kernel/random/boot_id.
type owner struct {
	pid   int
	start uint64
	boot  string // the first eight digits
}

// me is the calling process as an owner.
var me = sync.OnceValue(func() owner {
	start, _, _ := startOf(os.Getpid())
	return owner{os.Getpid(), start, bootID()}
})

// ownerTag stands in the name of everything that a sandbox leaves visible on
// the host, so that it can be told whose it is from the name alone.
func ownerTag() string { return me().String() }

func (o owner) String() string { return fmt.Sprintf("%d.%d.%s", o.pid, o.start, o.boot) }

// parseOwned splits "NAME@PID.START.BOOT".
func parseOwned(entry string) (name string, o owner, ok bool) {
	name, tag, ok := strings.Cut(entry, "@")
	if !ok {
		return "", o, false
	}
	fields := strings.Split(tag, ".")
	if len(fields) != 3 {
		return "", o, false
	}
	pid, err := strconv.Atoi(fields[0])
	if err != nil {
		return "", o, false
	}
	start, err := strconv.ParseUint(fields[1], 10, 64)
	if err != nil {
		return "", o, false
	}
	return name, owner{pid, start, fields[2]}, true
}

// alive tells whether the owner still runs. A zombie does not.
func (o owner) alive() bool {
	start, state, err := startOf(o.pid)
	return err == nil && o.boot == bootID() && start == o.start && state != "Z" && state != "X"
}

// startOf reads a process's start time and state.
func startOf(pid int) (start uint64, state string, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, "", err
	}
	// The name in parentheses may hold anything; the fields follow the last one.
	_, rest, _ := cutLast(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 20 {
		return 0, "", fmt.Errorf("/proc/%d/stat: %d fields", pid, len(fields))
	}
	start, err = strconv.ParseUint(fields[19], 10, 64)
	return start, fields[0], err
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

var bootID = sync.OnceValue(func() string {
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil || len(id) < 8 {
		return "unknown"
	}
	return string(id[:8])
})
