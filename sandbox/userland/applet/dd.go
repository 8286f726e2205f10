//go:build linux

package applet

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// suffixes multiply the numbers that people give.
var suffixes = map[string]int64{"": 1, "b": 512, "k": 1 << 10, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "KB": 1000, "MB": 1000 * 1000}

// bytesOf reads 512, 4k, 1M.
func bytesOf(text string) (int64, bool) {
	digits := strings.TrimRight(text, "bkKMGB")
	n, err := strconv.ParseInt(digits, 10, 64)
	unit, ok := suffixes[text[len(digits):]]
	if err != nil || !ok || n < 0 || n > (1<<62)/unit {
		return 0, false
	}
	return n * unit, true
}

// dd copies blocks from one file to another.
func dd(c *call) int {
	words := map[string]string{"bs": "512"}
	for _, a := range c.args {
		name, value, ok := strings.Cut(a, "=")
		if !ok || !strings.Contains(" if of bs count seek skip conv status ", " "+name+" ") {
			c.fail(1, "unrecognized operand '%s'", a)
			return c.usage()
		}
		words[name] = value
	}
	numbers := map[string]int64{"count": -1}
	for _, name := range []string{"bs", "count", "seek", "skip"} {
		if text := words[name]; text != "" {
			n, ok := bytesOf(text)
			if !ok {
				return c.fail(1, "invalid number: '%s'", text)
			}
			numbers[name] = n
		}
	}
	if numbers["bs"] < 1 || numbers["bs"] > 64<<20 {
		return c.fail(1, "invalid number: '%s'", words["bs"])
	}
	in, out, err := c.ddFiles(words, numbers)
	if err != nil {
		return c.fail(1, "failed to open %s", subjectAndReason("", err))
	}
	defer in.Close()
	return c.blocks(in, out, numbers, words)
}

// ddFiles opens both files and moves to where they are read and written.
func (c *call) ddFiles(words map[string]string, numbers map[string]int64) (in, out *os.File, err error) {
	in, out = c.in, c.file
	if name := words["if"]; name != "" {
		if in, err = os.Open(name); err != nil {
			return nil, nil, err
		}
	}
	if name := words["of"]; name != "" {
		mode := os.O_WRONLY | os.O_CREATE
		if numbers["seek"] == 0 && words["conv"] != "notrunc" {
			mode |= os.O_TRUNC
		}
		if out, err = os.OpenFile(name, mode, 0o666); err != nil {
			return nil, nil, err
		}
	}
	if n := numbers["skip"] * numbers["bs"]; n > 0 {
		if _, err := in.Seek(n, io.SeekStart); err != nil {
			io.CopyN(io.Discard, in, n)
		}
	}
	if n := numbers["seek"] * numbers["bs"]; n > 0 {
		if _, err := out.Seek(n, io.SeekStart); err != nil {
			return nil, nil, err
		}
	}
	return in, out, nil
}

func (c *call) blocks(in, out *os.File, numbers map[string]int64, words map[string]string) int {
	var whole, part, written int64
	begin := time.Now()
	buf := make([]byte, numbers["bs"])
	status := 0
	for whole+part != numbers["count"] {
		n, err := in.Read(buf)
		if n > 0 {
			if _, err := out.Write(buf[:n]); err != nil {
				status = c.fail(1, "error writing '%s': %s", out.Name(), reason(err))
				break
			}
			written += int64(n)
			if n == len(buf) {
				whole++
			} else {
				part++
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			status = c.fail(1, "error reading '%s': %s", in.Name(), reason(err))
			break
		}
	}
	if out != c.file {
		if err := out.Close(); err != nil && status == 0 {
			status = c.complain(out.Name(), err)
		}
	}
	if words["status"] != "none" {
		counts := fmt.Sprintf("%d+%d records", whole, part)
		seconds := max(time.Since(begin).Seconds(), 1e-9)
		fmt.Fprintf(c.err, "%s in\n%s out\n%d bytes (%sB) copied, %f seconds, %sB/s\n",
			counts, counts, written, human(uint64(written)), seconds, human(uint64(float64(written)/seconds)))
	}
	return status
}
