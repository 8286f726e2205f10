package inside

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

func init() { register("what-it-believes", believe) }

// believe asks everybody whom a program would ask.
func believe(a *Act) error {
	out := Beliefs{Online: onlineCPUs(), CPUInfo: listedCPUs(), NumCPU: runtime.NumCPU(), GOMAXPROCS: runtime.GOMAXPROCS(0), MemTotal: memTotal()}
	var set unix.CPUSet
	if unix.SchedGetaffinity(0, &set) == nil {
		out.Affinity = set.Count()
	}
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) == nil {
		out.TotalRAM = int64(uint64(info.Totalram) * uint64(info.Unit))
	}
	if err := a.Say(out); err != nil {
		return err
	}
	a.Stay()
	return nil
}

// beginning reads the beginning of a file, "" when it cannot be read.
func beginning(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	b, _ := io.ReadAll(io.LimitReader(f, 1<<20))
	return string(b)
}

// onlineCPUs counts a list such as "0-3,6"; cpuset(7), "List format".
func onlineCPUs() (n int) {
	for part := range strings.SplitSeq(strings.TrimSpace(beginning("/sys/devices/system/cpu/online")), ",") {
		first, last, several := strings.Cut(part, "-")
		from, err := strconv.Atoi(first)
		if err != nil {
			return 0
		}
		if n++; several {
			to, err := strconv.Atoi(last)
			if err != nil || to < from {
				return 0
			}
			n += to - from
		}
	}
	return n
}

func listedCPUs() int {
	return bytes.Count([]byte("\n"+beginning("/proc/cpuinfo")), []byte("\nprocessor\t"))
}

func memTotal() int64 {
	for line := range strings.Lines(beginning("/proc/meminfo")) {
		var kib int64
		if n, _ := fmt.Sscanf(line, "MemTotal: %d kB", &kib); n == 1 {
			return kib << 10
		}
	}
	return 0
}
