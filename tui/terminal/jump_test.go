package terminal

import (
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
)

// pieces are what TestJump strings together: plain lines for the most part, and
// whatever could make a difference to how they scroll.
var pieces = []string{
	"y\r\n", "y\r\n", "a line of text\r\n", "\n", "\n\n\n", "\r", "1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n8\r\n9\r\n", "step\nstep\nstep\n",
	"exactly twenty cells", "exactly twenty cells\r\n", "more than twenty cells are a line and a half\r\n", "é漢\r\n", "\xe6", "\x1b", "\x1b[", "\x1b]0;x\n",
	"\x1b[2;5r", "\x1b[r", "\x1b[1;8r", "\x1b[3;8r", "\x1b[?6h", "\x1b[?6l", "\x1b[?69h\x1b[3;9s", "\x1b[?69l", "\x1b[44m", "\x1b[m", "\x1b[8;1H", "\x1b[H", "\x1b[5;20H",
	"\x1b[?1049h", "\x1b[?1049l", "\x1bc", "\x1b[?7l", "\x1b[?7h", "\x1b[20h", "\x1b[20l", "\x1b(0", "\x1b(B", "\x1b[4S", "\t", "\x07", "\x1b[2J", "\x1b[3J", "\x1bM",
}

// TestJump: screen and past are as if every line had scrolled by itself.
func TestJump(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	jumps := 0
	for round := range 600 {
		jumping, stepping := newOwner(20, 8), newOwner(20, 8)
		go io.Copy(io.Discard, jumping.e)
		go io.Copy(io.Discard, stepping.e)
		var said []string
		for range 3 {
			var out string
			for range 6 {
				p := pieces[r.IntN(len(pieces))]
				if r.IntN(2) == 0 {
					p = pieces[r.IntN(8)]
				}
				out += p
			}
			said = append(said, out)
			if n, _ := plainLines([]byte(out), 0, 20, 7); n > 0 {
				jumps++
			}
			jumping.write([]byte(out))
			jumping.keepScrolled()
			write(stepping.e, []byte(out))
			stepping.keepScrolled()
			a, b := jumping.draw(), stepping.draw()
			if !slices.Equal(a.Lines, b.Lines) || a.X != b.X || a.Y != b.Y || !slices.Equal(jumping.past.lines, stepping.past.lines) {
				t.Fatalf("round %d: %q\njumping\n%s\n%q\nstepping\n%s\n%q", round, said, screen(a), jumping.past.lines, screen(b), stepping.past.lines)
			}
		}
		for _, o := range []*owner{jumping, stepping} {
			o.e.InputPipe().(io.Closer).Close()
		}
	}
	if jumps < 200 {
		t.Errorf("only %d pieces of output could have made it jump", jumps)
	}
}

func screen(f Frame) (s string) {
	for _, line := range f.Lines {
		s += fmt.Sprintf("%q\n", line)
	}
	return s + fmt.Sprint(f.X, " ", f.Y)
}
