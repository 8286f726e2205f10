package search

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// hostile makes a root directory with every trap in it, and a secret outside.
func hostile(t *testing.T) (root, secret string) {
	t.Helper()
	dir := t.TempDir()
	root, secret = dir+"/root", dir+"/secret"
	mkdir(t, root+"/dir", root+"/etc")
	write(t, secret, "secret")
	write(t, root+"/dir/f", "inside")
	write(t, root+"/secret", "not it")
	for link, target := range map[string]string{
		"/absolute":    secret,
		"/dir/parent":  "../../secret",
		"/out":         dir,
		"/up":          "../..",
		"/magic":       "/proc/self/root" + secret,
		"/to-dir":      "/dir",
		"/loop":        "loop",
		"/dir/dotdots": "../../../../../../../../..",
	} {
		if err := os.Symlink(target, root+link); err != nil {
			t.Fatal(err)
		}
	}
	if err := unix.Mkfifo(root+"/fifo", 0o644); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("unix", root+"/socket")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return root, secret
}

func TestReadThrough(t *testing.T) {
	root, secret := hostile(t)
	for path, want := range map[string]struct {
		content string
		err     error
	}{
		"/dir/f":                   {"inside", nil},
		"dir/f":                    {"inside", nil},
		"/to-dir/f":                {"inside", nil},
		"/../../dir/f":             {"inside", nil},
		"/secret":                  {"not it", nil},
		"/up/secret":               {"not it", nil}, // .. stops at the root
		"/dir/dotdots/secret":      {"not it", nil},
		"/out/secret":              {"", fs.ErrNotExist},
		"/absolute":                {"", ErrNotRegular},
		"/dir/parent":              {"", ErrNotRegular},
		"/magic":                   {"", ErrNotRegular},
		"/fifo":                    {"", ErrNotRegular},
		"/socket":                  {"", ErrNotRegular},
		"/dir":                     {"", ErrNotRegular},
		"/none":                    {"", fs.ErrNotExist},
		"/loop/f":                  {"", unix.ELOOP},
		"/dir/f/below":             {"", unix.ENOTDIR},
		"/proc/self/root" + secret: {"", fs.ErrNotExist},
	} {
		content, st, err := ReadThrough(root, path, 100)
		if string(content) != want.content || !errors.Is(err, want.err) {
			t.Errorf("%s: %q, %v; want %q, %v", path, content, err, want.content, want.err)
		}
		if err == nil && st.Size != int64(len(content)) {
			t.Errorf("%s: %+v", path, st)
		}
	}
	// With the host's root, a magic link would be there to follow.
	if _, _, err := ReadThrough("/", "/proc/self/root"+secret, 100); !errors.Is(err, unix.ELOOP) {
		t.Errorf("magic link: %v", err)
	}
}

func TestReadThroughBounds(t *testing.T) {
	root, _ := hostile(t)
	for max, want := range map[int64]string{0: "", 3: "ins", 6: "inside", 7: "inside"} {
		content, st, err := ReadThrough(root, "/dir/f", max)
		if string(content) != want || st.Size != 6 || err != nil {
			t.Errorf("%d bytes: %q, %d, %v", max, content, st.Size, err)
		}
	}
	if _, _, err := ReadThrough(root, "/dir/f", -1); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("a negative limit: %v", err)
	}
	if _, _, err := ReadThrough(root+"/none", "/f", 1); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no root: %v", err)
	}
}

func TestStatThrough(t *testing.T) {
	root, secret := hostile(t)
	for path, want := range map[string]error{
		"/dir/f":      nil,
		"/absolute":   nil, // the link itself
		"/to-dir/f":   unix.ELOOP,
		"/out/secret": unix.ELOOP,
		"/none":       unix.ENOENT,
	} {
		if st, err := statThrough(root, path); err != want {
			t.Errorf("%s: %+v, %v", path, st, err)
		}
	}
	if _, err := statThrough("/", secret); err != nil {
		t.Error(err)
	}
}

// TestReadThroughWhileRenaming: .. under RESOLVE_IN_ROOT gives EAGAIN while
// anything is renamed, which is no reason to fail.
func TestReadThroughWhileRenaming(t *testing.T) {
	root, _ := hostile(t)
	write(t, root+"/a", "")
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for from, to := "/a", "/b"; ; from, to = to, from {
			select {
			case <-stop:
				return
			default:
				os.Rename(root+from, root+to)
			}
		}
	}()
	for range 2000 {
		if _, _, err := ReadThrough(root, "/dir/../dir/../etc/../dir/f", 100); err != nil {
			t.Error(err)
			break
		}
	}
	close(stop)
	<-done
}
