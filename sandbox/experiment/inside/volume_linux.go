package inside

import (
	"io"
	"os"
	"path"

	"golang.org/x/sys/unix"
)

func init() { register("volume", volume) }

// volume makes a file in a volume, and tries it where the same directory is
// shown to read only.
func volume(a *Act) error {
	var given Volume
	if err := a.Given(&given); err != nil {
		return err
	}
	for _, dir := range []string{given.Writable, given.ReadOnly} {
		if err := Marked(dir, given.Mark); err != nil {
			return a.Say(Volumed{Unread: Explain(err)})
		}
	}
	var out Volumed
	file := path.Join(given.Writable, given.File)
	err := makeFile(file, given.Content)
	if out.Unmade = Explain(err); err == nil {
		if out.Made, err = inode(file); err != nil {
			return err
		}
	}
	out.ReadOnly = Explain(makeFile(path.Join(given.ReadOnly, given.File+"-2"), given.Content))
	return a.Say(out)
}

// mostRead bounds what is read of a file, in bytes.
const mostRead = 64 << 10

func readSmall(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, mostRead))
}

// makeFile makes a file where none is.
func makeFile(file, content string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(content); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

func inode(file string) (Inode, error) {
	var st unix.Stat_t
	if err := unix.Lstat(file, &st); err != nil {
		return Inode{}, &os.PathError{Op: "stat", Path: file, Err: err}
	}
	return Inode{Device: st.Dev, Inode: st.Ino, UID: st.Uid}, nil
}
