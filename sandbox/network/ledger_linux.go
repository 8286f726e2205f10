package network

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// ledger is the record of the bridge in the state directory, held under a lock,
// and the host's network. One network namespace has one record: a tentpole in a
// container with the same state directory has another.
type ledger struct {
	standing Standing // as recorded
	scene    *scene
	file     string
	lock     *os.File
}

// open takes the lock, waiting until ctx ends, and reads the record. close
// gives both back.
func (b Bridge) open(ctx context.Context) (*ledger, error) {
	dir := filepath.Join(b.StateDir, "network")
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return nil, &Error{Op: "make", Target: dir, Err: err}
	}
	l := &ledger{}
	var err error
	if l.lock, err = lock(ctx, filepath.Join(dir, "lock")); err != nil {
		return nil, err
	}
	if l.scene, err = openHost(); err != nil {
		l.lock.Close()
		return nil, err
	}
	if err := l.read(dir); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (l *ledger) close() {
	l.scene.close()
	l.lock.Close() // and with it the lock
}

// lock waits for others who have the file locked; flock(2). The kernel gives
// the lock of a killed one back.
func lock(ctx context.Context, name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, &Error{Op: "open", Target: name, Err: err}
	}
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) && !errors.Is(err, unix.EINTR) {
			f.Close()
			return nil, &Error{Op: "lock", Target: name, Err: err}
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, &Error{Op: "lock", Target: name, Err: ctx.Err(), Remedy: "another tentpole is at the bridge: try again in a moment"}
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// read reads the record. One of an earlier boot, or that cannot be read, says
// nothing about what is there now.
func (l *ledger) read(dir string) error {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return &Error{Op: "read", Target: "the boot's id", Err: err}
	}
	namespace, err := namespaceName()
	if err != nil {
		return &Error{Op: "name", Target: "the host's network namespace", Err: err}
	}
	l.file = filepath.Join(dir, namespace+".json")
	l.standing = Standing{Boot: strings.TrimSpace(string(boot)), Alias: alias(dir)}
	content, err := os.ReadFile(l.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return &Error{Op: "read", Target: l.file, Err: err}
	}
	var recorded Standing
	if json.Unmarshal(content, &recorded) == nil && recorded.Boot == l.standing.Boot && recorded.Alias == l.standing.Alias {
		l.standing = recorded
	}
	return nil
}

// alias marks the bridges of one state directory.
func alias(dir string) string {
	if absolute, err := filepath.Abs(dir); err == nil {
		dir = absolute
	}
	sum := sha256.Sum256([]byte(dir))
	return "tentpole bridge " + hex.EncodeToString(sum[:6])
}

// namespaceName names the calling process's network namespace: by its cookie,
// which no other will ever have (socket(7), Linux 5.14), else by its inode.
func namespaceName() (string, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	if cookie, err := unix.GetsockoptUint64(fd, unix.SOL_SOCKET, unix.SO_NETNS_COOKIE); err == nil {
		return fmt.Sprintf("cookie-%d", cookie), nil
	}
	var st unix.Stat_t
	if err := unix.Stat("/proc/thread-self/ns/net", &st); err != nil {
		return "", err
	}
	return fmt.Sprintf("inode-%d", st.Ino), nil
}

// write records what stands, at once or not at all; when nothing does, there is
// no record.
func (l *ledger) write(s Standing) error {
	l.standing = s
	if s.Bridge == "" {
		if err := os.Remove(l.file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return &Error{Op: "remove", Target: l.file, Err: err}
		}
		return nil
	}
	content, err := json.Marshal(s)
	if err != nil {
		return &Error{Op: "write", Target: l.file, Err: err}
	}
	// Not synced: after a crash of the machine, none of this is there either.
	if err := os.WriteFile(l.file+".new", content, 0o600); err != nil {
		return &Error{Op: "write", Target: l.file, Err: err}
	}
	if err := os.Rename(l.file+".new", l.file); err != nil {
		return &Error{Op: "write", Target: l.file, Err: err}
	}
	return nil
}
