package experiment

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

// hostKernel is the kernel that tentpole itself runs on; uname(2),
// /proc/sys/kernel/random/boot_id.
func hostKernel() (inside.OneHost, error) {
	var uts unix.Utsname
	if err := unix.Uname(&uts); err != nil {
		return inside.OneHost{}, os.NewSyscallError("uname", err)
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return inside.OneHost{Release: unix.ByteSliceToString(uts.Release[:]), Version: unix.ByteSliceToString(uts.Version[:]), Boot: strings.TrimSpace(string(boot))}, err
}

// ancestors are the numbers of a process's ancestors, nearest first, up to
// tentpole's own; none when it is not to be seen, or not a descendant.
func ancestors(pid int) (line []int) {
	for range 64 {
		if pid = parentOf(pid); pid <= 0 {
			return nil
		}
		line = append(line, pid)
		if pid == os.Getpid() {
			return line
		}
	}
	return nil
}

// parentOf reads PPid of proc_pid_status(5), 0 when it cannot.
func parentOf(pid int) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "\nPPid:")
	number, _, _ := strings.Cut(rest, "\n")
	parent, _ := strconv.Atoi(strings.TrimSpace(number))
	return parent
}

// census counts the processes of the host, and the namespaces that they are in,
// as far as this user may look; namespaces(7).
func census() (processes, namespaces int) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0, 0
	}
	seen := map[string]bool{}
	for _, e := range entries {
		if _, err := strconv.Atoi(e.Name()); err != nil {
			continue
		}
		processes++
		for _, kind := range []string{"mnt", "uts", "ipc", "pid", "net", "user", "time", "cgroup"} {
			if ns, err := os.Readlink("/proc/" + e.Name() + "/ns/" + kind); err == nil {
				seen[ns] = true
			}
		}
	}
	return processes, len(seen)
}
