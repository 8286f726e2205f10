//go:build linux

package applet

import (
	"fmt"
	"strconv"
	"strings"
)

// seq prints the numbers from FIRST to LAST.
func seq(c *call) int {
	numbers, o, ok := c.seqArguments()
	if !ok || len(numbers) == 0 || len(numbers) > 3 {
		return c.usage()
	}
	bounds := [3]float64{1, 1, 0} // first, step, last
	digits := 0
	for i, text := range numbers {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return c.fail(1, "invalid floating point argument: '%s'", text)
		}
		if _, fraction, ok := strings.Cut(text, "."); ok && i < max(len(numbers)-1, 1) {
			digits = max(digits, len(fraction))
		}
		bounds[seqPlace[len(numbers)][i]] = n
	}
	if bounds[1] == 0 {
		return c.fail(1, "invalid Zero increment value: '%s'", numbers[1])
	}
	c.count(bounds, digits, o)
	return 0
}

// seqPlace says which of first, step and last each operand is.
var seqPlace = map[int][]int{1: {2}, 2: {0, 2}, 3: {0, 1, 2}}

// seqArguments keeps a negative number from being taken for an option.
func (c *call) seqArguments() (numbers []string, o options, ok bool) {
	o = options{}
	args := c.args
	for len(args) > 0 {
		switch {
		case args[0] == "-w":
			o['w'] = []string{""}
		case args[0] == "-s" && len(args) > 1:
			o['s'] = []string{args[1]}
			args = args[1:]
		case strings.HasPrefix(args[0], "-s") && len(args[0]) > 2:
			o['s'] = []string{args[0][2:]}
		case len(args[0]) > 1 && args[0][0] == '-' && strings.IndexByte("0123456789.", args[0][1]) < 0:
			c.fail(1, "invalid option -- '%c'", args[0][1])
			return nil, nil, false
		default:
			numbers = append(numbers, args[0])
		}
		args = args[1:]
	}
	return numbers, o, true
}

func (c *call) count(bounds [3]float64, digits int, o options) {
	first, step, last := bounds[0], bounds[1], bounds[2]
	width := 0
	if o.has('w') {
		width = max(len(strconv.FormatFloat(first, 'f', digits, 64)), len(strconv.FormatFloat(last, 'f', digits, 64)))
	}
	separator := o.value('s', "\n")
	printed := false
	for i := 0; ; i++ {
		n := first + float64(i)*step
		if step > 0 && n > last+step*1e-10 || step < 0 && n < last+step*1e-10 {
			break
		}
		if printed {
			c.out.WriteString(separator)
		}
		fmt.Fprintf(c.out, "%0*.*f", width, digits, n)
		printed = true
	}
	if printed {
		c.out.WriteByte('\n')
	}
}
