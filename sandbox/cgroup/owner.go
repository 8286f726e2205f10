package cgroup

// Owner is who processes inside are, as the host sees it: the root of a user
// namespace's map, or whoever starts the sandbox.
type Owner struct{ UID, GID int }
