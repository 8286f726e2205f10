//go:build linux

package applet

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/userland/internal/printable"
)

// clockTicks are the ticks of a second in /proc: USER_HZ, 100 on every
// architecture that Go runs on; time(7).
const clockTicks = 100

// process is what /proc says of one process; proc_pid_stat(5).
type process struct {
	pid, ppid    int
	uid          int
	comm, args   string
	state        string
	tty          int
	ticks        uint64        // of processor time
	start        uint64        // ticks after boot
	threads      int           //
	virtual, rss uint64        // KiB
	age          time.Duration // since it started
}

// processes reads all processes that /proc shows, by number. Those that end
// meanwhile are left out.
func processes(proc string) ([]process, error) {
	entries, err := os.ReadDir(proc)
	if err != nil {
		return nil, err
	}
	up := uptimeOf(proc)
	var out []process
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if p, ok := readProcess(filepath.Join(proc, e.Name()), pid, up); ok {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b process) int { return a.pid - b.pid })
	return out, nil
}

func uptimeOf(proc string) float64 {
	b, _ := os.ReadFile(filepath.Join(proc, "uptime"))
	text, _, _ := strings.Cut(string(b), " ")
	up, _ := strconv.ParseFloat(text, 64)
	return up
}

func readProcess(dir string, pid int, up float64) (process, bool) {
	b, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		return process{}, false
	}
	p, ok := parseStat(string(b))
	if !ok {
		return process{}, false
	}
	p.pid = pid
	p.age = time.Duration(max(0, up-float64(p.start)/clockTicks) * float64(time.Second))
	var st unix.Stat_t
	if unix.Stat(dir, &st) == nil {
		p.uid = int(st.Uid)
	}
	line, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
	p.args = printable.Text(strings.ReplaceAll(strings.TrimRight(string(line), "\x00"), "\x00", " "))
	if p.args == "" {
		p.args = "[" + p.comm + "]"
	}
	return p, true
}

// parseStat reads a line of /proc/PID/stat. The name may hold blanks and
// brackets, so the fields are counted from the last bracket.
func parseStat(line string) (process, bool) {
	open, end := strings.IndexByte(line, '('), strings.LastIndexByte(line, ')')
	if open < 0 || end < open {
		return process{}, false
	}
	f := strings.Fields(line[end+1:])
	if len(f) < 22 {
		return process{}, false
	}
	number := func(i int) uint64 { // fields are numbered as in the manual
		n, _ := strconv.ParseUint(f[i-3], 10, 64)
		return n
	}
	return process{
		comm: printable.Text(line[open+1 : end]), state: f[0], ppid: int(number(4)), tty: int(number(7)),
		ticks: number(14) + number(15), threads: int(number(20)), start: number(22),
		virtual: number(23) / 1024, rss: number(24) * uint64(os.Getpagesize()) / 1024,
	}, true
}

// terminal names a terminal by its device number; ? is none.
func (p process) terminal() string {
	switch major, minor := unix.Major(uint64(p.tty)), unix.Minor(uint64(p.tty)); {
	case p.tty == 0:
		return "?"
	case major >= 136 && major <= 143:
		return "pts/" + strconv.Itoa(int(major-136)<<20+int(minor))
	case major == 4:
		return "tty" + strconv.Itoa(int(minor))
	default:
		return strconv.Itoa(int(major)) + "," + strconv.Itoa(int(minor))
	}
}
