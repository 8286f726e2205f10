//go:build linux

package applet

import (
	"bufio"
	"io"
	"strings"
)

// classes are the named sets of tr, in ASCII.
var classes = map[string]string{
	"[:upper:]": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	"[:lower:]": "abcdefghijklmnopqrstuvwxyz",
	"[:digit:]": "0123456789",
	"[:alpha:]": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
	"[:alnum:]": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
	"[:space:]": " \t\n\v\f\r",
	"[:blank:]": " \t",
	"[:punct:]": "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
}

var backslashes = map[byte]byte{'n': '\n', 't': '\t', 'r': '\r', '\\': '\\', 'a': 7, 'b': 8, 'f': 12, 'v': 11, '0': 0}

// tr replaces, deletes (-d) or squeezes (-s) bytes.
func tr(c *call) int {
	o, sets, ok := c.options("+cCds")
	if !ok {
		return 1
	}
	squeezeOnly := len(sets) == 1 && o.has('s')
	if len(sets) == 0 || len(sets) > 2 || len(sets) == 1 && !o.has('d') && !squeezeOnly {
		return c.usage()
	}
	from := byteSet(sets[0])
	if o.has('c') || o.has('C') {
		from = complement(from)
	}
	to := from
	if len(sets) == 2 {
		to = byteSet(sets[1])
	}
	return c.translate(translation(from, to, o.has('d')), inSet(to), o.has('s'))
}

// translation says for each byte what becomes of it; -1 deletes it.
func translation(from, to []byte, remove bool) [256]int {
	var t [256]int
	for i := range t {
		t[i] = i
	}
	for i, b := range from {
		switch {
		case remove:
			t[b] = -1
		case len(to) > 0:
			t[b] = int(to[min(i, len(to)-1)])
		}
	}
	return t
}

func (c *call) translate(t [256]int, squeezed [256]bool, squeeze bool) int {
	in := bufio.NewReader(c.in)
	last := -1
	for {
		b, err := in.ReadByte()
		if err == io.EOF {
			return 0
		}
		if err != nil {
			return c.complain("-", err)
		}
		n := t[b]
		if n < 0 || squeeze && n == last && squeezed[n] {
			continue
		}
		last = n
		c.out.WriteByte(byte(n))
	}
}

// byteSet reads a set: characters, ranges, backslashes and classes.
func byteSet(s string) []byte {
	var out []byte
	for s != "" {
		if end := strings.Index(s, ":]"); strings.HasPrefix(s, "[:") && end > 0 {
			if class, ok := classes[s[:end+2]]; ok {
				out, s = append(out, class...), s[end+2:]
				continue
			}
		}
		first, rest := oneByte(s)
		if len(rest) > 1 && rest[0] == '-' {
			last, after := oneByte(rest[1:])
			for b := int(first); b <= int(last); b++ {
				out = append(out, byte(b))
			}
			s = after
			continue
		}
		out, s = append(out, first), rest
	}
	return out
}

func oneByte(s string) (b byte, rest string) {
	if len(s) > 1 && s[0] == '\\' {
		if b, ok := backslashes[s[1]]; ok {
			return b, s[2:]
		}
		return s[1], s[2:]
	}
	return s[0], s[1:]
}

func inSet(set []byte) (in [256]bool) {
	for _, b := range set {
		in[b] = true
	}
	return in
}

func complement(set []byte) []byte {
	in := inSet(set)
	var out []byte
	for b := range 256 {
		if !in[b] {
			out = append(out, byte(b))
		}
	}
	return out
}
