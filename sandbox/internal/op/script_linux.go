package op

import (
	"path"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/fork"
)

// here is AT_FDCWD as an argument.
const here = ^uintptr(99)

// Choose appends an operation of which the kernel may forbid the first choice; the
// refusal is noted, as an errno. The second one is made then.
func (s *Script) Choose(c Choice, note *int32) error {
	first, err := s.block(func(s *Script) error { return c.First().(Performer).Perform(s) })
	if err != nil {
		return err
	}
	second, err := s.block(func(s *Script) error { return c.Second().(Performer).Perform(s) })
	if err != nil { // there is nothing to choose
		s.add(first...)
		return nil
	}
	for i := range first {
		for _, errno := range []unix.Errno{unix.EPERM, unix.EACCES} {
			first[i].Answers = append(first[i].Answers, fork.Answer{Errno: uintptr(errno), To: len(first) - i + 1, Note: note})
		}
	}
	s.add(first...)
	s.add(fork.Skip(len(second)))
	s.add(second...)
	return nil
}

// ask appends a system call. Its arguments are numbers, strings, the memory that
// a []byte or an unsafe.Pointer points to, or a *int32 where the number will be.
func (s *Script) ask(name, target string, number uintptr, args ...any) *fork.Call {
	c := fork.Call{Number: number, Name: name, Target: target}
	texts := s.room(args)
	if len(texts) > 0 {
		c.Keep = unsafe.Pointer(&texts[0])
	}
	for i, a := range args {
		switch a := a.(type) {
		case int:
			c.Args[i] = uintptr(a)
		case uintptr:
			c.Args[i] = a
		case *int32:
			c.Load = append(c.Load, fork.Load{Place: i, From: a})
		case string:
			c.Args[i] = uintptr(unsafe.Pointer(&texts[0]))
			texts = texts[copy(texts, a)+1:] // a zero is there
		case []byte:
			c.Args[i], c.Keep = uintptr(unsafe.Pointer(&a[0])), [2]any{c.Keep, a}
		case unsafe.Pointer:
			c.Args[i], c.Keep = uintptr(a), [2]any{c.Keep, a}
		default:
			panic("an argument of no kind that a system call takes")
		}
	}
	s.add(c)
	return &s.Calls[len(s.Calls)-1]
}

// room is memory for the strings among some arguments, as C has them: a piece of
// what many share, for they are short.
func (s *Script) room(args []any) []byte {
	need := 0
	for _, a := range args {
		if text, ok := a.(string); ok {
			need += len(text) + 1
		}
	}
	const usual = 1 << 10
	if need > len(s.texts) {
		s.texts = make([]byte, max(need, usual))
	}
	room := s.texts[:need:need]
	s.texts = s.texts[need:]
	return room
}

// passing are refusals after which the next call is made.
func passing(errnos ...unix.Errno) []fork.Answer { return leading(1, errnos...) }

// leading are refusals that lead to a call further on.
func leading(to int, errnos ...unix.Errno) []fork.Answer {
	out := make([]fork.Answer, len(errnos))
	for i, e := range errnos {
		out[i] = fork.Answer{Errno: uintptr(e), To: to}
	}
	return out
}

// open has a file opened, whose number goes into fd.
func (s *Script) open(name string, flags, mode int, fd *int32) {
	s.ask("open", name, unix.SYS_OPENAT, here, name, flags|unix.O_CLOEXEC, mode).Into = fd
}

func (s *Script) close(fd *int32) { s.ask("close", "", unix.SYS_CLOSE, fd) }

func (s *Script) chdir(dir string) { s.ask("chdir", dir, unix.SYS_CHDIR, dir) }

func (s *Script) mount(name, target, source, fstype string, flags uintptr, data string) *fork.Call {
	return s.ask(name, target, unix.SYS_MOUNT, source, target, fstype, flags, data)
}

// makeAll makes a directory and what is missing above it.
func (s *Script) makeAll(dir string, mode int) {
	make := func(s *Script, dir string) *fork.Call {
		c := s.ask("mkdir", dir, unix.SYS_MKDIRAT, here, dir, mode)
		c.Answers = passing(unix.EEXIST)
		return c
	}
	var above []string
	for up := path.Dir(dir); up != "/" && up != "."; up = path.Dir(up) {
		above = append(above, up)
	}
	if first := make(s, dir); len(above) == 0 {
		return
	} else {
		first.Answers = append(first.Answers, leading(2, unix.ENOENT)...)
	}
	s.add(fork.Skip(len(above) + 1))
	for i := len(above) - 1; i >= 0; i-- {
		make(s, above[i])
	}
	make(s, dir)
}

// makeDirectory makes a directory to mount on, where none is. A link is not
// followed: before the change of root, one in a foreign root directory would
// lead to a place of the host's.
func (s *Script) makeDirectory(target string) {
	s.makeAll(target, 0o755)
	fd := new(int32)
	c := s.ask("mount on", target, unix.SYS_OPENAT, here, target, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC)
	c.Into, c.Answers = fd, leading(2, unix.EACCES)
	s.close(fd)
}

// makeFile makes an empty file to mount over, where none is.
func (s *Script) makeFile(target string, flags int) {
	fd := new(int32)
	s.open(target, unix.O_CREAT|unix.O_WRONLY|flags, 0o644, fd)
	s.close(fd)
}

// existing refuses where there is nothing to mount over.
func (s *Script) existing(target string) *fork.Call {
	return s.ask("find the mount point", target, unix.SYS_FACCESSAT, here, target, unix.F_OK)
}

// cloneTree has a mount copied with what is mounted below it.
func (s *Script) cloneTree(source string, tree *int32, attrs uint64) (first *fork.Call) {
	at := len(s.Calls)
	s.ask("open_tree", source, unix.SYS_OPEN_TREE, here, source, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE).Into = tree
	if attrs != 0 {
		attr := &unix.MountAttr{Attr_set: attrs}
		s.ask("mount_setattr", source, unix.SYS_MOUNT_SETATTR, tree, "", unix.AT_EMPTY_PATH|unix.AT_RECURSIVE, unsafe.Pointer(attr), unsafe.Sizeof(*attr))
	}
	return &s.Calls[at]
}

// hang has a mount that is attached nowhere hung onto a target.
func (s *Script) hang(tree *int32, target string) {
	s.ask("move_mount to", target, unix.SYS_MOVE_MOUNT, tree, "", here, target, unix.MOVE_MOUNT_F_EMPTY_PATH)
}
