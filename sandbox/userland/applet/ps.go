//go:build linux

package applet

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/term"
)

// column is something that ps can print of a process.
type column struct {
	name, title string
	left        bool // aligned to the left
	value       func(process) string
}

// psColumns are all of them; ps(1).
var psColumns = []column{
	{"user", "USER", true, func(p process) string { return psUser(p.uid) }},
	{"uid", "UID", false, func(p process) string { return strconv.Itoa(p.uid) }},
	{"pid", "PID", false, func(p process) string { return strconv.Itoa(p.pid) }},
	{"ppid", "PPID", false, func(p process) string { return strconv.Itoa(p.ppid) }},
	{"%cpu", "%CPU", false, func(p process) string { return fmt.Sprintf("%.1f", p.share()) }},
	{"vsz", "VSZ", false, func(p process) string { return strconv.FormatUint(p.virtual, 10) }},
	{"rss", "RSS", false, func(p process) string { return strconv.FormatUint(p.rss, 10) }},
	{"nlwp", "NLWP", false, func(p process) string { return strconv.Itoa(p.threads) }},
	{"tty", "TTY", true, process.terminal},
	{"stat", "STAT", true, func(p process) string { return p.state }},
	{"start", "START", true, func(p process) string { return time.Now().Add(-p.age).Format("15:04") }},
	{"time", "TIME", false, func(p process) string { return clock(p.ticks / clockTicks) }},
	{"comm", "COMMAND", true, func(p process) string { return p.comm }},
	{"args", "COMMAND", true, func(p process) string { return p.args }},
}

var psUser = namesOf("/etc/passwd")

// synonyms are other names of columns.
var synonyms = map[string]string{"cmd": "args", "command": "args", "s": "stat", "state": "stat", "tt": "tty", "pcpu": "%cpu", "etime": "time"}

// psForms are the ways people call ps, and the columns they expect.
var psForms = []struct{ options, columns string }{
	{"", "pid,user,time,args"},
	{"aux", "user,pid,%cpu,vsz,rss,tty,stat,start,time,args"},
	{"ax", "pid,tty,stat,time,args"},
	{"ef", "user,pid,ppid,start,tty,time,args"},
	{"e", "pid,tty,time,comm"},
	{"A", "pid,tty,time,comm"},
}

// ps lists processes: always all that /proc shows, as busybox does. In a PID
// namespace with a /proc of its own those are the ones inside.
func ps(c *call) int {
	names, ok := c.psNames()
	if !ok {
		return c.usage()
	}
	list, err := processes("/proc")
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("no processes there: is proc mounted? (mount -t proc proc /proc)")
	}
	if err != nil {
		return c.complain("/proc", err)
	}
	var chosen []column
	for _, name := range names {
		column, ok := columnNamed(name)
		if !ok {
			return c.fail(1, "unknown column '%s'", name)
		}
		chosen = append(chosen, column)
	}
	width := 0
	if term.IsTerminal(int(c.file.Fd())) {
		width, _, _ = term.GetSize(int(c.file.Fd()))
	}
	for _, row := range layOut(chosen, list) {
		if runes := []rune(row); width > 0 && len(runes) > width {
			row = string(runes[:width])
		}
		fmt.Fprintln(c.out, row)
	}
	return 0
}

// psNames returns the columns that the arguments ask for.
func (c *call) psNames() ([]string, bool) {
	form := strings.Builder{}
	for i := 0; i < len(c.args); i++ {
		a := c.args[i]
		if a == "-o" && i+1 < len(c.args) {
			return strings.Split(c.args[i+1], ","), true
		}
		if list, ok := strings.CutPrefix(a, "-o"); ok && list != "" {
			return strings.Split(list, ","), true
		}
		form.WriteString(strings.TrimLeft(a, "-"))
	}
	for _, f := range psForms {
		if sameLetters(strings.NewReplacer("w", "", "h", "").Replace(form.String()), f.options) {
			return strings.Split(f.columns, ","), true
		}
	}
	return nil, false
}

func sameLetters(a, b string) bool {
	return len(a) == len(b) && strings.Trim(a, b) == "" && strings.Trim(b, a) == ""
}

func columnNamed(name string) (column, bool) {
	if other, ok := synonyms[name]; ok {
		name = other
	}
	for _, c := range psColumns {
		if c.name == name {
			return c, true
		}
	}
	return column{}, false
}

// layOut lays out the rows with the titles above them; the last column is not
// padded.
func layOut(columns []column, list []process) []string {
	cells := make([][]string, len(list)+1)
	widths := make([]int, len(columns))
	for i, col := range columns {
		cells[0] = append(cells[0], col.title)
		widths[i] = len(col.title)
		for j, p := range list {
			cell := col.value(p)
			cells[j+1] = append(cells[j+1], cell)
			widths[i] = max(widths[i], len(cell))
		}
	}
	rows := make([]string, len(cells))
	for j, row := range cells {
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-len(cell))
			switch {
			case !columns[i].left:
				cell = pad + cell
			case i < len(columns)-1:
				cell += pad
			}
			row[i] = cell
		}
		rows[j] = strings.Join(row, " ")
	}
	return rows
}

// share is the part of one processor that the process has used since it
// started, in percent.
func (p process) share() float64 {
	if p.age <= 0 {
		return 0
	}
	return float64(p.ticks) / clockTicks / p.age.Seconds() * 100
}

// clock spells seconds as MINUTES:SECONDS.
func clock(seconds uint64) string { return fmt.Sprintf("%d:%02d", seconds/60, seconds%60) }
