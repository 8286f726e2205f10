package facts

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// limitKind is one kind of limit: which files hold it in which hierarchy, how
// tight it is, and how it is shown.
type limitKind struct {
	layer string
	files map[string][]string // controller, or Unified: file names
	// value is smaller the tighter the limit, +Inf for none.
	value func(files map[string]string) float64
	show  func(files map[string]string) string
}

var limitKinds = []limitKind{
	{
		layer: "memory",
		files: map[string][]string{Unified: {"memory.max"}, "memory": {"memory.limit_in_bytes"}},
		value: memoryLimit,
		show:  func(f map[string]string) string { return showBytes(memoryLimit(f)) },
	},
	{
		layer: "cpu",
		files: map[string][]string{Unified: {"cpu.max"}, "cpu": {"cpu.cfs_quota_us", "cpu.cfs_period_us"}},
		value: cpuLimit,
		show:  func(f map[string]string) string { return trimFloat(cpuLimit(f)) + " CPU" },
	},
	{
		layer: "pids",
		files: map[string][]string{Unified: {"pids.max"}, "pids": {"pids.max"}},
		value: func(f map[string]string) float64 { return quantity(f["pids.max"]) },
		show:  func(f map[string]string) string { return f["pids.max"] },
	},
	{
		layer: "io",
		files: map[string][]string{Unified: {"io.max"}, "blkio": {
			"blkio.throttle.read_bps_device", "blkio.throttle.write_bps_device",
			"blkio.throttle.read_iops_device", "blkio.throttle.write_iops_device",
		}},
		value: ioLimit,
		show:  showIO,
	},
}

func (k limitKind) row() string { return "limits." + k.layer }

// filesIn are the files of this kind that a cgroup's hierarchy can hold.
func (k limitKind) filesIn(c Cgroup) []string {
	for controller, files := range k.files {
		if c.has(controller) {
			return files
		}
	}
	return nil
}

// limitFiles are the files of every kind that a cgroup's hierarchy can hold.
func limitFiles(c Cgroup) []string {
	var names []string
	for _, k := range limitKinds {
		names = append(names, k.filesIn(c)...)
	}
	return names
}

// noLimit is what v1 writes for no memory limit, rounded down: the largest
// page counter, which depends on the page size.
const noLimit = 1 << 62

// quantity reads a single number; "max", "-1" and nothing at all are no limit.
func quantity(s string) float64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n >= noLimit {
		return math.Inf(1)
	}
	return float64(n)
}

func memoryLimit(f map[string]string) float64 {
	return min(quantity(f["memory.max"]), quantity(f["memory.limit_in_bytes"]))
}

// cpuLimit is in CPUs: time per period.
func cpuLimit(f map[string]string) float64 {
	quota, period, found := strings.Cut(f["cpu.max"], " ")
	if !found {
		quota, period = f["cpu.cfs_quota_us"], f["cpu.cfs_period_us"]
	}
	per := quantity(period)
	if per == 0 || math.IsInf(per, 1) {
		return math.Inf(1)
	}
	return quantity(quota) / per
}

// ioLimit is the smallest of all rates, in bytes or operations a second: good
// enough to tell a limit from none.
func ioLimit(f map[string]string) float64 {
	least := math.Inf(1)
	for _, rate := range ioRates(f) {
		least = min(least, quantity(rate.value))
	}
	return least
}

type ioRate struct{ device, name, value string }

// ioRates takes the rates that are limited out of io.max ("8:0 rbps=max
// wbps=1048576 ...") or out of the v1 files ("8:0 1048576").
func ioRates(f map[string]string) []ioRate {
	var rates []ioRate
	for line := range strings.SplitSeq(f["io.max"], "\n") {
		device, rest, _ := strings.Cut(line, " ")
		for field := range strings.FieldsSeq(rest) {
			if name, value, _ := strings.Cut(field, "="); !math.IsInf(quantity(value), 1) {
				rates = append(rates, ioRate{device, name, value})
			}
		}
	}
	for _, v1 := range [...]struct{ name, file string }{
		{"rbps", "blkio.throttle.read_bps_device"}, {"wbps", "blkio.throttle.write_bps_device"},
		{"riops", "blkio.throttle.read_iops_device"}, {"wiops", "blkio.throttle.write_iops_device"},
	} {
		for line := range strings.SplitSeq(f[v1.file], "\n") {
			if device, value, found := strings.Cut(line, " "); found {
				rates = append(rates, ioRate{device, v1.name, value})
			}
		}
	}
	return rates
}

// ioWords are the kernel's names of the rates, and what a person reads.
var ioWords = map[string]struct {
	what string
	show func(float64) string
}{
	"rbps": {"read", bytesPerSecond}, "wbps": {"write", bytesPerSecond},
	"riops": {"read", opsPerSecond}, "wiops": {"write", opsPerSecond},
}

func bytesPerSecond(n float64) string { return showBytes(n) + "/s" }
func opsPerSecond(n float64) string   { return trimFloat(n) + " ops/s" }

func showIO(f map[string]string) string {
	var shown []string
	device := ""
	for _, rate := range ioRates(f) {
		text := rate.name + "=" + rate.value
		if w, known := ioWords[rate.name]; known {
			text = w.what + " " + w.show(quantity(rate.value))
		}
		if rate.device != device {
			device = rate.device
			text = device + " " + text
		}
		shown = append(shown, text)
	}
	return strings.Join(shown, ", ")
}

func showBytes(n float64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	i := 0
	for n >= 1024 && i < len(units)-1 {
		n /= 1024
		i++
	}
	return trimFloat(n) + " " + units[i]
}

// trimFloat keeps two digits after the point, and none that say nothing.
func trimFloat(n float64) string {
	s := fmt.Sprintf("%.2f", n)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// held is the limit of one kind that holds for a process.
type held struct {
	value     float64           // +Inf: there is none
	files     map[string]string // that say so
	in        Cgroup            // whose it is, or from which it was looked for
	inherited bool              // it is set on a directory above
}

// limitOf finds the tightest limit of one kind over the process's hierarchies,
// their own directories and those above. It reports false when no hierarchy
// that could hold one can be looked into.
func (f Facts) limitOf(k limitKind) (h held, ok bool) {
	h.value = math.Inf(1)
	for _, c := range f.Cgroups {
		if c.Dir == "" || len(k.filesIn(c)) == 0 {
			continue
		}
		// On a hybrid machine the unified hierarchy has no such files.
		if !ok || k.carried(c) {
			h.in, ok = c, true
		}
		for i, files := range []map[string]string{c.Limits, c.Inherited} {
			if v := k.value(files); v < h.value {
				h = held{value: v, files: files, in: c, inherited: i == 1}
			}
		}
	}
	return h, ok
}

// carried reports whether the cgroup has a file of this kind, limit or not.
func (k limitKind) carried(c Cgroup) bool {
	for _, file := range k.filesIn(c) {
		if _, has := c.Limits[file]; has {
			return true
		}
	}
	return false
}

// Limit is the tightest limit of one kind that holds for the process: memory in
// bytes, cpu in CPUs, pids in processes and threads; +Inf when there is none. It
// reports false when no cgroup that could hold one can be looked into.
func (f Facts) Limit(layer string) (limit float64, ok bool) {
	for _, k := range limitKinds {
		if k.layer == layer {
			h, ok := f.limitOf(k)
			return h.value, ok
		}
	}
	return math.Inf(1), false
}
