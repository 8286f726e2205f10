package inside

import (
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

func init() { register("cgroup-view", viewCgroups) }

// viewCgroups opens the files of cgroups and writes nothing.
func viewCgroups(a *Act) error {
	var out Cgroups
	var err error
	if out.Namespace, err = namespace("cgroup"); err != nil {
		return err
	}
	self, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return err
	}
	out.Self = string(self)
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	for _, at := range cgroupMounts(string(mounts)) {
		root, err := placeOf(at)
		if err != nil {
			continue // covered, or out of reach
		}
		out.Trees = append(out.Trees, CgroupTree{At: at, Root: root, Refused: Explain(openable(at + "/cgroup.procs"))})
	}
	return a.sayAndStay(out)
}

// cgroupMounts are the places of the cgroup file systems in a mountinfo;
// proc_pid_mountinfo(5).
func cgroupMounts(mountinfo string) (places []string) {
	const most = 32
	for line := range strings.Lines(mountinfo) {
		fields := strings.Fields(line)
		dash := slices.Index(fields, "-")
		if dash < 0 || len(fields) < dash+2 || len(places) == most {
			continue
		}
		if kind := fields[dash+1]; kind == "cgroup" || kind == "cgroup2" {
			places = append(places, fields[4])
		}
	}
	return places
}

// openable tells why a file cannot be opened to write.
func openable(path string) error {
	fd, err := unix.Open(path, unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return unix.Close(fd)
}
