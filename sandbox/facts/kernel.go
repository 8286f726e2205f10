package facts

import "cmp"

// Kernel tells one that runs from every other.
type Kernel struct {
	Release string `json:"release"` // uname(2)
	// Boot is the id of its boot, random(4); empty where there is none to read.
	Boot string `json:"boot_id"`
}

// apart tells whether two processes run on different kernels. A kernel that has
// no boot id is taken for another than one that has.
func apart(host, inside Facts) bool { return host.Kernel.Boot != inside.Kernel.Boot }

// kernelKinds are rows for two kernels. Where there is one they say nothing.
func kernelKinds() []kind {
	own := func(show func(Kernel) string) func(host, inside Facts) verdict {
		return func(host, inside Facts) verdict {
			return verdict{host: show(host.Kernel), inside: show(inside.Kernel), word: Own}
		}
	}
	return []kind{
		{"kernel", "kernel", "", "", false, "", "", own(func(k Kernel) string { return k.Release })},
		{"boot_id", "boot id", "", "", true, "", "", own(func(k Kernel) string { return cmp.Or(k.Boot, "none") })},
	}
}
