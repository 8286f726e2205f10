package search

// viewOf is the mounts of a process, nil when they cannot be read: explaining
// then goes by paths.
func viewOf(pid int) mountTable {
	if pid <= 0 {
		return nil
	}
	v, err := openView(pid)
	if err != nil {
		return nil
	}
	v.close()
	return visible(v.mounts)
}
