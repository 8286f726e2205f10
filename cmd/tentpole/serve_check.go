package main

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/sandbox"
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
		return noServer(address, err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(enough)); err != nil {
		return noServer(address, err)
	}
	const longest = 255
	line, err := bufio.NewReaderSize(conn, longest).ReadSlice('\n')
	if err != nil || !strings.HasPrefix(string(line), "SSH-2.0-tentpole") {
		return noServer(address, fmt.Errorf("it says %q, which is no greeting of tentpole's", cleanLines(string(line))))
	}
	return nil
}

func noServer(address string, err error) error {
	return &sandbox.Error{Op: "find a server at", Target: address, Err: err, Remedy: "start one there with `tentpole serve`; it shows its port, which is 2222 without --listen"}
}
