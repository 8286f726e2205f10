//go:build linux

package applet

import (
	"crypto/sha256"
	"fmt"
	"io"
)

// sha256sum prints the SHA-256 digests of files.
func sha256sum(c *call) int {
	_, files, ok := c.options("b")
	if !ok {
		return 1
	}
	return c.inputs(files, func(name string, r io.Reader) error {
		h := sha256.New()
		if _, err := io.Copy(h, r); err != nil {
			return err
		}
		fmt.Fprintf(c.out, "%x  %s\n", h.Sum(nil), c.shown(c.file, name))
		return nil
	})
}
