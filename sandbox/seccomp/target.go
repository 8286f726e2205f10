package seccomp

import (
	"slices"

	profiles "github.com/moby/profiles/seccomp"
)

// Target is what a profile's conditions are about: where a process will run,
// and with what.
type Target struct {
	Arch                     Arch
	KernelMajor, KernelMinor int      // 6 and 18 for Linux 6.18
	Capabilities             []string // the bounding set, as "CAP_SYS_ADMIN"
}

// applies tells whether an entry of a profile is for the target.
func applies(call *profiles.Syscall, on Target) bool {
	return included(call.Includes, on) && !excluded(call.Excludes, on)
}

// included: all that is named must be there.
func included(f *profiles.Filter, on Target) bool {
	if f == nil {
		return true
	}
	return (len(f.Arches) == 0 || slices.Contains(f.Arches, string(on.Arch))) &&
		!slices.ContainsFunc(f.Caps, func(c string) bool { return !slices.Contains(on.Capabilities, c) }) &&
		(f.MinKernel == nil || on.reaches(f.MinKernel))
}

// excluded: any one that is named is enough.
func excluded(f *profiles.Filter, on Target) bool {
	if f == nil {
		return false
	}
	return slices.Contains(f.Arches, string(on.Arch)) ||
		slices.ContainsFunc(f.Caps, func(c string) bool { return slices.Contains(on.Capabilities, c) }) ||
		f.MinKernel != nil && on.reaches(f.MinKernel)
}

func (t Target) reaches(least *profiles.KernelVersion) bool {
	major, minor := int(least.Kernel), int(least.Major) // moby's words for them
	return t.KernelMajor > major || t.KernelMajor == major && t.KernelMinor >= minor
}
