package experiment

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

// liar is a subject in which a hostile program has taken the place of the acts:
// what they say comes out as something else.
type liar struct {
	Subject
	lie func(honest []byte, to io.Writer) error
}

func (l liar) Another(ctx context.Context, change func(*sandbox.Spec)) (Subject, error) {
	s, err := l.Subject.Another(ctx, change)
	if err != nil {
		return nil, err
	}
	return liar{s, l.lie}, nil
}

func (l liar) Start(ctx context.Context, c Command) (Process, error) {
	if c.Program == nil || c.Stdout == nil {
		return l.Subject.Start(ctx, c)
	}
	fd, err := syscall.Dup(int(c.Stdout.Fd()))
	if err != nil {
		return nil, err
	}
	to := os.NewFile(uintptr(fd), "told")
	from, theirs, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, to.Close())
	}
	c.Stdout, c.Stderr = theirs, theirs
	p, err := l.Subject.Start(ctx, c)
	theirs.Close()
	go func() {
		defer to.Close()
		defer from.Close()
		for lines := bufio.NewReader(from); ; {
			line, err := lines.ReadBytes('\n')
			if err != nil || l.lie(line, to) != nil {
				return
			}
		}
	}()
	return p, err
}

// hostile is what a terminal must not get to see.
const hostile = "\x1b]0;owned\a\x1b[2J\u009b31m\u202etxet\x7f\r\n\x00"

// changed lies about every string and every number of a message.
func changed(text string, number float64, times int) func([]byte, io.Writer) error {
	var change func(any) any
	change = func(v any) any {
		switch v := v.(type) {
		case string:
			return text
		case float64:
			return number
		case []any:
			var out []any
			for range times {
				for _, e := range v {
					out = append(out, change(e))
				}
			}
			return out
		case map[string]any:
			for k, e := range v {
				v[k] = change(e)
			}
		}
		return v
	}
	return func(honest []byte, to io.Writer) error {
		var m struct {
			Say   any           `json:"say,omitempty"`
			Over  bool          `json:"over,omitempty"`
			Error *inside.Error `json:"error,omitempty"`
		}
		if err := json.Unmarshal(honest, &m); err != nil {
			return err
		}
		m.Say = change(m.Say)
		if m.Error != nil {
			m.Error.Text = text
		}
		return json.NewEncoder(to).Encode(m)
	}
}

// endless says the same over and over, up to a gigabyte.
func endless(what string) func([]byte, io.Writer) error {
	return func(_ []byte, to io.Writer) error {
		block := bytes.Repeat([]byte(what), (1<<16)/len(what))
		for range (1 << 30) / len(block) {
			if _, err := to.Write(block); err != nil {
				return err
			}
		}
		return nil
	}
}

var lies = map[string]func([]byte, io.Writer) error{
	"control sequences": changed(hostile, 1, 1),
	"huge numbers":      changed("x", 1e18, 1),
	"negative numbers":  changed("", -1e18, 1),
	"nothing":           changed("", 0, 0),
	"long lists":        changed(strings.Repeat("y", 100), 7, 200),
	"zeros":             endless("\x00"),
	"lines":             endless("\n"),
	"empty messages":    endless("{}\n"),
	"nested":            endless(`{"say":[`),
	"no characters":     endless("\xff\xfe\n"),
	"no end":            endless(`{"say":"aaaaaaaa`),
	"silence":           func([]byte, io.Writer) error { return io.EOF },
}

// TestHostileInside has every experiment hear lies: it ends, and what it gives
// is fit for a terminal.
func TestHostileInside(t *testing.T) {
	tidy(t)
	for name, lie := range lies {
		t.Run(name, func(t *testing.T) {
			for _, row := range table {
				if row.Seconds > 1 && testing.Short() {
					continue
				}
				hearLies(t, row, lie)
			}
		})
	}
	// Of a gigabyte that was said, and with what the liars themselves take.
	if peak := peakMemory(t); peak > 768<<20 {
		t.Errorf("%d MiB of memory at the most", peak>>20)
	}
}

func hearLies(t *testing.T, row Info, lie func([]byte, io.Writer) error) {
	t.Helper()
	s := open(t, sandbox.Spec{Layers: sandbox.Set(sandbox.Mount, sandbox.PID, sandbox.UTS)})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r, err := Run(ctx, row.ID, liar{On(s), lie}, Options{Path: uniquePath(t)})
	if ctx.Err() != nil {
		t.Errorf("%s: it did not end: %v", row.ID, err)
	}
	words, jsonErr := json.Marshal(struct {
		Reason       string
		Observations []Observation
		Numbers      []Number
		Places       []Place
	}{r.Reason, r.Observations, r.Numbers, r.Places})
	if jsonErr != nil {
		t.Errorf("%s: %v", row.ID, jsonErr)
	}
	var plain any
	if err := json.Unmarshal(words, &plain); err != nil {
		t.Error(err)
	}
	each(plain, func(s string) {
		if bad := notForTerminals(s); bad != "" {
			t.Errorf("%s: %s in the result: %.200q", row.ID, bad, s)
		}
	})
	if err != nil {
		if bad := notForTerminals(strings.ReplaceAll(err.Error(), "\n", "")); bad != "" {
			t.Errorf("%s: %s in the error: %.200q", row.ID, bad, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// each visits all strings of decoded JSON.
func each(v any, visit func(string)) {
	switch v := v.(type) {
	case string:
		visit(v)
	case []any:
		for _, e := range v {
			each(e, visit)
		}
	case map[string]any:
		for _, e := range v {
			each(e, visit)
		}
	}
}

// notForTerminals names what in s a terminal must not get.
func notForTerminals(s string) string {
	if !utf8.ValidString(s) {
		return "invalid UTF-8"
	}
	for _, r := range s {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return fmt.Sprintf("%U", r)
		}
	}
	if len(s) > 2*wordLimit {
		return fmt.Sprintf("%d bytes", len(s))
	}
	return ""
}

// peakMemory is the most this process has had in memory, in bytes; proc(5),
// VmHWM.
func peakMemory(t *testing.T) (bytes int64) {
	t.Helper()
	for _, line := range fileLines("/proc/self/status") {
		if rest, found := strings.CutPrefix(line, "VmHWM:"); found {
			fmt.Sscan(rest, &bytes)
		}
	}
	if bytes == 0 {
		t.Fatal("no VmHWM")
	}
	return bytes << 10
}
