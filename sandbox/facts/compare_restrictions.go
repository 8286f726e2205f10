package facts

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
	return Count(f.SeccompFilters, "filter")
}

// compareLandlock counts domains; they only ever add up.
func compareLandlock(host, inside Facts) verdict {
	return verdict{
		host: noneOr(host.Landlock, "domain"), inside: noneOr(inside.Landlock, "domain"),
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

// noneOr counts what a process may well have none of.
func noneOr(n int, thing string) string {
	if n == 0 {
		return "none"
	}
	return Count(n, thing)
}
