package initramfs

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
)

// errNotAKernel is what is said of a file that QEMU would not start.
var errNotAKernel = errors.New("it is no kernel that a PC boots: its header is not that of a bzImage")

// Where the header of a bzImage has what; Documentation/arch/x86/boot.rst.
const (
	magicAt, magic = 0x202, "HdrS"
	versionAt      = 0x20e // of the text, counted from the second sector on
	sector         = 0x200
	longestVersion = 64
)

// VersionOf reads from a kernel's image which one it is, as uname -r has it.
func VersionOf(image string) (string, error) {
	f, err := os.Open(image)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return "", errors.Join(err, errNotAKernel)
	}
	head := make([]byte, versionAt+2)
	if _, err := io.ReadFull(f, head); err != nil || string(head[magicAt:magicAt+len(magic)]) != magic {
		return "", errNotAKernel
	}
	text := make([]byte, longestVersion)
	n, err := f.ReadAt(text, sector+int64(binary.LittleEndian.Uint16(head[versionAt:])))
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	version, _, found := bytes.Cut(text[:n], []byte(" "))
	if !found || len(version) == 0 || bytes.ContainsAny(version, "/\x00") {
		return "", errNotAKernel
	}
	return string(version), nil
}
