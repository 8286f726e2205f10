//go:build linux

package applet

import (
	"bufio"
	"io"
	"os"
)

// inputs calls f with each named file, opened for reading, or with standard
// input when none is named or the name is a dash. It closes them, says what
// cannot be opened or read, goes on, and returns the exit status.
func (c *call) inputs(names []string, f func(name string, r io.Reader) error) int {
	if len(names) == 0 {
		names = []string{"-"}
	}
	status := 0
	for _, name := range names {
		if err := c.input(name, f); err != nil {
			status = c.complain(name, err)
		}
	}
	return status
}

func (c *call) input(name string, f func(string, io.Reader) error) error {
	if name == "-" {
		return f(name, c.in)
	}
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	return f(name, file)
}

// eachLine calls f with each line without its newline, until f returns false.
// Lines may be of any length.
func eachLine(r io.Reader, f func(line string) bool) error {
	lines := bufio.NewReaderSize(r, 32<<10)
	for {
		line, err := lines.ReadString('\n')
		if n := len(line); n > 0 {
			if line[n-1] == '\n' {
				line = line[:n-1]
			}
			if !f(line) {
				return nil
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
