package lessons

import (
	"slices"
	"strings"
)

// remedyFor says which word was probably meant, or else which there are.
func remedyFor(word string, words []string) string {
	if near := nearest(word, words); near != "" {
		return "did you mean " + near + "?"
	}
	const tooMany = 20
	if len(words) == 0 || len(words) > tooMany {
		return ""
	}
	return "one of: " + strings.Join(words, ", ")
}

// nearest returns the closest word that differs in at most a third of the
// letters (in one letter for short words), or the empty string.
func nearest(word string, words []string) string {
	letters := len([]rune(word))
	best, limit := "", min(letters, max(1, letters/3)+1)
	for _, w := range words {
		if d := editDistance(word, w); d < limit {
			best, limit = w, d
		}
	}
	return best
}

// editDistance counts the letters to insert, delete, replace or swap with
// their neighbour to turn a into b (optimal string alignment).
func editDistance(a, b string) int {
	s, t := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	const long = 64 // no word of ours comes near
	if len(s) > long || len(t) > long {
		return long
	}
	before, last := []int(nil), make([]int, len(t)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row := make([]int, len(t)+1)
		row[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(t)]
}

// oneOf reports a word that is not in the list. A nil list knows nothing and
// lets everything pass.
func (r *report) oneOf(at place, what, word string, words []string) bool {
	if words == nil || slices.Contains(words, word) {
		return true
	}
	r.add(at, remedyFor(word, words), "there is no %s %q", what, word)
	return false
}
