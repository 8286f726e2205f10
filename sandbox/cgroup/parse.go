package cgroup

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ParseError is a word for a limit that cannot be taken.
type ParseError struct {
	What string // "memory limit"
	Word string // what was given
	Why  string // what is wrong with it, or how it is written
}

func (e *ParseError) Error() string { return fmt.Sprintf("%s %q: %s", e.What, e.Word, e.Why) }

const (
	mostBytes = 1 << 62 // the kernel counts in pages: above this it says "unlimited"
	mostCPUs  = 1 << 13 // NR_CPUS of the largest configuration
	mostPIDs  = 1 << 22 // PID_MAX_LIMIT on 64 bits

	whyBytes  = "write a size as 64M, 1.5G or 64MiB (powers of 1024), or in bytes"
	whyNone   = "must be more than nothing; leave it out for no limit"
	whyCPUs   = "write how many CPUs, from 0.01 to 8192: 0.5 is half of one"
	whyPIDs   = "write how many processes there may be, from 1 to 4194304"
	whyDevice = "write a disk by its numbers, MAJOR:MINOR, as in /proc/partitions: 254:0"
	whyIO     = "write DEVICE and at least one of rbps= wbps= (bytes per second) riops= wiops=, as in \"254:0 wbps=1M riops=100\""
)

// ParseBytes reads a size in bytes: "64M", "64m", "64MB", "64MiB" and
// "67108864" are the same, as with Docker; "1.5G" is allowed. The error, a
// *ParseError, calls it what.
func ParseBytes(what, word string) (int64, error) {
	number, unit := cutUnit(word)
	n, err := parseNumber(number)
	switch size := n * unit; {
	case err != nil:
		return 0, &ParseError{What: what, Word: word, Why: whyBytes}
	case size < 1:
		return 0, &ParseError{What: what, Word: word, Why: whyNone}
	case size > mostBytes:
		return 0, &ParseError{What: what, Word: word, Why: "is more than any machine has"}
	default:
		return int64(size), nil
	}
}

// cutUnit takes K, M, G, T, P or E off the end, alone or with B or iB behind.
func cutUnit(word string) (number string, unit float64) {
	upper := strings.ToUpper(word)
	for i, u := range []string{"", "K", "M", "G", "T", "P", "E"} {
		for _, ending := range []string{"IB", "B", ""} {
			if number, ok := strings.CutSuffix(upper, u+ending); ok && u+ending != "" && (u != "" || ending == "B") && digitAtEnd(number) {
				return number, math.Pow(1024, float64(i))
			}
		}
	}
	return word, 1
}

func digitAtEnd(s string) bool {
	return s != "" && s[len(s)-1] >= '0' && s[len(s)-1] <= '9'
}

// parseNumber reads a plain decimal number: strconv alone would take "1e3",
// "0x1p2", "1_000" and "Inf" as well.
func parseNumber(word string) (float64, error) {
	if strings.Trim(word, "0123456789.") != "" {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(word, 64)
}

// ParseCPUs reads how many CPUs: "0.5", "2". The error is a *ParseError.
func ParseCPUs(word string) (float64, error) {
	n, err := parseNumber(word)
	if err != nil || n < leastCPUs || n > mostCPUs {
		return 0, &ParseError{What: "CPU limit", Word: word, Why: whyCPUs}
	}
	return n, nil
}

// ParsePIDs reads how many processes: "32". The error is a *ParseError.
func ParsePIDs(word string) (int64, error) {
	n, err := strconv.ParseUint(word, 10, 63)
	if err != nil || n < 1 || n > mostPIDs {
		return 0, &ParseError{What: "pids limit", Word: word, Why: whyPIDs}
	}
	return int64(n), nil
}

// ParseIO reads limits of a device in the words of io.max, sizes as ParseBytes
// takes them: "254:0 rbps=1M wbps=1M riops=100 wiops=100". The error is a
// *ParseError.
func ParseIO(text string) (IOLimit, error) {
	wrong := &ParseError{What: "io limit", Word: text, Why: whyIO}
	words := strings.Fields(text)
	if len(words) < 2 {
		return IOLimit{}, wrong
	}
	limit := IOLimit{Device: words[0]}
	if !isDevice(limit.Device) {
		return IOLimit{}, &ParseError{What: "io limit", Word: text, Why: whyDevice}
	}
	for _, word := range words[1:] {
		name, value, _ := strings.Cut(word, "=")
		field := limit.field(name)
		if field == nil || *field != 0 {
			return IOLimit{}, wrong
		}
		n, err := ParseBytes("io limit", value)
		if err != nil {
			return IOLimit{}, err
		}
		*field = n
	}
	return limit, nil
}

// field finds a limit by its word in io.max.
func (l *IOLimit) field(name string) *int64 {
	switch name {
	case "rbps":
		return &l.ReadBPS
	case "wbps":
		return &l.WriteBPS
	case "riops":
		return &l.ReadIOPS
	case "wiops":
		return &l.WriteIOPS
	}
	return nil
}

// isDevice tells whether a word is MAJOR:MINOR; the kernel has 12 and 20 bits
// for them.
func isDevice(word string) bool {
	major, minor, ok := strings.Cut(word, ":")
	_, err1 := strconv.ParseUint(major, 10, 12)
	_, err2 := strconv.ParseUint(minor, 10, 20)
	return ok && err1 == nil && err2 == nil
}
