package sandbox

import (
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// An owner is a process that has made sandboxes: its number, when it started
// (in clock ticks after boot) and in which boot. All three together name one
// process for ever, for whoever sees numbers and the clock as it does;
// proc_pid_stat(5), /proc/sys/kernel/random/boot_id.
type owner struct {
	pid   int
	start uint64
	boot  string // the first eight digits
	view  string // of viewpoint
}

// me is the calling process as an owner.
var me = sync.OnceValue(func() owner {
	start, _, _ := startOf("self")
	return owner{os.Getpid(), start, bootID(), viewpoint()}
})

// ownerTag stands in the name of everything that a sandbox leaves visible on
// the host, so that it can be told whose it is from the name alone.
func ownerTag() string { return me().String() }

func (o owner) String() string {
	tag := fmt.Sprintf("%d.%d.%s", o.pid, o.start, o.boot)
	if o.view != "" {
		tag += "-" + o.view
	}
	return tag
}

// parseOwned splits "NAME@PID.START.BOOT", or …BOOT-VIEW.
func parseOwned(entry string) (name string, o owner, ok bool) {
	name, tag, ok := strings.Cut(entry, "@")
	fields := strings.Split(tag, ".")
	if !ok || len(fields) != 3 {
		return "", o, false
	}
	o.pid, _ = strconv.Atoi(fields[0])
	o.start, _ = strconv.ParseUint(fields[1], 10, 64)
	o.boot, o.view, _ = strings.Cut(fields[2], "-")
	if o.pid <= 0 || o.boot == "" || o.String() != tag {
		return "", o, false // not as a tentpole writes it
	}
	return name, o, true
}

// alive tells whether the owner runs for certain. A zombie does not.
func (o owner) alive() bool {
	runs, err := o.look()
	return runs && err == nil
}

// dead tells whether the owner is no more for certain. What could not be found
// out is no reason to take anything away.
func (o owner) dead() bool {
	if here := me(); o.boot != here.boot && o.boot != noBoot && here.boot != noBoot {
		return true
	}
	runs, err := o.look()
	return !runs && err == nil
}

// look finds the owner among the processes.
func (o owner) look() (runs bool, err error) {
	if !o.judged() {
		return false, errors.ErrUnsupported
	}
	start, state, err := startOf(strconv.Itoa(o.pid))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
		return false, nil
	}
	return start == o.start && state != "Z" && state != "X", err
}

// judged tells whether the number and the start time of the owner mean to this
// process what they mean to that one. Whoever runs tentpole inside a sandbox
// must not take the sandbox, and all others of the host, for dead.
func (o owner) judged() bool {
	here := me()
	return o.boot == here.boot && o.boot != noBoot && o.view == here.view && !strings.HasPrefix(here.view, blind)
}

// viewpoint tells apart the pid and time namespaces, which numbers and times
// belong to; "" is the machine's own. It begins with blind where /proc shows
// another pid namespace than the caller's.
func viewpoint() string {
	// As in /proc/self/ns: PROC_PID_INIT_INO, PROC_TIME_INIT_INO of
	// include/uapi/linux/nsfs.h.
	const machine = "pid:[4026531836] time:[4026531834]"
	var spaces []string
	for _, ns := range []string{"pid", "time"} {
		link, _ := os.Readlink("/proc/self/ns/" + ns)
		spaces = append(spaces, link)
	}
	seen, all := "", strings.Join(spaces, " ")
	if all != machine {
		h := fnv.New32a()
		h.Write([]byte(all))
		seen = fmt.Sprintf("%08x", h.Sum32())
	}
	if self, _ := os.Readlink("/proc/self"); self != strconv.Itoa(os.Getpid()) {
		seen = blind + seen
	}
	return seen
}

const blind = "x"

// startOf reads a process's start time and state; its number may be "self".
func startOf(pid string) (start uint64, state string, err error) {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return 0, "", err
	}
	// The name in parentheses may hold anything; the fields follow the last one.
	_, rest, _ := cutLast(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 20 {
		return 0, "", fmt.Errorf("/proc/%s/stat: %d fields", pid, len(fields))
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
		return noBoot
	}
	return string(id[:8])
})

// noBoot stands for a boot whose id cannot be read: nobody is dead then.
const noBoot = "unknown"

// OwnerTag names the calling process for ever. It is written on what is made
// elsewhere, such as a container of an engine's, so that it can be told whose
// that is.
func OwnerTag() string { return ownerTag() }

// OwnerGone tells whether the process that a tag names is no more for certain.
func OwnerGone(tag string) bool {
	_, o, ok := parseOwned("@" + tag)
	return ok && o.dead()
}
