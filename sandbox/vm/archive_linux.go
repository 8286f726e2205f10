package vm

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/userland"
	"github.com/tentpole-labs/tentpole/sandbox/vm/guest"
	_ "github.com/tentpole-labs/tentpole/sandbox/vm/guest/takeover" // without an embedded init, this program is it
	"github.com/tentpole-labs/tentpole/sandbox/vm/initramfs"
)

const portName = guest.Port

// archive writes the initramfs into memory: the tiny root, the init, its modules
// and what it is to do. The caller closes the file.
func (p parts) archive(c guest.Config) (*os.File, error) {
	t := initramfs.Tree{}
	if err := addRoot(t); err != nil {
		return nil, err
	}
	if err := addProgram(t, guest.Init, embedded); err != nil {
		return nil, err
	}
	names := append(append([]string{}, p.board.modules...), always...)
	if c.Encrypted {
		names = append(names, encrypting...)
	}
	if lacks, err := p.kernel.Lacks(extra...); err == nil && len(lacks) == 0 {
		names = append(names, extra...)
	}
	var err error
	if c.Modules, err = p.kernel.AddModules(t, names...); err != nil {
		return nil, err
	}
	text, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	t.File(guest.ConfigFile, string(text), 0o600)
	fd, err := unix.MemfdCreate("tentpole-initramfs", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), "initramfs")
	if err := t.Write(f); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// addRoot is the tiny root.
func addRoot(t initramfs.Tree) error {
	for _, e := range userland.Tree() {
		mode := uint64(e.Mode.Perm())
		if e.Mode&fs.ModeSticky != 0 {
			mode |= unix.S_ISVTX
		}
		switch {
		case e.Mode.IsDir():
			t.Dir(e.Path, mode)
		case e.Mode&fs.ModeSymlink != 0:
			t.Link(e.Path, e.Link)
		case e.IsProgram():
			if err := addProgram(t, e.Path, userland.Program()); err != nil {
				return err
			}
		default:
			t.File(e.Path, e.Data, mode)
		}
	}
	return nil
}

// addProgram adds an embedded program, or this one where none is.
func addProgram(t initramfs.Tree, name string, program []byte) error {
	if len(program) == 0 {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		return t.CopyFile(name, self, 0o755)
	}
	t.Content(name, bytes.NewReader(program), int64(len(program)), 0o755)
	return nil
}
