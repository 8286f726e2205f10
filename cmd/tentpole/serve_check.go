package main

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func serveCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use: "check ADDRESS", Short: "Tell whether a server answers",
		Long: "Tell whether a server answers at HOST:PORT, by the first line that it says to whoever comes. It is for probes; nobody is logged in.",
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error { return checkServer(args[0]) },
	}
}

// checkServer reads the greeting of a server; RFC 4253, section 4.2.
func checkServer(address string) error {
	const enough = 4 * time.Second
	conn, err := net.DialTimeout("tcp", address, enough)
	if err != nil {
		return &exitError{exitFailed, err}
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(enough)); err != nil {
		return &exitError{exitFailed, err}
	}
	const longest = 255
	line, err := bufio.NewReaderSize(conn, longest).ReadSlice('\n')
	if err != nil || !strings.HasPrefix(string(line), "SSH-2.0-tentpole") {
		return &exitError{exitFailed, fmt.Errorf("%s says %q, which is no greeting of tentpole's", address, cleanLines(string(line)))}
	}
	return nil
}
