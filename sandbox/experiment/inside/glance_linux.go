package inside

import (
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

func init() { register("glance", takeGlance) }

// takeGlance reads and writes nothing. It goes on as often as it is asked.
func takeGlance(a *Act) error {
	var given Look
	if err := a.Given(&given); err != nil {
		return err
	}
	for {
		v := View{Values: kernelValues()}
		for _, p := range given.Paths {
			v.Seen = append(v.Seen, seePath(p, given.Limit))
		}
		if err := a.Say(v); err != nil {
			return err
		}
		var again bool
		if err := a.Hear(&again); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// seePath asks whether a path could be written with access(2), which opens nothing.
func seePath(path string, limit int) Seen {
	s := Seen{Path: path, Unwritten: Explain(unix.Access(path, unix.W_OK))}
	var mount unix.Statfs_t
	if unix.Statfs(path, &mount) == nil {
		s.ReadOnly = mount.Flags&unix.ST_RDONLY != 0
	}
	text, err := readSome(path, limit)
	s.Text, s.Unread = text, Explain(err)
	return s
}

// readSome does not wait for a device or a pipe that has nothing to say.
func readSome(path string, limit int) (string, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC|unix.O_NOCTTY, 0)
	if err != nil {
		return "", err
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		unix.Close(fd)
		return "", err
	}
	if st.Mode&unix.S_IFMT == unix.S_IFDIR {
		f := os.NewFile(uintptr(fd), path)
		defer f.Close()
		return readNames(f, limit)
	}
	defer unix.Close(fd)
	b := make([]byte, limit)
	n := 0
	for n < limit {
		more, err := unix.Read(fd, b[n:])
		if err != nil || more == 0 {
			return string(b[:n]), err
		}
		n += more
	}
	return string(b[:n]), nil
}

func readNames(dir *os.File, limit int) (string, error) {
	const most = 4096
	list, err := dir.Readdirnames(most)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	slices.Sort(list)
	text := strings.Join(list, "\n")
	return text[:min(len(text), limit)], nil
}

// kernelValues are from uname(2), sysinfo(2), clock_gettime(2), sched_getaffinity(2)
// and statfs(2).
func kernelValues() map[string]string {
	out := map[string]string{}
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		out["release"], out["version"] = unix.ByteSliceToString(u.Release[:]), unix.ByteSliceToString(u.Version[:])
		out["machine"], out["nodename"] = unix.ByteSliceToString(u.Machine[:]), unix.ByteSliceToString(u.Nodename[:])
	}
	var si unix.Sysinfo_t
	if unix.Sysinfo(&si) == nil {
		out["ram"] = strconv.FormatUint(uint64(si.Totalram)*uint64(si.Unit), 10)
		out["tasks"] = strconv.Itoa(int(si.Procs))
	}
	for name, clock := range map[string]int32{"realtime": unix.CLOCK_REALTIME, "boottime": unix.CLOCK_BOOTTIME} {
		var ts unix.Timespec
		if unix.ClockGettime(clock, &ts) == nil {
			out[name] = strconv.FormatFloat(float64(ts.Nano())/float64(time.Second), 'f', 6, 64)
		}
	}
	var cpus unix.CPUSet
	if unix.SchedGetaffinity(0, &cpus) == nil {
		out["cpus"] = strconv.Itoa(cpus.Count())
	}
	var root unix.Statfs_t
	if unix.Statfs("/", &root) == nil {
		out["disk"] = strconv.FormatUint(root.Blocks*uint64(root.Bsize), 10)
	}
	if n, err := unix.Klogctl(unix.SYSLOG_ACTION_SIZE_BUFFER, nil); err == nil {
		out["log"] = strconv.Itoa(n)
	}
	return out
}
