package play

import (
	"io/fs"
	"syscall"

	"github.com/tentpole-labs/tentpole/lessons"
)

func describe(info fs.FileInfo) lessons.File {
	f := lessons.File{Exists: true, Type: fileTypes[info.Mode().Type()], Size: int(info.Size()), Mode: int(info.Mode().Perm())}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		f.Device, f.Inode, f.UID, f.GID = deviceText(st.Dev), st.Ino, int(st.Uid), int(st.Gid)
		f.Mode = int(st.Mode & 0o7777)
	}
	return f
}
