package guest

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// encrypt puts dm-crypt between the disk and what is mounted, and returns the
// device to use instead. The key is made here and is in nobody's memory but the
// machine's: what lies on the host's disk can be read by nobody else, and by
// nobody at all when the machine has ended. It is what cryptsetup(8) calls the
// plain mode; Documentation/admin-guide/device-mapper/dm-crypt.rst.
func encrypt(device string) (string, error) {
	var key [64]byte // two keys of AES-256, as XTS wants
	if _, err := rand.Read(key[:]); err != nil {
		return "", err
	}
	sectors, err := sectorsOf(device)
	if err != nil {
		return "", err
	}
	control, err := os.OpenFile("/dev/mapper/control", os.O_RDWR, 0)
	if err != nil {
		return "", err
	}
	defer control.Close()
	table := fmt.Sprintf("aes-xts-plain64 %x 0 %s 0", key, device)
	for _, step := range []struct {
		request uintptr
		name    string
		target  []byte
	}{
		{unix.DM_DEV_CREATE, "create", nil},
		{unix.DM_TABLE_LOAD, "load a table into", target("crypt", sectors, table)},
		{unix.DM_DEV_SUSPEND, "start", nil}, // without DM_SUSPEND_FLAG it resumes
	} {
		if err := mapper(control, step.request, step.target); err != nil {
			return "", fmt.Errorf("%s an encrypted device: %w", step.name, err)
		}
	}
	return "/dev/dm-0", nil
}

// sectorsOf is the size of a device in units of 512 bytes; sysfs(5).
func sectorsOf(device string) (n uint64, err error) {
	text, err := os.ReadFile("/sys/class/block/" + device[len("/dev/"):] + "/size")
	if err == nil {
		_, err = fmt.Sscan(string(text), &n)
	}
	return n, err
}

// target is one line of a table, as include/uapi/linux/dm-ioctl.h has it.
func target(kind string, sectors uint64, parameters string) []byte {
	spec := unix.DmTargetSpec{Length: sectors}
	copy(spec.Target_type[:], kind)
	var b bytes.Buffer
	binary.Write(&b, binary.NativeEndian, spec)
	b.WriteString(parameters)
	b.Write(make([]byte, 8-b.Len()%8)) // ends with a zero, aligned
	return b.Bytes()
}

// mapper makes one request about the only device there is.
func mapper(control *os.File, request uintptr, target []byte) error {
	const head = 312 // sizeof(struct dm_ioctl), as encoding/binary counts it
	d := unix.DmIoctl{Version: [3]uint32{unix.DM_VERSION_MAJOR, 0, 0}, Data_start: head, Data_size: uint32(head + len(target))}
	copy(d.Name[:], "tentpole")
	if target != nil {
		d.Target_count = 1
	}
	var b bytes.Buffer
	if err := binary.Write(&b, binary.NativeEndian, d); err != nil {
		return err
	}
	b.Write(target)
	return ioctl(control, request, b.Bytes())
}
