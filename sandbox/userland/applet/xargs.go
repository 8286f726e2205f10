//go:build linux

package applet

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// perCommand is how many arguments a command gets at most, unless told.
const perCommand = 5000

// xargs runs a command with what it reads as arguments. Exit status: 123 when
// a command failed, 126 and 127 when it could not be run.
func xargs(c *call) int {
	o, command, ok := c.options("+0rtn:I:")
	if !ok {
		return 1
	}
	if len(command) == 0 {
		command = []string{"echo"}
	}
	n, err := strconv.Atoi(o.value('n', strconv.Itoa(perCommand)))
	if err != nil || n < 1 {
		return c.fail(1, "invalid number '%s'", o.value('n', ""))
	}
	words, err := readWords(c.in, o.has('0'), o.has('I'))
	if err != nil {
		return c.fail(1, "%s", reason(err))
	}
	status := 0
	for _, args := range batches(command, words, n, o) {
		if o.has('t') {
			c.err.WriteString(strings.Join(args, " ") + "\n")
		}
		if s := c.start(args); s != 0 {
			status = s
		}
		if status > 123 {
			break
		}
	}
	return status
}

// batches are the command lines to run.
func batches(command, words []string, n int, o options) [][]string {
	var out [][]string
	if mark := o.value('I', ""); mark != "" {
		for _, word := range words {
			args := make([]string, len(command))
			for i, a := range command {
				args[i] = strings.ReplaceAll(a, mark, word)
			}
			out = append(out, args)
		}
		return out
	}
	for len(words) > 0 {
		m := min(n, len(words))
		out = append(out, append(append([]string(nil), command...), words[:m]...))
		words = words[m:]
	}
	if len(out) == 0 && !o.has('r') {
		out = append(out, command)
	}
	return out
}

// start runs one command line; its input is empty, as ours is being read.
func (c *call) start(args []string) int {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdout, cmd.Stderr = c.file, c.err
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return 123
	case errors.Is(err, os.ErrPermission):
		c.complain(args[0], err)
		return 126
	case errors.Is(err, exec.ErrNotFound):
		err = os.ErrNotExist
	}
	c.complain(args[0], err)
	return 127
}

// readWords splits the input at NUL bytes, at newlines, or at blanks outside of
// quotes.
func readWords(r io.Reader, nul, lines bool) ([]string, error) {
	b, err := io.ReadAll(bufio.NewReader(r))
	text := string(b)
	switch {
	case nul:
		return nonEmpty(strings.Split(text, "\x00"), ""), err
	case lines:
		return nonEmpty(strings.Split(text, "\n"), " \t"), err
	}
	words, ok := unquote(text)
	if !ok && err == nil {
		err = errors.New("unmatched quote")
	}
	return words, err
}

func nonEmpty(words []string, trim string) []string {
	var out []string
	for _, w := range words {
		if w = strings.TrimLeft(w, trim); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// unquote splits at blanks and newlines, and takes quotes and backslashes away.
func unquote(text string) (words []string, ok bool) {
	var word strings.Builder
	inWord := false
	quote := byte(0)
	for i := 0; i < len(text); i++ {
		ch := text[i]
		switch {
		case quote != 0 && ch == quote:
			quote = 0
		case quote != 0:
			word.WriteByte(ch)
		case ch == '\'' || ch == '"':
			quote, inWord = ch, true
		case ch == '\\' && i+1 < len(text):
			i++
			word.WriteByte(text[i])
			inWord = true
		case strings.IndexByte(" \t\n", ch) >= 0:
			if inWord {
				words = append(words, word.String())
				word.Reset()
			}
			inWord = false
		default:
			word.WriteByte(ch)
			inWord = true
		}
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, quote == 0
}
