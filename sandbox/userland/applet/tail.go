//go:build linux

package applet

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// tail prints the last lines of files; with -f it goes on with what is added.
func tail(c *call) int {
	c.args = dashNumber(c.args)
	o, files, ok := c.options("n:c:fq")
	if !ok {
		return 1
	}
	n, unit, err := amount(o)
	if err != nil {
		return c.fail(1, "%v", err)
	}
	title := titles(c, files)
	print := c.lastLines
	switch {
	case strings.HasPrefix(o.value(unit, ""), "+"):
		print = func(r io.Reader, n int64) error { return c.fromHere(r, n, unit) }
	case unit == 'c':
		print = c.lastBytes
	}
	read := int64(0) // of the last file
	status := c.inputs(files, func(name string, r io.Reader) error {
		title(name)
		err := print(r, n)
		if f, ok := r.(io.Seeker); ok {
			read, _ = f.Seek(0, io.SeekCurrent)
		}
		return err
	})
	if o.has('f') && len(files) > 0 && status == 0 {
		c.out.Flush()
		return c.follow(files[len(files)-1], read)
	}
	return status
}

// fromHere prints all from the n-th line or byte on.
func (c *call) fromHere(r io.Reader, n int64, unit byte) error {
	n = max(n, 1)
	if unit == 'c' {
		if _, err := io.CopyN(io.Discard, r, n-1); err != nil {
			return nil // shorter than that
		}
		_, err := io.Copy(c.out, r)
		return err
	}
	at := int64(0)
	return eachLine(r, func(line string) bool {
		if at++; at >= n {
			fmt.Fprintln(c.out, line)
		}
		return true
	})
}

// lastLines keeps no more than the n lines it will print.
func (c *call) lastLines(r io.Reader, n int64) error {
	var kept []string
	err := eachLine(r, func(line string) bool {
		kept = append(kept, line)
		if int64(len(kept)) > n {
			kept = kept[1:]
		}
		return true
	})
	for _, line := range kept {
		fmt.Fprintln(c.out, line)
	}
	return err
}

func (c *call) lastBytes(r io.Reader, n int64) error {
	var kept []byte
	buf := make([]byte, 32<<10)
	for {
		m, err := r.Read(buf)
		kept = append(kept, buf[:m]...)
		if extra := int64(len(kept)) - n; extra > 0 {
			kept = append(kept[:0], kept[extra:]...)
		}
		if err != nil {
			c.out.Write(kept)
			if err == io.EOF {
				err = nil
			}
			return err
		}
	}
}

// follow prints what is added to a file until it is interrupted. It looks five
// times a second, as inotify(7) would not see another sandbox's writes through
// an overlay.
func (c *call) follow(name string, from int64) int {
	f, err := os.Open(name)
	if err != nil {
		return c.complain(name, err)
	}
	defer f.Close()
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return c.complain(name, err)
	}
	for {
		if err := c.pour(f); err != nil {
			return c.complain(name, err)
		}
		time.Sleep(200 * time.Millisecond)
		at, _ := f.Seek(0, io.SeekCurrent)
		if info, err := f.Stat(); err == nil && info.Size() < at {
			f.Seek(0, io.SeekStart) // it was cut short
		}
	}
}
