package facts

import "strconv"

// Count puts a number of things into words: "1 filter", "2 filters".
func Count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
