package op

import (
	"path"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
)

// Perform implements Performer.
func (o OpenTree) Perform(s *Script) error {
	attrs := uint64(unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV)
	if o.ReadOnly {
		attrs |= unix.MOUNT_ATTR_RDONLY
	}
	s.cloneTree(o.Source, s.keep(o.Name), attrs)
	return nil
}

// Perform implements Performer.
func (p PlaceMount) Perform(s *Script) error {
	tree, err := s.Descriptor(p.Name)
	if err != nil {
		return failed("move_mount", p.Source, err)
	}
	if p.Existing {
		s.existing(p.Target)
	} else {
		s.makePlace(tree, p.Target)
	}
	s.hang(tree, p.Target)
	return nil
}

// makePlace makes an empty directory or file to mount over, like what is mounted,
// where none is.
func (s *Script) makePlace(tree *int32, target string) {
	dir, file := &Script{}, &Script{}
	file.makeAll(path.Dir(target), 0o755)
	file.makeFile(target, 0)
	opened := new(int32)
	is := dir.ask("look at", target, unix.SYS_OPENAT, tree, ".", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC)
	is.Into = opened
	dir.close(opened)
	dir.makeAll(target, 0o755)
	dir.add(fork.Skip(len(file.Calls)))
	dir.Calls[0].Answers = leading(len(dir.Calls), unix.ENOTDIR)

	s.existing(target).Answers = leading(2, unix.ENOENT)
	s.add(fork.Skip(len(dir.Calls) + len(file.Calls)))
	s.add(dir.Calls...)
	s.add(file.Calls...)
}

// Perform implements Performer.
func (ReadOnlyRoot) Perform(s *Script) error {
	attr := &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}
	s.ask("mount_setattr ro", "/", unix.SYS_MOUNT_SETATTR, here, "/", 0, unsafe.Pointer(attr), unsafe.Sizeof(*attr))
	return nil
}

// Perform implements Performer.
func (w WriteFile) Perform(s *Script) error {
	s.makeAll(path.Dir(w.Path), 0o755)
	s.ask("remove", w.Path, unix.SYS_UNLINKAT, here, w.Path, 0).Answers = passing(unix.ENOENT)
	s.write(w.Path, unix.O_WRONLY|unix.O_CREAT|unix.O_TRUNC, w.Content)
	return nil
}

// Perform passes over what is not there: where nothing shows, there is nothing to
// cover or to lock.
func (h HidePaths) Perform(s *Script) error {
	for _, p := range h.Hidden {
		s.hide(p)
	}
	for _, p := range h.ReadOnly {
		s.cover(p, p)
	}
	return nil
}

// hide covers a directory with an empty one and a file with /dev/null.
func (s *Script) hide(p string) {
	file, dir := &Script{}, &Script{}
	file.cover("/dev/null", p)
	opened := new(int32)
	is := dir.ask("look at", p, unix.SYS_OPENAT, here, p, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC)
	is.Into = opened
	dir.close(opened)
	dir.mask(p)
	dir.add(fork.Skip(len(file.Calls)))
	dir.Calls[0].Answers = append(leading(len(dir.Calls), unix.ENOTDIR), leading(len(dir.Calls)+len(file.Calls), unix.ENOENT, unix.EACCES)...)
	s.add(dir.Calls...)
	s.add(file.Calls...)
}

// cover shows source at target, to read, if there is one.
func (s *Script) cover(source, target string) {
	tree := new(int32)
	part := &Script{}
	part.cloneTree(source, tree, unix.MOUNT_ATTR_RDONLY)
	part.hang(tree, target)
	part.close(tree)
	part.Calls[0].Answers = leading(len(part.Calls), unix.ENOENT, unix.EACCES)
	s.add(part.Calls...)
}
