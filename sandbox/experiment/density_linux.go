package experiment

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// chainOf are a process and those between it and this one: with a sandbox its
// init, which is there for it alone.
func chainOf(pid int) (chain []int, err error) {
	const deepest = 8
	for pid > 1 && pid != os.Getpid() && len(chain) < deepest {
		chain = append(chain, pid)
		if pid, err = parentProcess(pid); err != nil {
			return nil, err
		}
	}
	if len(chain) == 0 {
		return nil, &sandbox.Error{Op: "find", Target: "a command that waits", Err: fs.ErrNotExist}
	}
	return chain, nil
}

// parentProcess reads a process's parent; proc_pid_status(5).
func parentProcess(pid int) (int, error) {
	file := fmt.Sprintf("/proc/%d/status", pid)
	n, err := numberIn(file, "PPid:")
	if err != nil {
		return 0, &sandbox.Error{Op: "read", Target: file, Err: err}
	}
	return int(n), nil
}

// numberIn reads the number after a word at the beginning of a line.
func numberIn(file, word string) (int64, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), word); ok {
			return strconv.ParseInt(strings.Fields(rest + " -")[0], 10, 64)
		}
	}
	return 0, fmt.Errorf("no line %q", word)
}

// memoryOf reads how much memory is a process's: its own pages and its part of
// those it shares, proc_pid_smaps(5). An ordinary user may not look so closely
// at a process that is not dumpable; then it is only what is not shared,
// proc_pid_statm(5).
func memoryOf(pid int) (bytes float64, private bool, err error) {
	file := fmt.Sprintf("/proc/%d/smaps_rollup", pid)
	n, err := numberIn(file, "Pss:")
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) {
		bytes, err = privateMemory(pid)
		return bytes, true, err
	}
	if err != nil {
		return 0, false, &sandbox.Error{Op: "read", Target: file, Err: err}
	}
	return float64(n) * 1024, false, nil
}

func privateMemory(pid int) (float64, error) {
	file := fmt.Sprintf("/proc/%d/statm", pid)
	b, err := os.ReadFile(file)
	if err != nil {
		return 0, &sandbox.Error{Op: "read", Target: file, Err: errors.Unwrap(err)}
	}
	var size, atRest, shared int
	if _, err := fmt.Sscan(string(b), &size, &atRest, &shared); err != nil {
		return 0, &sandbox.Error{Op: "read", Target: file, Err: err}
	}
	return float64((atRest - shared) * os.Getpagesize()), nil
}

// cpuTime is how much processor time processes have used, all threads
// together; clock_getcpuclockid(3).
func cpuTime(pids []int) (used time.Duration, err error) {
	for _, pid := range pids {
		const whole = 2 // CPUCLOCK_SCHED, of the process
		var ts unix.Timespec
		if err := unix.ClockGettime(int32(^pid)<<3|whole, &ts); err != nil {
			return 0, &sandbox.Error{Op: "read", Target: fmt.Sprintf("the processor time of process %d", pid), Err: err}
		}
		used += time.Duration(ts.Nano())
	}
	return used, nil
}
