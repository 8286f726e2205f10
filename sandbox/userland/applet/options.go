//go:build linux

package applet

import (
	"strconv"
	"strings"
)

// options are the options of a call and their values; one that was given has at
// least an empty value.
type options map[byte][]string

func (o options) has(option byte) bool { return len(o[option]) > 0 }

// value is what was given last with the option, or otherwise.
func (o options) value(option byte, otherwise string) string {
	if v := o[option]; len(v) > 0 {
		return v[len(v)-1]
	}
	return otherwise
}

// long are the long spellings that people use; each means an option's letter.
var long = map[string]map[string]byte{
	"chmod": {"recursive": 'R'},
	"chown": {"recursive": 'R'},
	"cp":    {"recursive": 'r', "archive": 'a', "force": 'f', "verbose": 'v'},
	"df":    {"human-readable": 'h'},
	"du":    {"human-readable": 'h', "summarize": 's'},
	"env":   {"ignore-environment": 'i', "unset": 'u'},
	"grep":  {"ignore-case": 'i', "invert-match": 'v', "line-number": 'n', "count": 'c', "quiet": 'q', "recursive": 'r', "fixed-strings": 'F', "extended-regexp": 'E'},
	"head":  {"lines": 'n', "bytes": 'c'},
	"ls":    {"all": 'a', "almost-all": 'A', "inode": 'i', "human-readable": 'h', "recursive": 'R', "directory": 'd', "reverse": 'r', "numeric-uid-gid": 'n'},
	"mkdir": {"parents": 'p', "mode": 'm', "verbose": 'v'},
	"mount": {"bind": 'B', "rbind": 'Q', "types": 't', "options": 'o'},
	"rm":    {"recursive": 'r', "force": 'f', "verbose": 'v', "no-preserve-root": 'N'},
	"sort":  {"reverse": 'r', "unique": 'u', "numeric-sort": 'n', "key": 'k'},
	"stat":  {"format": 'c', "dereference": 'L'},
	"tail":  {"lines": 'n', "bytes": 'c', "follow": 'f'},
	"uname": {"all": 'a'},
	"wc":    {"lines": 'l', "words": 'w', "bytes": 'c'},
	"xargs": {"null": '0', "no-run-if-empty": 'r'},
}

// options reads the call's options as getopt(3) does. A colon after a letter
// says that it takes a value; a leading plus stops at the first operand, for
// commands that run others. The rest are the operands. When something is wrong,
// it has been said and ok is false.
func (c *call) options(letters string) (o options, operands []string, ok bool) {
	o = options{}
	inOrder := strings.HasPrefix(letters, "+")
	args := c.args
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		switch {
		case arg == "--":
			return o, append(operands, args...), true
		case strings.HasPrefix(arg, "--"):
			args, ok = c.long(o, letters, arg[2:], args)
		case len(arg) > 1 && arg[0] == '-':
			args, ok = c.cluster(o, letters, arg[1:], args)
		case inOrder:
			return o, append([]string{arg}, args...), true
		default:
			operands, ok = append(operands, arg), true
		}
		if !ok {
			c.usage()
			return nil, nil, false
		}
	}
	return o, operands, true
}

// long reads --name, --name=value or --name value.
func (c *call) long(o options, letters, arg string, rest []string) ([]string, bool) {
	name, value, given := strings.Cut(arg, "=")
	letter, known := long[c.name][name]
	if !known {
		c.fail(1, "unrecognized option '--%s'", name)
		return rest, false
	}
	if takesValue(letters, letter) && !given {
		if len(rest) == 0 {
			c.fail(1, "option '--%s' requires an argument", name)
			return rest, false
		}
		value, rest = rest[0], rest[1:]
	}
	o[letter] = append(o[letter], value)
	return rest, true
}

// cluster reads -abc, where the last may have its value with it or after it.
func (c *call) cluster(o options, letters, arg string, rest []string) ([]string, bool) {
	for i := 0; i < len(arg); i++ {
		letter := arg[i]
		if letter == ':' || letter == '+' || strings.IndexByte(letters, letter) < 0 {
			c.fail(1, "invalid option -- '%c'", letter)
			return rest, false
		}
		if !takesValue(letters, letter) {
			o[letter] = append(o[letter], "")
			continue
		}
		value := arg[i+1:]
		if value == "" {
			if len(rest) == 0 {
				c.fail(1, "option requires an argument -- '%c'", letter)
				return rest, false
			}
			value, rest = rest[0], rest[1:]
		}
		o[letter] = append(o[letter], value)
		break
	}
	return rest, true
}

func takesValue(letters string, letter byte) bool {
	i := strings.IndexByte(letters, letter)
	return i >= 0 && strings.HasPrefix(letters[i+1:], ":")
}

// dashNumber turns the old spelling -5 into -n 5.
func dashNumber(args []string) []string {
	out := make([]string, 0, len(args))
	for _, a := range args {
		if n, ok := strings.CutPrefix(a, "-"); ok {
			if _, err := strconv.ParseUint(n, 10, 32); err == nil {
				a = "-n" + n
			}
		}
		out = append(out, a)
	}
	return out
}
