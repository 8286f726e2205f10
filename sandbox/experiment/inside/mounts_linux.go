package inside

import (
	"errors"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

func init() { register("mounts", tryMount) }

// tryMount mounts only where the mount table is its own, and on a place from
// where nothing is passed on. Elsewhere it asks whether it might.
func tryMount(a *Act) error {
	var given Mount
	if err := a.Given(&given); err != nil {
		return err
	}
	shared, err := shares("mnt", given.Shared)
	if err != nil {
		return err
	}
	out := Mounted{Shared: shared, At: somePlace()}
	if out.Tied, err = tied(out.At); err != nil {
		return err
	}
	if out.Shared || out.Tied != "" {
		if err := mightMount(); err != unix.EINVAL {
			out.Refused = Explain(err)
		}
		return a.sayAndStay(out)
	}
	if err := unix.Mount(given.Name, out.At, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "size=4k"); err != nil {
		out.Refused = Explain(err)
		return a.sayAndStay(out)
	}
	return errors.Join(a.sayAndStay(out), unix.Unmount(out.At, unix.MNT_DETACH))
}

// somePlace is a directory that seldom has anything in it.
func somePlace() string {
	for _, place := range []string{"/mnt", "/media", "/srv", "/tmp"} {
		if st, err := os.Stat(place); err == nil && st.IsDir() {
			return place
		}
	}
	return "/"
}

// mightMount asks with two kinds of propagation at once, which the kernel
// looks at only after the permission; mount(2).
func mightMount() error {
	return unix.Mount("", "/", "", unix.MS_SHARED|unix.MS_PRIVATE, "")
}

// tied is the peer group of the mount that holds a place: "shared:N" passes
// mounts on, "master:N" receives them; mount_namespaces(7).
func tied(place string) (string, error) {
	b, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return "", err
	}
	best, groups := "", ""
	for line := range strings.Lines(string(b)) {
		fields := strings.Fields(line)
		if len(fields) < 7 || !below(place, fields[4]) || len(fields[4]) < len(best) {
			continue
		}
		best = fields[4]
		optional := fields[6:]
		groups = strings.Join(optional[:max(slices.Index(optional, "-"), 0)], " ")
	}
	return groups, nil
}

func below(place, mount string) bool {
	return mount == "/" || place == mount || strings.HasPrefix(place, mount+"/")
}
