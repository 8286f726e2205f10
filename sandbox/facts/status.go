package facts

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// status is what this package uses of /proc/PID/status.
type status struct {
	name       string
	state      byte // R, S, D, T, t, I, Z, X
	parent     int
	uids, gids IDs
	groups     []uint32
	pid        int
	nsPIDs     []int

	inheritable, permitted, effective, bounding, ambient uint64

	noNewPrivs bool
	seccomp    string
	filters    int
}

// ended reports a process that has exited and is only waiting for its parent
// to collect it. It no longer has namespaces, mounts or memory.
func (s status) ended() bool { return s.state == 'Z' || s.state == 'X' }

var errNoStatus = errors.New("status lacks the lines Pid and Uid")

// statusFields are the lines read, by key. All others are skipped: the file
// has about sixty lines and each kernel adds some.
var statusFields = map[string]func(*status, string) error{
	"Name":            func(s *status, v string) error { s.name = unescapeName(v); return nil },
	"State":           func(s *status, v string) error { s.state = firstByte(v); return nil },
	"Pid":             func(s *status, v string) error { return number(&s.pid, v) },
	"PPid":            func(s *status, v string) error { return number(&s.parent, v) },
	"Uid":             func(s *status, v string) error { return fourIDs(&s.uids, v) },
	"Gid":             func(s *status, v string) error { return fourIDs(&s.gids, v) },
	"Groups":          func(s *status, v string) (err error) { s.groups, err = idList(v); return err },
	"NSpid":           func(s *status, v string) (err error) { s.nsPIDs, err = numbers(v); return err },
	"CapInh":          func(s *status, v string) error { return mask(&s.inheritable, v) },
	"CapPrm":          func(s *status, v string) error { return mask(&s.permitted, v) },
	"CapEff":          func(s *status, v string) error { return mask(&s.effective, v) },
	"CapBnd":          func(s *status, v string) error { return mask(&s.bounding, v) },
	"CapAmb":          func(s *status, v string) error { return mask(&s.ambient, v) },
	"NoNewPrivs":      func(s *status, v string) error { s.noNewPrivs = v == "1"; return nil },
	"Seccomp":         func(s *status, v string) error { s.seccomp = seccompMode(v); return nil },
	"Seccomp_filters": func(s *status, v string) error { return number(&s.filters, v) },
}

// parseStatus reads /proc/PID/status.
func parseStatus(b []byte) (status, error) {
	s := status{seccomp: seccompMode("0"), groups: []uint32{}}
	seen := 0
	for line := range lines(b) {
		key, value, _ := strings.Cut(line, ":")
		set := statusFields[key]
		if set == nil {
			continue
		}
		if err := set(&s, strings.TrimPrefix(value, "\t")); err != nil {
			return status{}, fmt.Errorf("status line %q: %w", line, err)
		}
		if key == "Pid" || key == "Uid" {
			seen++
		}
	}
	if seen < 2 {
		return status{}, errNoStatus
	}
	if len(s.nsPIDs) == 0 { // the line NSpid is as old as Linux 4.1
		s.nsPIDs = []int{s.pid}
	}
	return s, nil
}

// nspid is the id in the process's own pid namespace.
func (s status) nspid() int { return s.nsPIDs[len(s.nsPIDs)-1] }

// unescapeName undoes what the kernel does to keep a name on its line.
func unescapeName(v string) string {
	if !strings.Contains(v, `\`) {
		return v
	}
	return strings.NewReplacer(`\n`, "\n", `\\`, `\`).Replace(v)
}

func seccompMode(v string) string {
	switch v {
	case "0":
		return "disabled"
	case "1":
		return "strict"
	case "2":
		return "filter"
	}
	return "mode " + v
}

func firstByte(v string) byte {
	if v == "" {
		return 0
	}
	return v[0]
}

func number(n *int, v string) (err error) {
	*n, err = strconv.Atoi(v)
	return err
}

func numbers(v string) ([]int, error) {
	var out []int
	for field := range strings.FieldsSeq(v) {
		n, err := strconv.Atoi(field)
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

func mask(m *uint64, v string) (err error) {
	*m, err = strconv.ParseUint(v, 16, 64)
	return err
}

func idList(v string) ([]uint32, error) {
	out := []uint32{}
	for field := range strings.FieldsSeq(v) {
		n, err := strconv.ParseUint(field, 10, 32)
		if err != nil {
			return nil, err
		}
		out = append(out, uint32(n))
	}
	return out, nil
}

func fourIDs(ids *IDs, v string) error {
	list, err := idList(v)
	if err != nil {
		return err
	}
	if len(list) != 4 {
		return fmt.Errorf("%d ids where four belong", len(list))
	}
	*ids = IDs{Real: list[0], Effective: list[1], Saved: list[2], FS: list[3]}
	return nil
}

// parseArgs splits /proc/PID/cmdline. A process may overwrite it with anything,
// such as a title without the NUL at the end.
func parseArgs(b []byte) []string {
	if len(b) == 0 {
		return []string{}
	}
	return strings.Split(strings.TrimSuffix(string(b), "\x00"), "\x00")
}
