package facts

import "strconv"

// compareNoNewPrivs: the bit can be set and never cleared.
func compareNoNewPrivs(host, inside Facts) verdict {
	return verdict{
		host: yesNo(host.NoNewPrivs), inside: yesNo(inside.NoNewPrivs),
		word: restriction(inside.NoNewPrivs, host.NoNewPrivs),
	}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func compareSeccomp(host, inside Facts) verdict {
	h, i := seccompText(host), seccompText(inside)
	return verdict{host: h, inside: i, word: restriction(inside.Seccomp != "disabled", h == i)}
}

func seccompText(f Facts) string {
	if f.SeccompFilters == 0 {
		return f.Seccomp
	}
	return count(f.SeccompFilters, "filter")
}

// compareLandlock counts domains; they only ever add up.
func compareLandlock(host, inside Facts) verdict {
	return verdict{
		host: count(host.Landlock, "domain"), inside: count(inside.Landlock, "domain"),
		word: restriction(inside.Landlock > 0, inside.Landlock == host.Landlock),
	}
}

// restriction is the word for what is taken on and never taken off again.
func restriction(holds, onHostToo bool) string {
	switch {
	case !holds:
		return None
	case onHostToo:
		return Shared
	}
	return Limited
}

// count puts a number of things into words: "none", "1 filter", "2 filters".
func count(n int, thing string) string {
	switch n {
	case 0:
		return "none"
	case 1:
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
