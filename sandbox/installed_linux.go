package sandbox

import (
	"bytes"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/sealed"
)

// InitProgram is the small program for inits, empty where none is embedded. Who
// shows tentpole to many can show this beside it, as InitName on a read-only mount:
// then none of them has a copy of it in memory.
func InitProgram() []byte { return embedded }

// smallCopy opens the program for inits where it was installed, and makes a sealed
// copy of it elsewhere.
func smallCopy() (*os.File, error) {
	if self, err := os.Executable(); err == nil {
		if f := installed(filepath.Dir(self), embedded); f != nil {
			return f, nil
		}
	}
	return sealed.Program(embedded)
}

// installed opens the program for inits in a directory, if nobody can write it
// there: it is on a read-only mount, as that of openReadOnly, and it is another
// user's. Nil is none, or one of another tentpole.
func installed(dir string, want []byte) *os.File {
	f, err := os.Open(filepath.Join(dir, InitName))
	if err != nil {
		return nil
	}
	var mount unix.Statfs_t
	var file unix.Stat_t
	err = unix.Fstatfs(int(f.Fd()), &mount)
	if err == nil {
		err = unix.Fstat(int(f.Fd()), &file)
	}
	if err != nil || mount.Flags&unix.ST_RDONLY == 0 || file.Uid == uint32(os.Geteuid()) || !holds(f, want) {
		f.Close()
		return nil
	}
	return f
}

// holds tells whether that is what is in a file, and keeps none of it.
func holds(f io.Reader, want []byte) bool {
	part := make([]byte, 64<<10)
	for {
		n, err := io.ReadFull(f, part)
		if !bytes.HasPrefix(want, part[:n]) {
			return false
		}
		want = want[n:]
		if err != nil { // io.EOF, or io.ErrUnexpectedEOF at the last part
			return len(want) == 0
		}
	}
}
