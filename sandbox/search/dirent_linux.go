package search

import (
	"bytes"
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Offsets in struct linux_dirent64, getdents(2).
const (
	direntReclen = int(unsafe.Offsetof(unix.Dirent{}.Reclen))
	direntType   = int(unsafe.Offsetof(unix.Dirent{}.Type))
	direntName   = int(unsafe.Offsetof(unix.Dirent{}.Name))
)

// A dirent is a record of a getdents64 buffer, valid until the next read.
type dirent struct {
	inode uint64
	kind  byte   // DT_*
	name  []byte // starts with the name, its NUL, then padding
}

// nextDirent takes the first record off a buffer; ok is false when the rest
// cannot be a record.
func nextDirent(buf []byte) (entry dirent, rest []byte, ok bool) {
	if len(buf) < direntName {
		return dirent{}, nil, false
	}
	size := int(binary.NativeEndian.Uint16(buf[direntReclen:]))
	if size < direntName+len("..\x00") || size > len(buf) {
		return dirent{}, nil, false
	}
	inode := binary.NativeEndian.Uint64(buf)
	return dirent{inode, buf[direntType], buf[direntName:size]}, buf[size:], true
}

// dots reports whether the record is "." or "..".
func (d dirent) dots() bool {
	if d.name[0] != '.' {
		return false
	}
	return d.name[1] == 0 || (d.name[1] == '.' && d.name[2] == 0)
}

// is compares with a name that ends in NUL.
func (d dirent) is(name string) bool {
	return len(d.name) >= len(name) && d.name[0] == name[0] && string(d.name[:len(name)]) == name
}

// cut is the name without its NUL.
func (d dirent) cut() []byte {
	if end := bytes.IndexByte(d.name, 0); end >= 0 {
		return d.name[:end]
	}
	return d.name
}
