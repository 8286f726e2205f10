//go:build linux

package applet

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// sortLines sorts the lines of all files together, by bytes.
func sortLines(c *call) int {
	o, files, ok := c.options("rnuk:t:")
	if !ok {
		return 2
	}
	key, err := strconv.Atoi(strings.FieldsFunc(o.value('k', "0")+" ", func(r rune) bool { return strings.ContainsRune(".,nr ", r) })[0])
	if err != nil || key < 0 {
		return c.fail(2, "bad field specification '%s'", o.value('k', ""))
	}
	numbers := o.has('n') || strings.Contains(o.value('k', ""), "n")
	order := func(a, b string) int {
		a, b = field(a, key, o.value('t', "")), field(b, key, o.value('t', ""))
		if numbers {
			return cmp.Compare(leadingNumber(a), leadingNumber(b))
		}
		return cmp.Compare(a, b)
	}
	var lines []string
	status := c.inputs(files, func(_ string, r io.Reader) error {
		return eachLine(r, func(line string) bool { lines = append(lines, line); return true })
	})
	if status != 0 {
		return 2
	}
	whole := func(a, b string) int {
		if n := order(a, b); n != 0 || o.has('u') {
			return n
		}
		return cmp.Compare(a, b)
	}
	slices.SortStableFunc(lines, func(a, b string) int {
		if o.has('r') || strings.Contains(o.value('k', ""), "r") {
			a, b = b, a
		}
		return whole(a, b)
	})
	if o.has('u') {
		lines = slices.CompactFunc(lines, func(a, b string) bool { return order(a, b) == 0 })
	}
	for _, line := range lines {
		fmt.Fprintln(c.out, line)
	}
	return 0
}

// field returns the line from its n-th field on, counted from one; 0 is all.
func field(line string, n int, separator string) string {
	if n == 0 {
		return line
	}
	if separator != "" {
		parts := strings.SplitN(line, separator, n)
		if len(parts) < n {
			return ""
		}
		return parts[n-1]
	}
	for range n - 1 {
		line = strings.TrimLeft(line, " \t")
		i := strings.IndexAny(line, " \t")
		if i < 0 {
			return ""
		}
		line = line[i:]
	}
	return line
}

// leadingNumber is the number a line begins with, 0 when there is none.
func leadingNumber(s string) float64 {
	s = strings.TrimLeft(s, " \t")
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == '.' || end == 0 && s[end] == '-') {
		end++
	}
	f, _ := strconv.ParseFloat(s[:end], 64)
	return f
}
