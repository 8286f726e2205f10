// Package cgroup makes and removes the cgroup that tracks a sandbox: which
// processes belong to it, and an end for all of them at once.
//
// It uses the cgroup v2 hierarchy, alone or beside v1 (hybrid), below the
// caller's own cgroup and nowhere else; a machine without one, or where the
// caller may not write there, has no tracking cgroup, and that is no error.
// Kernel documentation: Documentation/admin-guide/cgroup-v2.rst, cgroups(7).
package cgroup
