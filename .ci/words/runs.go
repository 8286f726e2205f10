package main

import (
	"fmt"
	"hash/fnv"
	"strings"
	"unicode"
)

// length is how many words in a row are somebody's own.
const length = 5

// run is that many words in a row of one sentence.
type run struct {
	words []string
	line  int // where the last of them stands, from 1
}

// print is a number that stands for the words, as text; of 40 bits, so that
// among some ten thousand of either side two seldom meet by chance.
func (r run) print() string {
	h := fnv.New64a()
	fmt.Fprint(h, strings.Join(r.words, " "))
	return fmt.Sprintf("%010x", h.Sum64()>>24)
}

// runs are all of a text. Case and signs do not count; a full stop, question
// or exclamation mark and a blank line end a sentence.
func runs(text []byte) []run {
	var out []run
	var words []string
	var word strings.Builder
	line := 1
	end := func() {
		if word.Len() == 0 {
			return
		}
		words = append(words, word.String())
		word.Reset()
		if len(words) > length {
			words = words[1:]
		}
		if len(words) == length {
			out = append(out, run{append([]string(nil), words...), line})
		}
	}
	blank := false
	for _, r := range string(text) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			word.WriteRune(unicode.ToLower(r))
			blank = false
			continue
		case r == '\'' || r == '’': // as in don't: one word
			continue
		}
		end()
		switch {
		case strings.ContainsRune(".?!", r), r == '\n' && blank:
			words = nil
		}
		if r == '\n' {
			line++
			blank = true
		} else if !unicode.IsSpace(r) {
			blank = false
		}
	}
	end()
	return out
}
