package lectern

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"

	"github.com/tentpole-labs/tentpole/sandbox/socket"
)

// ErrHeld says that somebody listens there already.
var ErrHeld = errors.New("it is in use: the class is held by another process")

// Listen opens a socket that only its owner can open. One that a killed server has
// left is taken over.
func Listen(path string) (net.Listener, error) {
	if c, err := socket.Dial(context.Background(), path); err == nil {
		return nil, errors.Join(fmt.Errorf("listen on %s: %w", path, ErrHeld), c.Close())
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	l, err := socket.Listen(path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}
