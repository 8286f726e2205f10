package search

// skipped tells whether a mount is not walked, and why. A nil mount is not
// known, and walked.
func (m *Mount) skipped() (why string, yes bool) {
	if m == nil {
		return "", false
	}
	known := fileSystemOf(m.Type)
	return known.why, known.kind != local
}

// closed reports whether a walk does not go in here.
func (c *crossing) closed() bool {
	_, skipped := c.mount.skipped()
	return c.shut || skipped
}

// pass handles a directory that is not entered: it is noted, and local file
// systems mounted below it are walked nonetheless when the way there is safe.
// It reports whether the entry counts.
func (w *worker) pass(n *node, name string, c *crossing) bool {
	if c.shut {
		return true
	}
	why, _ := c.mount.skipped()
	w.skip(c.mount, why)
	for below, next := range c.below {
		w.beyond(n, name+"/"+below, next, fileSystemOf(c.mount.Type).kind)
	}
	return false
}

// beyond looks for mounts below a skipped one. through is the least safe kind
// of file system on the way.
func (w *worker) beyond(n *node, name string, c *crossing, through kind) {
	why, skipped := c.mount.skipped()
	switch {
	case c.shut:
		return
	case skipped:
		w.skip(c.mount, why)
		through = max(through, fileSystemOf(c.mount.Type).kind)
	case c.mount != nil && through == remote:
		w.skip(c.mount, whyBelow)
	case c.mount != nil:
		// The way leads over names the kernel made, in a mount table it wrote.
		w.subs = append(append(w.subs, name...), 0)
		return
	}
	for below, next := range c.below {
		w.beyond(n, name+"/"+below, next, through)
	}
}
