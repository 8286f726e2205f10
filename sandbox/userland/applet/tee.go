//go:build linux

package applet

import (
	"io"
	"os"
)

// tee copies its input to its output and to files.
func tee(c *call) int {
	o, names, ok := c.options("ai")
	if !ok {
		return 1
	}
	mode := os.O_TRUNC
	if o.has('a') {
		mode = os.O_APPEND
	}
	status := 0
	writers := []io.Writer{c.file}
	for _, name := range names {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|mode, 0o666)
		if err != nil {
			status = c.complain(name, err)
			continue
		}
		defer f.Close()
		writers = append(writers, f)
	}
	if _, err := io.Copy(io.MultiWriter(writers...), c.in); err != nil {
		status = c.complain("write error", err)
	}
	return status
}
