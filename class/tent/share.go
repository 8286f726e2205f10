package tent

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Share are limits with which all learners together cannot have more memory,
// processes and terminals than the machine has, at most DefaultLimits: if they could,
// what the kernel kills for want of memory need not be a learner's.
func Share(learners int) Limits {
	l := DefaultLimits
	meminfo, _ := os.ReadFile("/proc/meminfo")
	if all := memTotal(meminfo); all > 0 {
		l.Memory = min(l.Memory, all/8*7/int64(learners))
	}
	raw, _ := os.ReadFile("/proc/sys/kernel/pid_max")
	if all, err := strconv.ParseInt(strings.TrimSpace(string(raw)), 10, 64); err == nil {
		l.PIDs = min(l.PIDs, all/4*3/int64(learners))
	}
	l.Terminals = readTerminals(ptySysctls).share(learners)
	return l
}

// memTotal reads a line of proc_meminfo(5), in bytes.
func memTotal(meminfo []byte) int64 {
	for lines := bufio.NewScanner(bytes.NewReader(meminfo)); lines.Scan(); {
		var kilobytes int64
		if n, _ := fmt.Sscanf(lines.Text(), "MemTotal: %d kB", &kilobytes); n == 1 {
			return kilobytes << 10
		}
	}
	return 0
}
