package experiment

import (
	"slices"
	"strconv"
	"strings"
)

// A leakSign is something that is the host's own, as one side reads it.
type leakSign struct {
	id, what string
	grows    bool
	of       func(glance) (string, bool)
	path     string // "" for what is asked without a file
}

// leakSigns are in the order of: the kernel, the machine, its use, its network,
// its disks, its settings, its users.
var leakSigns = slices.Concat(
	askedFor("release", "version", "machine", "nodename", "ram", "cpus", "disk", "log"),
	growingOnes(leakSign{id: "realtime", what: "wall clock", of: valueOf("realtime")}, leakSign{id: "boottime", what: "time since boot", of: valueOf("boottime")}),
	wholeFiles("/proc/version", "/proc/cmdline", bootID, "/proc/filesystems", "/proc/devices", "/proc/misc", "/proc/modules", "/proc/crypto",
		"/proc/execdomains", "/proc/dma", "/proc/consoles", "/proc/swaps", "/proc/partitions",
		"/proc/mdstat", "/proc/key-users", "/proc/bus/input/devices", "/proc/bus/pci/devices", "/proc/tty/drivers"),
	[]leakSign{
		partOf("/proc/cpuinfo", "cpuinfo", "model of the processor", linesOf("model name", "vendor_id", "CPU part")),
		partOf("/proc/meminfo", "meminfo", "memory of the machine", linesOf("MemTotal", "SwapTotal", "HugePages_Total")),
		partOf("/proc/stat", "boot-time", "time of boot, in /proc/stat", linesOf("btime")),
		partOf("/proc/kallsyms", "kallsyms", "names of the kernel's symbols", columnOf(2)),
		partOf("/proc/iomem", "iomem", "who has which part of memory", lastWords),
		partOf("/proc/ioports", "ioports", "who has which ports of the processor", lastWords),
		partOf("/proc/loadavg", "loadavg", "load of the machine", firstWords(3)),
		partOf("/proc/interrupts", "interrupts", "devices that interrupt", lastWords),
		partOf("/proc/softirqs", "softirqs", "processors, in /proc/softirqs", firstLineOf),
		partOf("/proc/timer_list", "timer_list", "timers of the machine", firstLineOf),
		partOf("/proc/net/dev", "interfaces", "network interfaces, in /proc/net/dev", beforeColons),
		partOf("/proc/net/route", "routes", "routes, in /proc/net/route", columnOf(1)),
	},
	growingOnes(
		partOf("/proc/uptime", "uptime", "seconds since boot, in /proc/uptime", sumOf(0, "")),
		partOf("/proc/stat", "switches", "context switches of the machine", sumOf(1, "ctxt")),
		partOf("/proc/stat", "started", "processes started on the machine", sumOf(1, "processes")),
		partOf("/proc/vmstat", "faults", "page faults of the machine", sumOf(1, "pgfault")),
		partOf("/proc/diskstats", "disk-reads", "reads of the machine's disks", sumOf(3, "")),
		partOf("/proc/diskstats", "disk-writes", "writes to the machine's disks", sumOf(7, "")),
		partOf("/sys/kernel/uevent_seqnum", "uevents", "events of devices, in /sys/kernel/uevent_seqnum", sumOf(0, "")),
		partOf("/proc/net/dev", "received", "bytes received by the interfaces", sumOf(1, "")),
	),
	wholeFiles("/sys/block", "/sys/class/net", "/sys/class/thermal", "/sys/class/dmi/id/product_name", "/sys/class/dmi/id/sys_vendor",
		"/sys/bus/pci/devices", "/sys/bus/virtio/devices", "/sys/devices/system/cpu/online", "/sys/devices/system/node/online",
		"/sys/devices/system/cpu/vulnerabilities/spectre_v2", "/sys/firmware", "/sys/module",
		"/sys/kernel/mm/transparent_hugepage/enabled", "/sys/power/state", "/sys/fs/cgroup"),
	wholeFiles("/proc/sys/kernel/core_pattern", "/proc/sys/kernel/pid_max", "/proc/sys/kernel/threads-max", "/proc/sys/kernel/hostname",
		"/proc/sys/fs/file-max", "/proc/sys/vm/swappiness", "/proc/sys/net/ipv4/ip_forward", "/proc/sys/kernel/shmmax"),
	wholeFiles("/dev", "/etc/machine-id", "/etc/hostname", "/etc/passwd", "/etc/fstab", "/etc/resolv.conf", "/home"),
)

// leakPaths are the files that are read for all signs.
func leakPaths() []string {
	paths := []string{"/proc/self/mountinfo", "/proc/self/cgroup"}
	for _, sign := range leakSigns {
		if sign.path != "" {
			paths = append(paths, sign.path)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// askedFor are signs that are asked without a file.
func askedFor(names ...string) (list []leakSign) {
	for _, name := range names {
		list = append(list, leakSign{id: name, what: name + ", by a system call", of: valueOf(name)})
	}
	return list
}

// wholeFiles are signs that are a whole file, or the names in a directory.
func wholeFiles(paths ...string) (list []leakSign) {
	for _, p := range paths {
		list = append(list, leakSign{id: pathID(p), what: p, path: p, of: contentOf(p)})
	}
	return list
}

func growingOnes(list ...leakSign) []leakSign {
	for i := range list {
		list[i].grows = true
	}
	return list
}

// partOf is a sign that is a part of a file.
func partOf(path, id, what string, part func(string) string) leakSign {
	return leakSign{id: id, what: what, path: path, of: func(v glance) (string, bool) {
		text, ok := v.text(path)
		found := part(text)
		return found, ok && found != ""
	}}
}

// linesOf are those that begin with one of the words, each once.
func linesOf(words ...string) func(string) string {
	return func(text string) string {
		var out []string
		for line := range strings.Lines(text) {
			line = strings.Join(strings.Fields(line), " ")
			if slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(line, w) }) && !slices.Contains(out, line) {
				out = append(out, line)
			}
		}
		return strings.Join(out, "\n")
	}
}

func firstLineOf(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return strings.Join(strings.Fields(line), " ")
}

// columnOf is one field of the first lines, sorted.
func columnOf(n int) func(string) string {
	return func(text string) string {
		var out []string
		for line := range strings.Lines(text) {
			if f := strings.Fields(line); len(f) > n && len(out) < 32 {
				out = append(out, f[n])
			}
		}
		slices.Sort(out)
		return strings.Join(out, " ")
	}
}

// lastWords are what the lines end with: a device's name beside its counts.
func lastWords(text string) string {
	var out []string
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) > 2 {
			out = append(out, f[len(f)-1])
		}
	}
	return strings.Join(out, " ")
}

// beforeColons are what stands before the colon of the lines that have one.
func beforeColons(text string) string {
	var out []string
	for line := range strings.Lines(text) {
		if name, _, ok := strings.Cut(line, ":"); ok {
			out = append(out, strings.TrimSpace(name))
		}
	}
	return strings.Join(out, " ")
}

// firstWords are the first of the text.
func firstWords(n int) func(string) string {
	return func(text string) string {
		f := strings.Fields(text)
		return strings.Join(f[:min(n, len(f))], " ")
	}
}

// sumOf adds up one field of all lines, or of those with a first word.
func sumOf(n int, word string) func(string) string {
	return func(text string) string {
		total, any := 0.0, false
		for line := range strings.Lines(text) {
			f := strings.Fields(strings.Replace(line, ":", " ", 1))
			if len(f) <= n || word != "" && f[0] != word {
				continue
			}
			if v, err := strconv.ParseFloat(f[n], 64); err == nil {
				total, any = total+v, true
			}
		}
		if !any {
			return ""
		}
		return strconv.FormatFloat(total, 'f', -1, 64)
	}
}
