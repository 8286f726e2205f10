package facts

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
)

// diskUsage reads what a cgroup has read and written, by device.
func diskUsage(c Cgroup, read func(string) string) []cgroup.IOStatistics {
	var list []cgroup.IOStatistics
	switch {
	case c.Hierarchy == Unified: // "254:0 rbytes=1 wbytes=2 rios=3 wios=4 …"
		for line := range strings.Lines(read("io.stat")) {
			words := strings.Fields(line)
			for _, w := range words[min(1, len(words)):] {
				key, value, _ := strings.Cut(w, "=")
				addDisk(&list, words[0], key, value)
			}
		}
	case c.has("blkio"): // "254:0 Read 4096", a line each
		for _, f := range []struct{ file, read, write string }{
			{"blkio.throttle.io_service_bytes", "rbytes", "wbytes"}, {"blkio.throttle.io_serviced", "rios", "wios"},
		} {
			for line := range strings.Lines(read(f.file)) {
				if words := strings.Fields(line); len(words) == 3 {
					addDisk(&list, words[0], map[string]string{"Read": f.read, "Write": f.write}[words[1]], words[2])
				}
			}
		}
	}
	return list
}

// addDisk notes one number of a device's. Words that it does not know are
// passed over.
func addDisk(list *[]cgroup.IOStatistics, device, key, value string) {
	n, err := strconv.ParseUint(value, 10, 64)
	if err != nil || !slices.Contains([]string{"rbytes", "wbytes", "rios", "wios"}, key) {
		return
	}
	i := slices.IndexFunc(*list, func(d cgroup.IOStatistics) bool { return d.Device == device })
	if i < 0 {
		i = len(*list)
		*list = append(*list, cgroup.IOStatistics{Device: device})
	}
	d := &(*list)[i]
	*map[string]*uint64{"rbytes": &d.ReadBytes, "wbytes": &d.WriteBytes, "rios": &d.Reads, "wios": &d.Writes}[key] = n
}
