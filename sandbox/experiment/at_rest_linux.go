package experiment

import (
	"os"
	"strconv"
)

// Descendants are the children of a process, their children and so on, as the
// host numbers them.
func Descendants(pid int) (all []int) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	children := map[int][]int{}
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Name()); err == nil {
			parent := parentOf(n)
			children[parent] = append(children[parent], n)
		}
	}
	for next := children[pid]; len(next) > 0; {
		kid := next[0]
		all, next = append(all, kid), append(next[1:], children[kid]...)
	}
	return all
}

// WithParent are a process and the one that watches over it, its parent.
func WithParent(pid int) []int {
	if parent := parentOf(pid); parent > 1 {
		return []int{pid, parent}
	}
	return []int{pid}
}
