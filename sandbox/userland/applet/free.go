//go:build linux

package applet

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// free prints /proc/meminfo. Inside a sandbox this is the whole machine's
// memory, whatever the limit: /proc knows no cgroups.
func free(c *call) int {
	o, _, ok := c.options("bkmgh")
	if !ok {
		return 1
	}
	m, err := meminfo("/proc/meminfo")
	if err != nil {
		return c.complain("/proc/meminfo", err)
	}
	show := func(kib uint64) string { return strconv.FormatUint(kib, 10) }
	for option, bytes := range map[byte]uint64{'b': 1, 'm': 1 << 20, 'g': 1 << 30} {
		if o.has(option) {
			show = func(kib uint64) string { return strconv.FormatUint(kib*1024/bytes, 10) }
		}
	}
	if o.has('h') {
		show = func(kib uint64) string { return human(kib * 1024) }
	}
	cache := m["Buffers"] + m["Cached"] + m["SReclaimable"]
	fmt.Fprintf(c.out, "%-7s%12s%12s%12s%12s%12s%12s\n", "", "total", "used", "free", "shared", "buff/cache", "available")
	fmt.Fprintf(c.out, "%-7s%12s%12s%12s%12s%12s%12s\n", "Mem:", show(m["MemTotal"]),
		show(m["MemTotal"]-min(m["MemTotal"], m["MemFree"]+cache)), show(m["MemFree"]), show(m["Shmem"]), show(cache), show(m["MemAvailable"]))
	fmt.Fprintf(c.out, "%-7s%12s%12s%12s\n", "Swap:", show(m["SwapTotal"]), show(m["SwapTotal"]-min(m["SwapTotal"], m["SwapFree"])), show(m["SwapFree"]))
	return 0
}

// meminfo reads the numbers of proc_meminfo(5), in KiB.
func meminfo(file string) (map[string]uint64, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	m := map[string]uint64{}
	for line := range strings.Lines(string(b)) {
		name, rest, _ := strings.Cut(line, ":")
		if words := strings.Fields(rest); len(words) > 0 {
			m[name], _ = strconv.ParseUint(words[0], 10, 64)
		}
	}
	return m, nil
}

// uptime prints how long the machine, or the time namespace, says it runs.
func uptime(c *call) int {
	b, err := os.ReadFile("/proc/uptime")
	if err != nil {
		return c.complain("/proc/uptime", err)
	}
	load, _ := os.ReadFile("/proc/loadavg")
	text, _, _ := strings.Cut(string(b), " ")
	up, _ := strconv.ParseFloat(text, 64)
	minutes := int(up) / 60
	words := strings.Fields(string(load))
	fmt.Fprintf(c.out, "up %d days, %2d:%02d,  load average: %s\n", minutes/1440, minutes/60%24, minutes%60, strings.Join(words[:min(3, len(words))], ", "))
	return 0
}
