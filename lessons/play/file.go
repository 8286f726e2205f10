package play

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/search"
)

// textSize is how much of a file a condition may see, in bytes.
const textSize = 4 << 10

// fileBelow looks at a file as a process with that root directory sees it. No
// link leads out of the root, and nothing but a regular file is opened.
func fileBelow(root, name string) (lessons.File, error) {
	content, st, err := search.ReadThrough(root, name, textSize)
	switch {
	case err == nil:
		return lessons.File{
			Exists: true, Type: "file", Device: deviceText(st.Device), Inode: st.Inode, Size: int(st.Size),
			UID: int(st.UID), GID: int(st.GID), Mode: int(st.Mode & 0o7777), Text: strings.TrimSpace(string(content)),
		}, nil
	case errors.Is(err, fs.ErrNotExist):
		return lessons.File{}, nil
	case errors.Is(err, search.ErrNotRegular):
		return otherBelow(root, name)
	}
	return lessons.File{}, err
}

// otherBelow looks at what is no regular file, without opening it.
func otherBelow(root, name string) (lessons.File, error) {
	r, err := os.OpenRoot(root)
	if err != nil {
		return lessons.File{}, err
	}
	defer r.Close()
	local := strings.TrimPrefix(path.Clean("/"+name), "/")
	if local == "" {
		local = "."
	}
	info, err := r.Lstat(local)
	if errors.Is(err, fs.ErrNotExist) {
		return lessons.File{}, nil
	}
	if err != nil {
		return lessons.File{}, err
	}
	return describe(info), nil
}

// fileTypes are the words for what is no regular file.
var fileTypes = map[fs.FileMode]string{
	fs.ModeDir: "directory", fs.ModeSymlink: "symlink", fs.ModeSocket: "socket", fs.ModeNamedPipe: "pipe",
	fs.ModeDevice: "device", fs.ModeDevice | fs.ModeCharDevice: "device", 0: "file",
}

// deviceText is a device number as mountinfo writes it; makedev(3).
func deviceText(dev uint64) string {
	major := dev>>8&0xfff | dev>>32&^0xfff
	minor := dev&0xff | dev>>12&^0xff
	return fmt.Sprintf("%d:%d", uint32(major), uint32(minor))
}
