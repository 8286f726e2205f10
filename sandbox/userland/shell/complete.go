//go:build linux

package shell

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"

	"github.com/tentpole-labs/tentpole/sandbox/userland/internal/printable"
)

// shellWords are the builtins that are completed as commands.
var shellWords = []string{
	"alias", "bg", "break", "cd", "command", "continue", "eval", "exec", "exit", "export", "fg", "help", "history",
	"jobs", "kill", "local", "read", "readonly", "return", "set", "shift", "source", "times", "trap", "type",
	"ulimit", "umask", "unalias", "unset", "wait",
}

// word is the word that the cursor stands behind.
type word struct {
	start int    // where it begins in the line, behind an open quote
	text  string // without quotes and backslashes
	quote byte   // the quote that is open, or 0
	first bool   // a command's name belongs here
	after string // the command before it
}

// complete completes the word before the cursor. The choices are for showing:
// there are some when the word could not be made any longer.
func (s *session) complete(line string, pos int) (newLine string, newPos int, choices []string) {
	w := wordAt(line[:pos])
	var found []string
	if w.first && !strings.Contains(w.text, "/") {
		found = s.commands(w.text)
	} else {
		found = s.paths(w.text, w.first, w.after == "cd" || w.after == "rmdir")
	}
	if len(found) == 0 {
		return line, pos, nil
	}
	common := found[0]
	for _, f := range found[1:] {
		common = commonPrefix(common, f)
	}
	text := escaped(common, w.quote)
	if len(found) == 1 && !strings.HasSuffix(common, "/") {
		if w.quote != 0 {
			text += string(w.quote)
		}
		text += " "
	}
	if len(found) > 1 && common == w.text {
		for _, f := range found {
			choices = append(choices, printable.Text(path.Base(f)+strings.Repeat("/", strings.Count(f[len(f)-1:], "/"))))
		}
		return line, pos, choices
	}
	return line[:w.start] + text + line[pos:], w.start + len(text), nil
}

// wordAt finds the word at the end of the text.
func wordAt(text string) word {
	w := word{first: true}
	inWord := false
	next := func(i int, first bool) {
		if inWord && !strings.Contains(w.text, "=") {
			w.after, w.first = w.text, syntax.IsKeyword(w.text)
		}
		inWord, w.text, w.start, w.first = false, "", i, w.first || first
	}
	for i := 0; i < len(text); i++ {
		ch := text[i]
		switch {
		case ch == '\\' && i+1 < len(text) && escapes(w.quote, text[i+1]):
			i++
		case w.quote != 0 && ch == w.quote:
			w.quote = 0
			continue
		case w.quote != 0:
		case ch == '\'' || ch == '"':
			w.quote = ch
			if !inWord {
				w.start = i + 1
			}
			inWord = true
			continue
		case strings.IndexByte(" \t", ch) >= 0:
			next(i+1, false)
			continue
		case strings.IndexByte(";|&(`{", ch) >= 0:
			next(i+1, true)
			continue
		case strings.IndexByte("<>", ch) >= 0:
			next(i+1, false)
			w.first = false
			continue
		}
		inWord = true
		w.text += text[i : i+1]
	}
	return w
}

// escapes tells whether a backslash takes the meaning of the character behind
// it, inside the given quote.
func escapes(quote, ch byte) bool {
	return quote == 0 || quote == '"' && strings.IndexByte("\\\"`$", ch) >= 0
}

// commands are the names that begin so: builtins, functions and programs.
func (s *session) commands(prefix string) []string {
	found := map[string]bool{}
	for _, name := range shellWords {
		found[name] = true
	}
	for name := range s.runner.Funcs {
		found[name] = true
	}
	for _, dir := range filepath.SplitList(s.variable("PATH")) {
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), prefix) && executable(filepath.Join(dir, e.Name())) {
				found[e.Name()] = true
			}
		}
	}
	var out []string
	for name := range found {
		if strings.HasPrefix(name, prefix) && completable(name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func executable(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// paths are the files that begin so, directories with a slash behind.
func (s *session) paths(prefix string, programs, dirs bool) []string {
	dir, base := path.Split(prefix)
	where := dir
	if rest, ok := strings.CutPrefix(dir, "~/"); ok {
		where = s.variable("HOME") + "/" + rest
	}
	if !strings.HasPrefix(where, "/") {
		where = s.runner.Dir + "/" + where
	}
	entries, _ := os.ReadDir(where)
	var out []string
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, base) || name[0] == '.' && !strings.HasPrefix(base, ".") || !completable(name) {
			continue
		}
		info, err := os.Stat(filepath.Join(where, name))
		isDir := err == nil && info.IsDir()
		switch {
		case isDir:
			name += "/"
		case dirs, programs && !executable(filepath.Join(where, name)):
			continue
		}
		out = append(out, dir+name)
	}
	return out
}

// completable tells whether a name can be put into a line as it is: what would
// act on the terminal has to be typed by who wants it.
func completable(name string) bool { return printable.Text(name) == name }

// special are the characters that mean something to the shell.
const special = " \t\\'\"`$&|;()<>*?[]#!{}~"

// escaped puts backslashes before special characters, as the open quote asks.
func escaped(text string, quote byte) string {
	escape := special
	switch quote {
	case '\'':
		return text
	case '"':
		escape = "\\\"`$"
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		tilde := text[i] == '~' && i == 0 && strings.HasPrefix(text, "~/")
		if strings.IndexByte(escape, text[i]) >= 0 && !tilde {
			b.WriteByte('\\')
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// commonPrefix is what both begin with, in whole characters.
func commonPrefix(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && n < len(a) && !utf8.RuneStart(a[n]) {
		n--
	}
	return a[:n]
}

// columns lays words out in the terminal's width, reading downwards.
func columns(words []string, width int) string {
	widest := 0
	for _, w := range words {
		widest = max(widest, utf8.RuneCountInString(w))
	}
	across := max(1, width/(widest+2))
	down := (len(words) + across - 1) / across
	var b strings.Builder
	for y := range down {
		for x := y; x < len(words); x += down {
			b.WriteString(words[x])
			if x+down < len(words) {
				b.WriteString(strings.Repeat(" ", widest+2-utf8.RuneCountInString(words[x])))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}
