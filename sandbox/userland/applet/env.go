//go:build linux

package applet

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
)

// env prints the environment, or becomes a command in a changed one.
func env(c *call) int {
	o, words, ok := c.options("+iu:")
	if !ok {
		return 125
	}
	vars := os.Environ()
	if o.has('i') {
		vars = nil
	}
	for _, name := range o['u'] {
		vars = slices.DeleteFunc(vars, func(v string) bool { return strings.HasPrefix(v, name+"=") })
	}
	for len(words) > 0 && strings.Contains(words[0], "=") {
		name, _, _ := strings.Cut(words[0], "=")
		vars = slices.DeleteFunc(vars, func(v string) bool { return strings.HasPrefix(v, name+"=") })
		vars = append(vars, words[0])
		words = words[1:]
	}
	if len(words) == 0 {
		for _, v := range vars {
			fmt.Fprintln(c.out, v)
		}
		return 0
	}
	return c.become(words, vars)
}

// become replaces this process by a command; execve(2).
func (c *call) become(words, vars []string) int {
	file, err := exec.LookPath(words[0])
	if err == nil {
		err = syscall.Exec(file, words, vars)
	}
	if errors.Is(err, exec.ErrNotFound) {
		err = os.ErrNotExist
	}
	status := 126
	if errors.Is(err, os.ErrNotExist) {
		status = 127
	}
	c.complain(words[0], err)
	return status
}

// which prints where commands lie.
func which(c *call) int {
	_, names, ok := c.options("a")
	if !ok {
		return 1
	}
	status := 0
	for _, name := range names {
		file, err := exec.LookPath(name)
		if err != nil {
			status = 1
			continue
		}
		fmt.Fprintln(c.out, c.shown(c.file, file))
	}
	return status
}
