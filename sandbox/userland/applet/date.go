//go:build linux

package applet

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// date prints the time. It cannot set it: the clock is the machine's, also
// inside a time namespace, where only the monotonic clock is shifted.
func date(c *call) int {
	o, words, ok := c.options("ud:R")
	if !ok {
		return 1
	}
	at := time.Now()
	if o.has('d') {
		if at, ok = timeOf(o.value('d', "")); !ok {
			return c.fail(1, "invalid date '%s'", o.value('d', ""))
		}
	}
	if o.has('u') {
		at = at.UTC()
	}
	format := "%a %b %e %H:%M:%S %Z %Y"
	switch {
	case o.has('R'):
		format = "%a, %d %b %Y %H:%M:%S %z"
	case len(words) == 1 && strings.HasPrefix(words[0], "+"):
		format = words[0][1:]
	case len(words) > 0:
		return c.fail(1, "invalid date '%s'", words[0])
	}
	fmt.Fprintln(c.out, strftime(format, at))
	return 0
}

// timeOf reads @SECONDS and the common spellings.
func timeOf(text string) (time.Time, bool) {
	if seconds, ok := strings.CutPrefix(text, "@"); ok {
		n, err := strconv.ParseInt(seconds, 10, 64)
		return time.Unix(n, 0), err == nil
	}
	for _, layout := range []string{time.RFC3339, time.DateTime, "2006-01-02 15:04", time.DateOnly} {
		if at, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// letters are the conversions of strftime(3) and Go's layouts for them.
var letters = map[byte]string{
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'B': "January", 'h': "Jan", 'd': "02", 'e': "_2",
	'H': "15", 'I': "03", 'j': "002", 'm': "01", 'M': "04", 'p': "PM", 'S': "05", 'y': "06", 'Y': "2006",
	'Z': "MST", 'z': "-0700", 'T': "15:04:05", 'F': "2006-01-02", 'D': "01/02/06", 'R': "15:04",
	'c': "Mon Jan _2 15:04:05 2006", 'x': "01/02/06", 'X': "15:04:05",
}

func strftime(format string, at time.Time) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		layout, ok := letters[format[i]]
		switch {
		case ok:
			b.WriteString(at.Format(layout))
		case format[i] == 's':
			b.WriteString(strconv.FormatInt(at.Unix(), 10))
		case format[i] == 'N':
			fmt.Fprintf(&b, "%09d", at.Nanosecond())
		case format[i] == 'u':
			b.WriteString(strconv.Itoa((int(at.Weekday())+6)%7 + 1))
		case format[i] == 'n':
			b.WriteByte('\n')
		case format[i] == '%':
			b.WriteByte('%')
		default:
			b.WriteString(format[i-1 : i+1])
		}
	}
	return b.String()
}
