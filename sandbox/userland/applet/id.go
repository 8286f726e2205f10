//go:build linux

package applet

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// identity is a user's numbers.
type identity struct {
	uid, euid, gid, egid int
	groups               []int
}

// id prints the numbers and names of this process's user, or of a named one.
func id(c *call) int {
	o, operands, ok := c.options("ugGn")
	if !ok {
		return 1
	}
	who := ourselves()
	if len(operands) > 0 {
		if who, ok = userNamed(operands[0]); !ok {
			return c.fail(1, "'%s': no such user", operands[0])
		}
	}
	users, groups := namesOf("/etc/passwd"), namesOf("/etc/group")
	if !o.has('n') && (o.has('u') || o.has('g') || o.has('G')) {
		users, groups = strconv.Itoa, strconv.Itoa
	}
	switch {
	case o.has('u'):
		fmt.Fprintln(c.out, users(who.euid))
	case o.has('g'):
		fmt.Fprintln(c.out, groups(who.egid))
	case o.has('G'):
		fmt.Fprintln(c.out, strings.Join(mapped(who.groups, groups), " "))
	default:
		c.identity(who, users, groups)
	}
	return 0
}

func (c *call) identity(who identity, users, groups func(int) string) {
	with := func(name func(int) string) func(int) string {
		return func(n int) string {
			if s := name(n); s != strconv.Itoa(n) {
				return fmt.Sprintf("%d(%s)", n, s)
			}
			return strconv.Itoa(n)
		}
	}
	users, groups = with(users), with(groups)
	fmt.Fprintf(c.out, "uid=%s gid=%s", users(who.uid), groups(who.gid))
	if who.euid != who.uid {
		fmt.Fprintf(c.out, " euid=%s", users(who.euid))
	}
	if who.egid != who.gid {
		fmt.Fprintf(c.out, " egid=%s", groups(who.egid))
	}
	fmt.Fprintf(c.out, " groups=%s\n", strings.Join(mapped(who.groups, groups), ","))
}

// ourselves are the numbers of this process. The group comes first among the
// groups, as id(1) has it.
func ourselves() identity {
	who := identity{uid: os.Getuid(), euid: os.Geteuid(), gid: os.Getgid(), egid: os.Getegid()}
	more, _ := os.Getgroups()
	who.groups = distinct(append([]int{who.gid}, more...))
	return who
}

func userNamed(name string) (identity, bool) {
	for _, a := range accounts("/etc/passwd") {
		if a.name != name {
			continue
		}
		gid, _ := strconv.Atoi(a.fields[3])
		who := identity{uid: a.id, euid: a.id, gid: gid, egid: gid, groups: []int{gid}}
		for _, g := range accounts("/etc/group") {
			if slices.Contains(strings.Split(g.fields[3], ","), name) {
				who.groups = append(who.groups, g.id)
			}
		}
		who.groups = distinct(who.groups)
		return who, true
	}
	return identity{}, false
}

func distinct(numbers []int) []int {
	var out []int
	for _, n := range numbers {
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

func mapped(numbers []int, f func(int) string) []string {
	out := make([]string, len(numbers))
	for i, n := range numbers {
		out[i] = f(n)
	}
	return out
}

// whoami prints the effective user's name.
func whoami(c *call) int {
	fmt.Fprintln(c.out, namesOf("/etc/passwd")(os.Geteuid()))
	return 0
}
