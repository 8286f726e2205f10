//go:build linux

package applet

import (
	"fmt"
	"io"
)

// counts are what wc counts, in the order it prints them.
type counts struct{ lines, words, bytes int }

// wc counts lines, words and bytes.
func wc(c *call) int {
	o, files, ok := c.options("lwcm")
	if !ok {
		return 1
	}
	o['c'] = append(o['c'], o['m']...)
	if !o.has('l') && !o.has('w') && !o.has('c') {
		o['l'], o['w'], o['c'] = []string{""}, []string{""}, []string{""}
	}
	var total counts
	status := c.inputs(files, func(name string, r io.Reader) error {
		n, err := count(r)
		if err != nil {
			return err
		}
		total.lines, total.words, total.bytes = total.lines+n.lines, total.words+n.words, total.bytes+n.bytes
		c.row(o, n, name, len(files))
		return nil
	})
	if len(files) > 1 {
		c.row(o, total, "total", len(files))
	}
	return status
}

func count(r io.Reader) (n counts, err error) {
	inWord := false
	buf := make([]byte, 32<<10)
	for {
		m, err := r.Read(buf)
		n.bytes += m
		for _, b := range buf[:m] {
			blank := b == ' ' || b >= '\t' && b <= '\r'
			if b == '\n' {
				n.lines++
			}
			if !blank && !inWord {
				n.words++
			}
			inWord = !blank
		}
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// row prints one line: a single count from a single file stands alone.
func (c *call) row(o options, n counts, name string, files int) {
	var columns []int
	for _, k := range []struct {
		option byte
		n      int
	}{{'l', n.lines}, {'w', n.words}, {'c', n.bytes}} {
		if o.has(k.option) {
			columns = append(columns, k.n)
		}
	}
	format := "%d"
	if len(columns) > 1 {
		format = "%9d"
	}
	for i, n := range columns {
		if i > 0 {
			c.out.WriteByte(' ')
		}
		fmt.Fprintf(c.out, format, n)
	}
	if files > 0 {
		c.out.WriteString(" " + c.shown(c.file, name))
	}
	c.out.WriteByte('\n')
}
