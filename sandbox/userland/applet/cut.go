//go:build linux

package applet

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// span is a range of fields or characters, counted from one, both ends in it.
type span struct{ from, to int }

// cut prints the chosen fields or characters of each line.
func cut(c *call) int {
	o, files, ok := c.options("f:c:b:d:s")
	if !ok {
		return 1
	}
	list, fields := o.value('f', ""), true
	if list == "" {
		list, fields = o.value('c', o.value('b', "")), false
	}
	spans, err := spansOf(list)
	if err != nil {
		return c.fail(1, "%v", err)
	}
	separator := o.value('d', "\t")
	return c.inputs(files, func(_ string, r io.Reader) error {
		return eachLine(r, func(line string) bool {
			switch {
			case !fields:
				fmt.Fprintln(c.out, strings.Join(chosen(strings.Split(line, ""), spans), ""))
			case strings.Contains(line, separator):
				fmt.Fprintln(c.out, strings.Join(chosen(strings.Split(line, separator), spans), separator))
			case !o.has('s'):
				fmt.Fprintln(c.out, line)
			}
			return true
		})
	})
}

// spansOf reads a list such as 1,3-5,7-.
func spansOf(list string) ([]span, error) {
	if list == "" {
		return nil, fmt.Errorf("expected a list of bytes, characters, or fields")
	}
	var out []span
	for part := range strings.SplitSeq(list, ",") {
		from, to, isRange := strings.Cut(part, "-")
		s := span{1, math.MaxInt}
		var err error
		if from != "" {
			s.from, err = strconv.Atoi(from)
		}
		if err == nil && to != "" {
			s.to, err = strconv.Atoi(to)
		}
		if !isRange {
			s.to = s.from
		}
		if err != nil || s.from < 1 || s.to < s.from || part == "-" {
			return nil, fmt.Errorf("invalid list '%s'", list)
		}
		out = append(out, s)
	}
	return out, nil
}

// chosen returns the parts that lie in a span, each once and in their order.
func chosen(parts []string, spans []span) []string {
	var out []string
	for i, part := range parts {
		for _, s := range spans {
			if i+1 >= s.from && i+1 <= s.to {
				out = append(out, part)
				break
			}
		}
	}
	return out
}
