package facts

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// compareSet compares one set of capabilities. In a user namespace of its own
// even a full set is another thing: it counts only over what that owns.
func compareSet(set func(Capabilities) []string) func(host, inside Facts) verdict {
	return func(host, inside Facts) verdict {
		h, i := set(host.Capabilities), set(inside.Capabilities)
		v := verdict{host: ofKnown(h, host), inside: ofKnown(i, inside), word: Own}
		users := sharing(host, inside, "user")
		switch {
		case len(i) == 0:
			v.word = None
			return v
		case len(i) < len(h) && subset(i, h):
			v.word = Fewer
		case slices.Equal(i, h):
			v.word = users
		}
		v.note = setNote(i, inside.Capabilities.Known, users, v.word)
		return v
	}
}

// ofKnown counts a set: "14 of 41".
func ofKnown(set []string, f Facts) string {
	n := strconv.Itoa(len(set))
	if f.Capabilities.Known == 0 {
		return n
	}
	return n + " of " + strconv.Itoa(f.Capabilities.Known)
}

// setNote says what a set lacks and how far it reaches.
func setNote(set []string, known int, users, word string) string {
	var parts []string
	if gone := lost(set, known); len(gone) > 0 && word != Shared {
		parts = append(parts, "without "+few(gone))
	}
	if users == Own {
		parts = append(parts, "over its own user namespace only")
	}
	return strings.Join(parts, "; ")
}

// telling are the capabilities whose loss says most, the mightiest first.
var telling = []string{
	"CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_SYS_PTRACE", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_DAC_READ_SEARCH", "CAP_BPF", "CAP_SYS_BOOT", "CAP_SYS_TIME",
}

// lost lists the capabilities of the kernel's that a set is without.
func lost(set []string, known int) []string {
	var gone []string
	all := capabilityName()
	for _, name := range append(slices.Clone(telling), all[:min(known, len(all))]...) {
		if !slices.Contains(set, name) && !slices.Contains(gone, name) {
			gone = append(gone, name)
		}
	}
	return gone
}

// few names the first of a list, without their prefix.
func few(names []string) string {
	const shown = 3
	var short []string
	for _, name := range names[:min(shown, len(names))] {
		short = append(short, strings.TrimPrefix(name, "CAP_"))
	}
	text := strings.Join(short, ", ")
	if len(names) > shown {
		text += fmt.Sprintf(" and %d more", len(names)-shown)
	}
	return text
}

func subset(part, whole []string) bool {
	for _, name := range part {
		if !slices.Contains(whole, name) {
			return false
		}
	}
	return true
}
