//go:build linux

package applet

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"golang.org/x/term"

	"github.com/tentpole-labs/tentpole/sandbox/userland/internal/manual"
	"github.com/tentpole-labs/tentpole/sandbox/userland/internal/printable"
	"github.com/tentpole-labs/tentpole/sandbox/userland/shell"
)

// call is one call of a command: its arguments and its three streams.
type call struct {
	name  string
	args  []string // without the name
	login bool     // started as a login shell is, by a name that begins with a dash
	in    *os.File
	out   *bufio.Writer // flushed when the command returns
	file  *os.File      // what out writes to
	err   *os.File
}

// Main runs the command that args[0] names and returns its exit status.
func Main(args []string) int {
	if len(args) > 1 && base(args[0]) == manual.Program {
		args = args[1:]
	}
	c := &call{name: base(args[0]), args: args[1:], login: strings.HasPrefix(args[0], "-"), in: os.Stdin, file: os.Stdout, err: os.Stderr}
	c.out = bufio.NewWriterSize(c.file, 32<<10)
	shell.ForgetSettings()
	run, ok := table[c.name]
	if !ok {
		return c.fail(127, "no such command; `help` lists them")
	}
	if len(c.args) == 1 && c.args[0] == "--help" && !literal[c.name] {
		return c.help()
	}
	status := run(c)
	if err := c.out.Flush(); err != nil {
		c.complain("write error", err)
		status = max(status, 1)
	}
	return status
}

// Has tells whether a program started under that name is a command.
func Has(name string) bool {
	_, ok := table[base(name)]
	return ok || base(name) == manual.Program
}

// literal are the commands to which --help is a word like any other.
var literal = map[string]bool{"echo": true, "printf": true, "test": true, "[": true, "true": true, "false": true, "sh": true, "yes": true}

// base is a command's name without the directory, and without the dash that
// marks a login shell.
func base(name string) string {
	return strings.TrimPrefix(name[strings.LastIndexByte(name, '/')+1:], "-")
}

func (c *call) help() int {
	m, _ := manual.Find(c.name)
	fmt.Fprintf(c.out, "Usage: %s %s\n\n%s\n", m.Name, m.Usage, m.What)
	c.out.Flush()
	return 0
}

// usage says how the command is called; it returns the exit status 1.
func (c *call) usage() int {
	m, _ := manual.Find(c.name)
	fmt.Fprintf(c.err, "Usage: %s %s\n", m.Name, m.Usage)
	return 1
}

// fail prints one line on standard error and returns the status.
func (c *call) fail(status int, format string, args ...any) int {
	c.out.Flush()
	fmt.Fprintf(c.err, "%s: %s\n", c.name, c.shown(c.err, fmt.Sprintf(format, args...)))
	return status
}

// complain prints `NAME: subject: why` and returns the exit status 1.
func (c *call) complain(subject string, err error) int {
	return c.fail(1, "%s: %s", subject, reason(err))
}

// reason is the kernel's answer in an error, as strerror(3) words it, or the
// error's own words.
func reason(err error) string {
	var errno syscall.Errno
	switch {
	case err == nil:
		return "Success"
	case errors.As(err, &errno):
		return capital(errno.Error())
	case errors.Is(err, fs.ErrNotExist):
		return capital(syscall.ENOENT.Error())
	}
	return err.Error()
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// shown is s as it may be written to f: on a terminal what would act becomes a
// question mark.
func (c *call) shown(f *os.File, s string) string {
	if !term.IsTerminal(int(f.Fd())) {
		return s
	}
	return printable.Text(s)
}
