package lessons

import (
	"regexp"
	"slices"
	"strings"
)

// Fence is a code block that is marked to be run: ```sh inside, ```sh host.
// Blocks without such a word are only looked at.
type Fence struct {
	Where Where
	Text  string // lines of a shell script
	// Fails says that its status must not be 0: the block shows what does not
	// work.
	Fails bool
	// Keep is the name under which the first word of the last line that it
	// prints is kept: blocks below may use it as it stands, such as PID in "kill
	// PID". Empty for none.
	Keep string
	Line int // of the block's first line in the file
}

// Where is the side on which a block is run.
type Where string

// The sides.
const (
	Inside Where = "inside"
	Host   Where = "host"
)

// Solving returns the blocks of the solution that are to be run, in order.
func (s *Step) Solving(v Variant) []Fence { return s.solution.fences(v, nil) }

// Blocks returns the blocks to be run in what is read first.
func (s *Step) Blocks(v Variant) []Fence { return s.body.fences(v, nil) }

// Following returns the blocks to be run in what is read afterwards.
func (s *Step) Following(v Variant) []Fence { return s.after.fences(v, nil) }

// Commands returns all blocks of a step in the order in which they are run.
func (s *Step) Commands(v Variant) []Fence {
	return slices.Concat(s.Blocks(v), s.Solving(v), s.Following(v))
}

var (
	fenceLine = regexp.MustCompile("^ {0,3}(```+|~~~+)\\s*(.*?)\\s*$")
	keepWord  = regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`)
)

// fences finds the marked blocks. complain, which may be nil, hears what is
// wrong with a mark.
func (t text) fences(v Variant, complain func(at place, remedy, format string, args ...any)) (out []Fence) {
	var open string  // the marker of the block that is open
	var block *Fence // nil in a block that is only looked at
	for _, p := range t {
		if p.only != "" && v != "" && p.only != v {
			continue
		}
		for i, line := range p.lines {
			m := fenceMark(line)
			switch {
			case open == "" && m != nil:
				open, block = m[1], mark(m[2], place{p.numbers[i], 1}, complain)
			case open != "" && m != nil && m[2] == "" && strings.HasPrefix(m[1], open):
				if block != nil {
					out = append(out, *block)
				}
				open, block = "", nil
			case block != nil:
				block.Text += line
			}
		}
	}
	return out
}

// fenceMark returns the marker of a line that opens or closes a block, and the
// words behind it. Few lines do, and to look for the marker is quicker.
func fenceMark(line string) []string {
	if !strings.Contains(line, "```") && !strings.Contains(line, "~~~") {
		return nil
	}
	return fenceLine.FindStringSubmatch(strings.TrimRight(line, "\n"))
}

// mark reads the words behind the language of a block.
func mark(info string, at place, complain func(place, string, string, ...any)) *Fence {
	words := strings.Fields(info)
	if len(words) < 2 {
		return nil
	}
	f := &Fence{Where: Where(words[1]), Line: at.line + 1}
	bad := func(remedy, format string, args ...any) *Fence {
		if complain != nil {
			complain(at, remedy, format, args...)
		}
		return nil
	}
	if f.Where != Inside && f.Where != Host {
		return bad("write ```"+words[0]+" inside, ```"+words[0]+" host, or the language alone", "a code block cannot be run at %q", words[1])
	}
	for rest := words[2:]; len(rest) > 0; rest = rest[1:] {
		switch {
		case rest[0] == "fails":
			f.Fails = true
		case rest[0] == ">" && len(rest) > 1 && keepWord.MatchString(rest[1]):
			f.Keep, rest = rest[1], rest[1:]
		default:
			return bad("write fails, or > and a NAME in capitals", "%q means nothing behind %s", rest[0], f.Where)
		}
	}
	return f
}

// fences reports marks that cannot be read.
func (b *builder) fences(t text) { t.fences("", b.add) }
