//go:build linux

package applet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// find walks directories and prints what an expression holds for.
func find(c *call) int {
	i := 0
	for i < len(c.args) && !startsExpression(c.args[i]) {
		i++
	}
	roots := c.args[:i]
	if len(roots) == 0 {
		roots = []string{"."}
	}
	w := &walk{call: c, most: -1}
	p := &predicates{walk: w, words: c.args[i:]}
	test, err := p.either()
	if err == nil && len(p.words) > 0 {
		err = fmt.Errorf("unexpected '%s'", p.words[0])
	}
	if err != nil {
		return c.fail(1, "%v", err)
	}
	if !w.acts {
		test = both(test, w.print)
	}
	for _, root := range roots {
		w.tree(root, 0, test)
	}
	return w.status
}

func startsExpression(word string) bool {
	return len(word) > 1 && word[0] == '-' || word == "!" || word == "("
}

// walk is one run of find.
type walk struct {
	*call
	least, most int  // depths; most is -1 without a limit
	depthFirst  bool // what is below comes before the directory itself
	acts        bool // the expression prints, removes or runs something
	pruned      bool
	status      int
}

// predicate tells whether a file is meant, and may act on it.
type predicate func(entry) bool

func both(a, b predicate) predicate {
	return func(e entry) bool { return a(e) && b(e) }
}

func (w *walk) print(e entry) bool {
	fmt.Fprintln(w.out, w.shown(w.file, e.path))
	return true
}

// tree applies the expression to a file and to everything below it.
func (w *walk) tree(name string, depth int, test predicate) {
	e, err := look(name, path.Base(name))
	if err != nil {
		w.status = w.complain(name, err)
		return
	}
	w.pruned = false
	if depth >= w.least && !w.depthFirst {
		test(e)
	}
	isDir := e.stat.Mode&unix.S_IFMT == unix.S_IFDIR
	if isDir && !w.pruned && (w.most < 0 || depth < w.most) {
		w.children(name, depth, test)
	}
	if depth >= w.least && w.depthFirst {
		test(e)
	}
}

func (w *walk) children(dir string, depth int, test predicate) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		w.status = w.complain(dir, err)
	}
	for _, entry := range entries {
		w.tree(strings.TrimSuffix(dir, "/")+"/"+entry.Name(), depth+1, test)
	}
}

// predicates reads an expression: -o binds less than -a, which may be left out,
// and `!` binds most.
type predicates struct {
	*walk
	words []string
}

func (p *predicates) next() (word string, ok bool) {
	if len(p.words) == 0 {
		return "", false
	}
	return p.words[0], true
}

func (p *predicates) either() (predicate, error) {
	left, err := p.all()
	for err == nil {
		if word, _ := p.next(); word != "-o" && word != "-or" {
			break
		}
		p.words = p.words[1:]
		var right predicate
		a := left
		right, err = p.all()
		left = func(e entry) bool { return a(e) || right(e) }
	}
	return left, err
}

func (p *predicates) all() (predicate, error) {
	left := predicate(func(entry) bool { return true })
	for {
		word, ok := p.next()
		if !ok || word == "-o" || word == "-or" || word == ")" {
			return left, nil
		}
		if word == "-a" || word == "-and" {
			p.words = p.words[1:]
			continue
		}
		right, err := p.one()
		if err != nil {
			return nil, err
		}
		left = both(left, right)
	}
}

func (p *predicates) one() (predicate, error) {
	word := p.words[0]
	p.words = p.words[1:]
	switch word {
	case "!", "-not":
		if len(p.words) == 0 {
			return nil, fmt.Errorf("expected an expression after '%s'", word)
		}
		inner, err := p.one()
		return func(e entry) bool { return !inner(e) }, err
	case "(":
		inner, err := p.either()
		if word, _ := p.next(); err == nil && word != ")" {
			err = errors.New("missing ')'")
		}
		if err == nil {
			p.words = p.words[1:]
		}
		return inner, err
	case "-exec":
		return p.exec()
	}
	if make, ok := plain[word]; ok {
		return make(p.walk), nil
	}
	make, ok := valued[word]
	if !ok {
		return nil, fmt.Errorf("unrecognized: %s", word)
	}
	if len(p.words) == 0 {
		return nil, fmt.Errorf("missing argument to '%s'", word)
	}
	value := p.words[0]
	p.words = p.words[1:]
	made, err := make(p.walk, value)
	if err != nil {
		return nil, fmt.Errorf("invalid argument '%s' to '%s'", value, word)
	}
	return made, nil
}

// plain are the predicates without a value.
var plain = map[string]func(*walk) predicate{
	"-print": func(w *walk) predicate { w.acts = true; return w.print },
	"-print0": func(w *walk) predicate {
		w.acts = true
		return func(e entry) bool { w.out.WriteString(e.path + "\x00"); return true }
	},
	"-prune": func(w *walk) predicate {
		return func(entry) bool { w.pruned = true; return true }
	},
	"-delete": func(w *walk) predicate {
		w.acts, w.depthFirst = true, true
		return w.remove
	},
	"-depth": func(w *walk) predicate { w.depthFirst = true; return func(entry) bool { return true } },
	"-xdev":  func(*walk) predicate { return func(entry) bool { return true } },
	"-empty": func(*walk) predicate { return empty },
}

func (w *walk) remove(e entry) bool {
	if e.path == "." {
		return true
	}
	if err := os.Remove(e.path); err != nil {
		w.status = w.fail(1, "cannot delete '%s': %s", e.path, reason(err))
		return false
	}
	return true
}

func empty(e entry) bool {
	if e.stat.Mode&unix.S_IFMT == unix.S_IFDIR {
		entries, err := os.ReadDir(e.path)
		return err == nil && len(entries) == 0
	}
	return e.stat.Mode&unix.S_IFMT == unix.S_IFREG && e.stat.Size == 0
}

// valued are the predicates with a value.
var valued = map[string]func(*walk, string) (predicate, error){
	"-name": func(_ *walk, glob string) (predicate, error) {
		return named(glob, func(e entry) string { return e.name })
	},
	"-path": func(_ *walk, glob string) (predicate, error) { return pathLike(glob), nil },
	"-iname": func(_ *walk, glob string) (predicate, error) {
		return named(strings.ToLower(glob), func(e entry) string { return strings.ToLower(e.name) })
	},
	"-type":  ofType,
	"-user":  ownedBy("/etc/passwd", func(e entry) uint32 { return e.stat.Uid }),
	"-group": ownedBy("/etc/group", func(e entry) uint32 { return e.stat.Gid }),
	"-perm":  withPermissions,
	"-size":  ofSize,
	"-inum": func(_ *walk, n string) (predicate, error) {
		return compared(n, func(e entry) int64 { return int64(e.stat.Ino) })
	},
	"-links": func(_ *walk, n string) (predicate, error) {
		return compared(n, func(e entry) int64 { return int64(e.stat.Nlink) })
	},
	"-newer":    newer,
	"-maxdepth": func(w *walk, n string) (predicate, error) { return depth(n, &w.most) },
	"-mindepth": func(w *walk, n string) (predicate, error) { return depth(n, &w.least) },
}

func named(glob string, name func(entry) string) (predicate, error) {
	if _, err := path.Match(glob, ""); err != nil {
		return nil, err
	}
	return func(e entry) bool {
		ok, _ := path.Match(glob, name(e))
		return ok
	}, nil
}

// pathLike matches whole paths; there an asterisk passes slashes.
func pathLike(glob string) predicate {
	flat := func(s string) string { return strings.ReplaceAll(s, "/", "\x00") }
	return func(e entry) bool {
		ok, _ := filepath.Match(flat(glob), flat(e.path))
		return ok
	}
}

func ofType(_ *walk, letter string) (predicate, error) {
	if letter == "f" {
		letter = "-"
	}
	if len(letter) != 1 || !strings.Contains("-dlcbps", letter) {
		return nil, unix.EINVAL
	}
	return func(e entry) bool { return typeLetter(e.stat.Mode) == letter[0] }, nil
}

func ownedBy(file string, owner func(entry) uint32) func(*walk, string) (predicate, error) {
	return func(_ *walk, name string) (predicate, error) {
		id, ok := idOf(file, name)
		if !ok {
			return nil, unix.EINVAL
		}
		return func(e entry) bool { return owner(e) == uint32(id) }, nil
	}
}

// withPermissions reads 644 (exactly), -4000 (all of these) and /6000 (any).
func withPermissions(_ *walk, text string) (predicate, error) {
	how, octal := text[:min(1, len(text))], strings.TrimLeft(text, "-/")
	n, err := strconv.ParseUint(octal, 8, 12)
	want := uint32(n)
	return func(e entry) bool {
		bits := e.stat.Mode & 0o7777
		switch how {
		case "-":
			return bits&want == want
		case "/":
			return bits&want != 0 || want == 0
		}
		return bits == want
	}, err
}

// sizeUnits are the bytes in each unit of -size; blocks when none is given.
var sizeUnits = map[byte]int64{'c': 1, 'w': 2, 'b': 512, 'k': 1 << 10, 'M': 1 << 20, 'G': 1 << 30}

func ofSize(_ *walk, text string) (predicate, error) {
	unit := int64(512)
	if n := len(text); n > 0 {
		if u, ok := sizeUnits[text[n-1]]; ok {
			unit, text = u, text[:n-1]
		}
	}
	return compared(text, func(e entry) int64 { return (e.stat.Size + unit - 1) / unit })
}

// compared reads n, +n (more) and -n (less).
func compared(text string, value func(entry) int64) (predicate, error) {
	n, err := strconv.ParseInt(strings.TrimLeft(text, "+-"), 10, 64)
	sign := text[:min(1, len(text))]
	return func(e entry) bool {
		switch v := value(e); sign {
		case "+":
			return v > n
		case "-":
			return v < n
		default:
			return v == n
		}
	}, err
}

func newer(_ *walk, name string) (predicate, error) {
	than, err := look(name, name)
	return func(e entry) bool { return unix.TimespecToNsec(e.stat.Mtim) > unix.TimespecToNsec(than.stat.Mtim) }, err
}

func depth(text string, at *int) (predicate, error) {
	n, err := strconv.ParseUint(text, 10, 16)
	*at = int(n)
	return func(entry) bool { return true }, err
}

// exec reads a command up to `;` or `+` and runs it for each file.
func (p *predicates) exec() (predicate, error) {
	p.acts = true
	end := 0
	for end < len(p.words) && p.words[end] != ";" && p.words[end] != "+" {
		end++
	}
	if end == 0 || end == len(p.words) {
		return nil, errors.New("missing argument to '-exec'")
	}
	command := p.words[:end]
	p.words = p.words[end+1:]
	return func(e entry) bool {
		args := make([]string, len(command))
		for i, a := range command {
			args[i] = strings.ReplaceAll(a, "{}", e.path)
		}
		p.out.Flush()
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = p.in, p.file, p.err
		err := cmd.Run()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			if errors.Is(err, exec.ErrNotFound) {
				err = fs.ErrNotExist
			}
			p.status = p.complain(args[0], err)
		}
		return err == nil
	}, nil
}
