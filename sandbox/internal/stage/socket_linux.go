package stage

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/tentpole-labs/tentpole/sandbox/internal/proto"
)

// open makes a socket for the owner to connect. It stays in the namespace in
// which it was made, so nothing has to be entered for a published port.
func (in *initProcess) open(m proto.Message) {
	var s proto.Socket
	if m.Decode(&s) != nil {
		return
	}
	fd, err := unix.Socket(s.Family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		opened := proto.Opened{ID: s.ID, Errno: int(unix.EIO)}
		var errno syscall.Errno
		if errors.As(err, &errno) {
			opened.Errno = int(errno)
		}
		in.conn.Send(proto.KindOpened, &opened)
		return
	}
	in.conn.Send(proto.KindOpened, &proto.Opened{ID: s.ID}, fd)
	unix.Close(fd)
}
