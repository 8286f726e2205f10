//go:build linux

package shell

import (
	"errors"
	"io"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// errInterrupted is what reading a line ends in on Ctrl-C.
var errInterrupted = errors.New("interrupted")

// readLine reads a line at the terminal, with editing, history and completion.
// The terminal is raw only meanwhile.
func (s *session) readLine(prompt string) (string, error) {
	modes, err := term.MakeRaw(s.terminal.fd)
	if err != nil {
		return "", err
	}
	defer term.Restore(s.terminal.fd, modes)
	editor := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{&keys{r: os.Stdin}, os.Stderr}, prompt)
	editor.History = &s.history
	editor.AutoCompleteCallback = func(line string, pos int, key rune) (string, int, bool) {
		if key != '\t' {
			return "", 0, false
		}
		line, pos, choices := s.complete(line, pos)
		if len(choices) > 0 {
			width, _, _ := term.GetSize(s.terminal.fd)
			io.WriteString(editor, columns(choices, width))
		}
		return line, pos, true
	}
	defer s.followSize(editor)()
	line, err := editor.ReadLine()
	if err == errInterrupted {
		io.WriteString(os.Stderr, "^C\r\n")
	}
	return line, err
}

// followSize tells the editor how wide the terminal is, now and when that
// changes, until the returned function is called.
func (s *session) followSize(editor *term.Terminal) (stop func()) {
	resize := func() {
		if width, height, err := term.GetSize(s.terminal.fd); err == nil && width > 0 {
			editor.SetSize(width, height)
		}
	}
	resize()
	changed := make(chan os.Signal, 1)
	signal.Notify(changed, unix.SIGWINCH)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-changed:
				resize()
			case <-done:
				return
			}
		}
	}()
	return func() { signal.Stop(changed); close(done) }
}

// keys reads key presses a byte at a time, so that what is typed ahead stays in
// the terminal for the command it is meant for. Sequences that the editor does
// not know are replaced by those it knows.
type keys struct {
	r       io.Reader
	pending []byte
}

// sequences are what terminals send for the same keys; the left ones come from
// xterm, rxvt, tmux and the Linux console.
var sequences = map[string]string{
	"\x1bOA": "\x1b[A", "\x1bOB": "\x1b[B", "\x1bOC": "\x1b[C", "\x1bOD": "\x1b[D",
	"\x1bOH": "\x01", "\x1bOF": "\x05", "\x1b[1~": "\x01", "\x1b[4~": "\x05", "\x1b[7~": "\x01", "\x1b[8~": "\x05",
	"\x1b[1;5C": "\x1b[1;3C", "\x1b[1;5D": "\x1b[1;3D", "\x1bb": "\x1b[1;3D", "\x1bf": "\x1b[1;3C",
}

const (
	ctrlC  = 3
	escape = 27
	// longest is a bound for sequences that never end.
	longest = 16
)

func (k *keys) Read(p []byte) (int, error) {
	if len(k.pending) == 0 {
		key, err := k.next()
		if err != nil {
			return 0, err
		}
		k.pending = key
	}
	n := copy(p, k.pending)
	k.pending = k.pending[n:]
	return n, nil
}

// next reads one byte, or one sequence.
func (k *keys) next() ([]byte, error) {
	b, err := k.one()
	if err != nil || b != escape {
		if b == ctrlC {
			return nil, errInterrupted
		}
		return []byte{b}, err
	}
	sequence := []byte{b}
	for len(sequence) < longest {
		if b, err = k.one(); err != nil {
			return nil, err
		}
		sequence = append(sequence, b)
		opens := len(sequence) == 2 && (b == '[' || b == 'O')
		if !opens && b >= '@' && b <= '~' {
			break
		}
	}
	if known, ok := sequences[string(sequence)]; ok {
		return []byte(known), nil
	}
	return sequence, nil
}

func (k *keys) one() (byte, error) {
	var b [1]byte
	for {
		n, err := k.r.Read(b[:])
		if n == 1 || err != nil {
			return b[0], err
		}
	}
}
