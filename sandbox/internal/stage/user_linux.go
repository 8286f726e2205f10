package stage

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
)

// account is who a command runs as, by the numbers inside.
type account struct {
	uid, gid uint32
	groups   []uint32
}

// unknownError is a name that the sandbox's own files do not list.
type unknownError struct{ what, word string }

func (u *unknownError) Error() string { return "no " + u.what + " " + u.word }

func (u *unknownError) Unwrap() error { return unix.ENOENT }

// lookUpAccount reads USER or USER:GROUP, by name or number, as the sandbox's own
// /etc/passwd and /etc/group have them; passwd(5), group(5). A number need not
// be listed.
func lookUpAccount(word string) (account, error) {
	user, group, grouped := strings.Cut(word, ":")
	a, name, err := findUser(user)
	if err != nil {
		return a, err
	}
	a.groups = memberships(name)
	if !grouped {
		return a, nil
	}
	a.gid, err = findGroup(group)
	return a, err
}

func findUser(word string) (a account, name string, err error) {
	for _, f := range records("/etc/passwd") {
		if len(f) < 4 || f[0] != word && f[2] != word {
			continue
		}
		uid, err1 := number(f[2])
		gid, err2 := number(f[3])
		if err1 == nil && err2 == nil {
			return account{uid: uid, gid: gid}, f[0], nil
		}
	}
	uid, err := number(word)
	if err != nil {
		return a, "", &unknownError{"user", word}
	}
	return account{uid: uid}, "", nil
}

func findGroup(word string) (uint32, error) {
	for _, f := range records("/etc/group") {
		if len(f) >= 3 && (f[0] == word || f[2] == word) {
			return number(f[2])
		}
	}
	gid, err := number(word)
	if err != nil {
		return 0, &unknownError{"group", word}
	}
	return gid, nil
}

// memberships are the groups that list the user.
func memberships(name string) []uint32 {
	var groups []uint32
	for _, f := range records("/etc/group") {
		if name == "" || len(f) < 4 {
			continue
		}
		for _, member := range strings.Split(f[3], ",") {
			if gid, err := number(f[2]); member == name && err == nil {
				groups = append(groups, gid)
			}
		}
	}
	return groups
}

// records splits a file of lines with colons. One that is not there has none.
func records(file string) [][]string {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	var out [][]string
	for line := range strings.Lines(string(b)) {
		out = append(out, strings.Split(strings.TrimSpace(line), ":"))
	}
	return out
}

func number(word string) (uint32, error) {
	n, err := strconv.ParseUint(word, 10, 32)
	return uint32(n), err
}

// calls change the ids. They come after the restrictions, which want rights that
// the new user may not have; setresuid(2) takes the capabilities away itself.
func (a account) calls() []fork.Call {
	groups := append(a.groups, 0)
	return []fork.Call{
		{Number: unix.SYS_SETGROUPS, Args: [6]uintptr{uintptr(len(a.groups)), address(groups)}, Keep: groups, Name: "setgroups"},
		{Number: unix.SYS_SETRESGID, Args: [6]uintptr{uintptr(a.gid), uintptr(a.gid), uintptr(a.gid)}, Name: "setresgid"},
		{Number: unix.SYS_SETRESUID, Args: [6]uintptr{uintptr(a.uid), uintptr(a.uid), uintptr(a.uid)}, Name: "setresuid"},
	}
}
