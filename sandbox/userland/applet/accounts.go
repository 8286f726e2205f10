//go:build linux

package applet

import (
	"os"
	"strconv"
	"strings"
)

// account is a line of /etc/passwd or /etc/group; passwd(5), group(5). In both
// the third field is the number. The host's name services are not asked: inside
// there are none.
type account struct {
	name   string
	id     int
	fields []string
}

// accounts reads such a file; what cannot be read names nobody.
func accounts(file string) []account {
	b, _ := os.ReadFile(file)
	var out []account
	for line := range strings.Lines(string(b)) {
		fields := strings.Split(strings.TrimRight(line, "\n"), ":")
		if len(fields) < 4 {
			continue
		}
		if id, err := strconv.Atoi(fields[2]); err == nil {
			out = append(out, account{fields[0], id, fields})
		}
	}
	return out
}

// idOf returns the number of a name, or the number that the name spells.
func idOf(file, name string) (int, bool) {
	for _, a := range accounts(file) {
		if a.name == name {
			return a.id, true
		}
	}
	n, err := strconv.ParseUint(name, 10, 32)
	return int(n), err == nil
}

// namesOf returns what finds the name of a number, or spells the number.
func namesOf(file string) func(id int) string {
	var names map[int]string
	return func(id int) string {
		if names == nil {
			names = map[int]string{}
			for _, a := range accounts(file) {
				if _, ok := names[a.id]; !ok {
					names[a.id] = a.name
				}
			}
		}
		if name, ok := names[id]; ok {
			return name
		}
		return strconv.Itoa(id)
	}
}
