package inside

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// opened are files that steer the machine or show its memory. To open one is
// enough to know: nothing is read, and nothing written. A way leads out when one
// of its files opens. The paths are patterns.
var opened = []struct {
	way   string
	flags int
	paths []string
}{
	// proc_sys_kernel(5), core(5): a program that the kernel starts as root, outside.
	{"core-pattern", unix.O_WRONLY, []string{"/proc/sys/kernel/core_pattern"}},
	// The same for module loading and hotplug.
	{"modprobe-path", unix.O_WRONLY, []string{"/proc/sys/kernel/modprobe"}},
	{"uevent-helper", unix.O_WRONLY, []string{"/sys/kernel/uevent_helper"}},
	{"kcore", unix.O_RDONLY, []string{"/proc/kcore"}},
	{"dev-mem", unix.O_RDONLY, []string{"/dev/mem", "/dev/port"}},
	// devkmsg_open() asks for CAP_SYSLOG; reading would consume nothing.
	{"dev-kmsg", unix.O_RDONLY, []string{"/dev/kmsg"}},
	{"sysrq-trigger", unix.O_WRONLY, []string{"/proc/sysrq-trigger"}},
	{"sys-write", unix.O_WRONLY, []string{"/sys/kernel/mm/transparent_hugepage/enabled", "/sys/kernel/mm/ksm/run", "/sys/power/state"}},
	{"release-agent", unix.O_WRONLY, []string{"/sys/fs/cgroup/*/release_agent"}},
	{"cgroup-up", unix.O_WRONLY, []string{"/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/*/cgroup.procs"}},
}

func init() {
	for _, row := range opened {
		wayOut(row.way, func(*attempt) error { return openAny(row.paths, row.flags) })
	}
	wayOut("binfmt-misc", binfmtMisc)
	wayOut("disk-node", diskNode)
	wayOut("host-file", hostFile)
}

// openAny opens the first file that it may open, and gives the last refusal
// otherwise.
func openAny(patterns []string, flags int) error {
	var refused error
	for _, pattern := range patterns {
		for _, path := range matches(pattern) {
			err := open(path, flags)
			if err == nil {
				return nil
			}
			if refused == nil || !os.IsNotExist(err) {
				refused = err
			}
		}
	}
	return refused
}

// matches are the paths that a pattern fits; the pattern itself when there are
// none, for the error.
func matches(pattern string) []string {
	if found, _ := filepath.Glob(pattern); len(found) > 0 {
		return found
	}
	return []string{pattern}
}

// binfmtMisc opens the register of interpreters where it is mounted: elsewhere
// the attempt alone could have it mounted, by autofs(5).
func binfmtMisc(*attempt) error {
	const top = "/proc/sys/fs/binfmt_misc"
	for _, m := range mounts() {
		if m.point == top && m.kind == "binfmt_misc" {
			return open(top+"/register", unix.O_WRONLY)
		}
	}
	return missing("binfmt_misc is not mounted")
}

// diskNode opens the device of the host's disk where the host has it. It is
// opened to read, and nothing is read.
func diskNode(a *attempt) error {
	if a.Canary.Disk.Path == "" {
		return missing("the host's root directory lies on no block device")
	}
	fd, err := unix.Open(a.Canary.Disk.Path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: a.Canary.Disk.Path, Err: err}
	}
	defer unix.Close(fd)
	return theDisk(fd, a.Canary.Disk.Device)
}

// theDisk tells whether an open file is the block device of that number.
func theDisk(fd int, device uint64) error {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFBLK || st.Rdev != device {
		return missing("it is another device of that name")
	}
	return nil
}

// hostFile opens the canary's file at the path it has on the host, to write.
func hostFile(a *attempt) error {
	fd, err := unix.Open(a.Canary.File.Path, unix.O_WRONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: a.Canary.File.Path, Err: err}
	}
	defer unix.Close(fd)
	return a.Canary.File.is(fd)
}

// missing says why a way leads nowhere, where no system call was refused.
type missing string

func (m missing) Error() string { return string(m) }
