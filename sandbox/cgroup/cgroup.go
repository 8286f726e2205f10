// Package cgroup limits, tracks, freezes and ends the processes of a sandbox,
// on cgroup v1, on v2, and on both side by side (hybrid).
//
// [Look] reads once where on this machine the caller may make groups.
// [Place.Layout] says, without touching the kernel, which directories a
// sandbox gets and [Layout.Settings] which files are written; [Place.Make]
// makes the directories, [Group.Apply] writes the limits, again and again if
// need be, and [Group.Close] ends everybody and removes it all.
//
// On v2 a sandbox without limits is one group, which only tracks. One with
// limits has two leaves: the sandbox's init is born in the one, the commands
// in the other, and only that one is limited. A Go program close to its limit
// of processes dies in the runtime, and the kernel's out-of-memory killer
// takes the largest: neither may meet the init. On v1 there is one directory
// in each hierarchy that is needed; a command joins them right after the fork
// by writing 0 to [Group.Tasks], which costs 0.1 ms, where moving another
// process by its pid costs 9 ms.
//
// Groups are made below the caller's own cgroup where that can carry the
// controllers asked for, else in a scope that systemd delegates, else below
// the nearest cgroup above that can. A directory of tentpole's begins with
// "tentpole-"; no other is written to, but for cgroup.subtree_control of the
// root of the v2 hierarchy when the caller sits there, as in a virtual machine
// without systemd: controllers that it does not hand on yet are added.
//
// Do not use it to read the limits of other processes: that is what package
// facts does.
//
// Errors: a *MissingError says that this machine or this user cannot have a
// controller, and why; it satisfies errors.Is(err, errors.ErrUnsupported). A
// *ParseError is a word a person has to correct. All others are *fs.PathError
// with what was written and the kernel's answer.
//
// Kernel documentation: cgroups(7), Documentation/admin-guide/cgroup-v2.rst,
// Documentation/admin-guide/cgroup-v1, and for systemd
// https://systemd.io/CGROUP_DELEGATION.
package cgroup

import "errors"

// Mode is how the cgroup hierarchies of a machine are mounted.
type Mode string

const (
	None   Mode = "none"   // no cgroup file system at all
	V1     Mode = "v1"     // a hierarchy for each controller
	Hybrid Mode = "hybrid" // v1, and v2 beside it with few controllers or none
	V2     Mode = "v2"     // one hierarchy for everything
)

// Controllers that limits need, by the names that v2 has for them.
const (
	Memory = "memory"
	CPU    = "cpu"
	PIDs   = "pids"
	IO     = "io"
	// Freezer is a controller of v1; in v2 every group can be frozen.
	Freezer = "freezer"

	accounting = "cpuacct" // v1: counts what a group's processes use
)

// MissingError is a controller, or a part of it, that cannot be had here.
type MissingError struct {
	Controller string // "memory"
	Why        string // what stands in the way
	Remedy     string // what a person can do; may be empty
}

func (e *MissingError) Error() string {
	s := "cgroup controller " + e.Controller + ": " + e.Why
	if e.Remedy != "" {
		s += "; " + e.Remedy
	}
	return s
}

// Is makes errors.Is(err, errors.ErrUnsupported) true.
func (e *MissingError) Is(target error) bool { return target == errors.ErrUnsupported }
