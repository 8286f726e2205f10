//go:build linux

package applet

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// changeMode returns what the permission bits become when text is applied to
// them: an octal number, or clauses such as u+x,go-w; POSIX.1-2024, chmod. All
// twelve bits take part. Umask counts where a clause names nobody.
func changeMode(text string, bits uint32, dir bool, umask uint32) (uint32, error) {
	if n, err := strconv.ParseUint(text, 8, 32); err == nil && n <= 0o7777 {
		return uint32(n), nil
	}
	for clause := range strings.SplitSeq(text, ",") {
		i := strings.IndexAny(clause, "+-=")
		if i < 0 {
			return 0, fmt.Errorf("invalid mode: '%s'", text)
		}
		who, ok := classesOf(clause[:i])
		if !ok {
			return 0, fmt.Errorf("invalid mode: '%s'", text)
		}
		reach := who
		if who == 0 {
			who, reach = 0o7777, 0o7777&^umask
		}
		if bits, ok = applyClause(clause[i:], bits, who, reach, dir); !ok {
			return 0, fmt.Errorf("invalid mode: '%s'", text)
		}
	}
	return bits, nil
}

// classesOf returns the bits that the letters u, g, o and a speak of.
func classesOf(letters string) (bits uint32, ok bool) {
	for _, l := range letters {
		switch l {
		case 'u':
			bits |= 0o4700
		case 'g':
			bits |= 0o2070
		case 'o':
			bits |= 0o1007
		case 'a':
			bits |= 0o7777
		default:
			return 0, false
		}
	}
	return bits, true
}

// applyClause applies one or more of +rwx, -rwx, =rwx. An equals sign clears
// what who names; what is set or cleared lies within reach.
func applyClause(clause string, bits, who, reach uint32, dir bool) (uint32, bool) {
	for clause != "" {
		operator := clause[0]
		clause = clause[1:]
		end := strings.IndexAny(clause, "+-=")
		if end < 0 {
			end = len(clause)
		}
		value, ok := permissions(clause[:end], bits, dir)
		if !ok {
			return 0, false
		}
		clause = clause[end:]
		switch operator {
		case '+':
			bits |= value & reach
		case '-':
			bits &^= value & reach
		case '=':
			bits = bits&^(who&0o777) | value&reach
		}
	}
	return bits, true
}

// permissions returns the bits that the letters mean, for everybody.
func permissions(letters string, bits uint32, dir bool) (value uint32, ok bool) {
	for _, l := range letters {
		switch l {
		case 'r':
			value |= 0o444
		case 'w':
			value |= 0o222
		case 'x':
			value |= 0o111
		case 'X':
			if dir || bits&0o111 != 0 {
				value |= 0o111
			}
		case 's':
			value |= 0o6000
		case 't':
			value |= 0o1000
		case 'u', 'g', 'o':
			shift := map[rune]uint{'u': 6, 'g': 3, 'o': 0}[l]
			value |= (bits >> shift & 7) * 0o111
		default:
			return 0, false
		}
	}
	return value, true
}

// currentUmask reads the umask; the kernel tells it only in exchange.
func currentUmask() uint32 {
	mask := unix.Umask(0)
	unix.Umask(mask)
	return uint32(mask)
}

// modeString spells a mode as ls -l does; inode(7).
func modeString(mode uint32) string {
	letters := []byte("?rwxrwxrwx")
	letters[0] = typeLetter(mode)
	for i := range 9 {
		if mode&(1<<(8-i)) == 0 {
			letters[i+1] = '-'
		}
	}
	for _, s := range []struct {
		bit   uint32
		at    int
		x, no byte
	}{{unix.S_ISUID, 3, 's', 'S'}, {unix.S_ISGID, 6, 's', 'S'}, {unix.S_ISVTX, 9, 't', 'T'}} {
		switch {
		case mode&s.bit == 0:
		case letters[s.at] == 'x':
			letters[s.at] = s.x
		default:
			letters[s.at] = s.no
		}
	}
	return string(letters)
}

// typeLetter is the first letter of a mode: the kind of file.
func typeLetter(mode uint32) byte {
	switch mode & unix.S_IFMT {
	case unix.S_IFDIR:
		return 'd'
	case unix.S_IFLNK:
		return 'l'
	case unix.S_IFCHR:
		return 'c'
	case unix.S_IFBLK:
		return 'b'
	case unix.S_IFIFO:
		return 'p'
	case unix.S_IFSOCK:
		return 's'
	}
	return '-'
}
