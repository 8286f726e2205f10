package search

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// A madeFile is what the sandbox says of a file it created.
type madeFile struct{ Device, Inode uint64 }

type madeFiles struct{ Overlay, Tmpfs madeFile }

// sandboxMain is a small container: a mount namespace, an overlay as its root,
// a tmpfs in it. It creates a file called f in each, prints what fstat says,
// and waits for the end of its input.
func sandboxMain(dir string) {
	made, err := setUpSandbox(dir)
	if err != nil {
		json.NewEncoder(os.Stderr).Encode(err.Error())
		os.Exit(1)
	}
	json.NewEncoder(os.Stdout).Encode(made)
	io.Copy(io.Discard, os.Stdin)
}

func setUpSandbox(dir string) (made madeFiles, err error) {
	merged := dir + "/merged"
	options := "lowerdir=" + dir + "/lower,upperdir=" + dir + "/upper,workdir=" + dir + "/work"
	if !initialUserNamespace() {
		options += ",userxattr"
	}
	err = errors.Join(
		unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""),
		unix.Mount("overlay", merged, "overlay", 0, options),
		os.MkdirAll(merged+"/private", 0o755),
		unix.Mount("none", merged+"/private", "tmpfs", 0, ""),
		unix.Chroot(merged),
		os.Chdir("/"),
		os.MkdirAll("/tmp", 0o755),
		os.MkdirAll("/private/sub", 0o755),
	)
	if err != nil {
		return made, err
	}
	made.Overlay, err = makeFile("/tmp/f", "sandbox")
	if err != nil {
		return made, err
	}
	made.Tmpfs, err = makeFile("/private/sub/f", "sandbox")
	return made, err
}

func initialUserNamespace() bool {
	m, err := os.ReadFile("/proc/self/uid_map")
	var inside, outside, count uint64
	_, scanErr := fmt.Sscan(string(m), &inside, &outside, &count)
	return err == nil && scanErr == nil && count == 1<<32-1
}

func makeFile(name, content string) (madeFile, error) {
	f, err := os.Create(name)
	if err != nil {
		return madeFile{}, err
	}
	defer f.Close()
	if _, err := f.WriteString(content); err != nil {
		return madeFile{}, err
	}
	st, err := statAt(int(f.Fd()), "")
	return madeFile{st.Device, st.Inode}, err
}

// startSandbox runs the helper below dir until the test ends. The test must be
// in a namespace of its own.
func startSandbox(t *testing.T, dir string) (pid int, made madeFiles) {
	t.Helper()
	mkdir(t, dir+"/lower", dir+"/upper", dir+"/work", dir+"/merged")
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), envHelper+"="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("sandbox: %v", err)
		}
	})
	if err := json.NewDecoder(stdout).Decode(&made); err != nil {
		t.Fatalf("the sandbox said nothing: %v", err)
	}
	return cmd.Process.Pid, made
}
