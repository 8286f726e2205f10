package main

import (
	"fmt"
	"os"
	"strings"
)

// console is the serial line.
const console = "/dev/ttyS0"

// interactive opens a shell on the console, and says how to run the tests by
// hand.
func interactive() error {
	a, err := readAgenda()
	if err != nil {
		return err
	}
	line, err := os.OpenFile(console, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer line.Close()
	fmt.Fprintf(line, "%s\nThe machine ends with this shell. The tests:\n", describe())
	for _, run := range a.Runs {
		if run.User == a.Shell {
			fmt.Fprintf(line, "  (cd %s && TENTPOLE_MUST=1 %s %s -test.v)\n", run.Dir, strings.Join(run.Env, " "), run.Args[0])
		}
	}
	return shell(a.Shell, line)
}

func shell(user string, line *os.File) error {
	who := accounts[user]
	if err := who.logIn(); err != nil {
		return err
	}
	if err := line.Chown(int(who.id), 5); err != nil {
		return err
	}
	cmd, scope, err := who.command(user, []string{"/bin/bash", "-l"})
	if err != nil {
		return err
	}
	defer scope.Close()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = line, line, line
	cmd.SysProcAttr.Setctty = true
	_ = cmd.Run() // its status is nobody's business
	return nil
}
