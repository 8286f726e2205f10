package sandbox

import (
	"fmt"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// kernelRelease reads major and minor of the running kernel; uname(2).
func kernelRelease() (release [2]int) {
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		fmt.Sscanf(unix.ByteSliceToString(u.Release[:]), "%d.%d", &release[0], &release[1])
	}
	return release
}

// lastCapability reads the number of the last capability that the kernel
// knows; capabilities(7).
func lastCapability() int {
	b, err := os.ReadFile("/proc/sys/kernel/cap_last_cap")
	if err != nil {
		return unix.CAP_LAST_CAP
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return unix.CAP_LAST_CAP
	}
	return n
}

// diskUnder finds the whole disk that a directory, or what there is of the way
// to it, lies on: "254:0". It is "" for file systems without one, such as a
// tmpfs or btrfs.
func diskUnder(dir string) string {
	var st unix.Stat_t
	for unix.Stat(dir, &st) != nil {
		if dir == "/" {
			return ""
		}
		dir = path.Dir(dir)
	}
	device := fmt.Sprintf("%d:%d", unix.Major(st.Dev), unix.Minor(st.Dev))
	entry := "/sys/dev/block/" + device
	if _, err := os.Stat(entry); err != nil {
		return ""
	}
	if _, err := os.Stat(entry + "/partition"); err != nil {
		return device
	}
	// A partition's directory lies in that of its disk.
	b, err := os.ReadFile(entry + "/../dev")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}
