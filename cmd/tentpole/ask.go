package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// confirm puts a question and tells whether the answer is yes. No answer is no.
func confirm(c *cobra.Command, question string) bool {
	fmt.Fprint(c.ErrOrStderr(), question)
	switch strings.ToLower(strings.TrimSpace(readLine(c.InOrStdin()))) {
	case "yes", "y":
		return true
	}
	return false
}

// readLine reads one line and nothing beyond it: what follows may be answers to
// a lesson.
func readLine(in io.Reader) string {
	var line []byte
	for b := make([]byte, 1); len(line) < 1000; {
		n, err := in.Read(b)
		if n == 0 || err != nil || b[0] == '\n' {
			break
		}
		line = append(line, b[0])
	}
	return string(line)
}
