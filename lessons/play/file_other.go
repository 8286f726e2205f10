//go:build !linux

package play

import (
	"io/fs"

	"github.com/tentpole-labs/tentpole/lessons"
)

func describe(info fs.FileInfo) lessons.File {
	return lessons.File{Exists: true, Type: fileTypes[info.Mode().Type()], Size: int(info.Size()), Mode: int(info.Mode().Perm())}
}
