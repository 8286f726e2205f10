package main

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"github.com/tentpole-labs/tentpole/.ci/vm/agenda"
)

// sysctls are those of systemd's sysctl.d/50-default.conf that sandboxes and
// their tests may notice.
var sysctls = map[string]string{
	"fs/protected_hardlinks":    "1",
	"fs/protected_symlinks":     "1",
	"fs/protected_fifos":        "1",
	"fs/protected_regular":      "2",
	"kernel/pid_max":            "4194304",
	"net/ipv4/ping_group_range": "0 2147483647",
}

// devLinks are what udev makes.
var devLinks = map[string]string{
	"/dev/fd": "/proc/self/fd", "/dev/stdin": "fd/0", "/dev/stdout": "fd/1", "/dev/stderr": "fd/2",
}

// reign makes the machine ready, lets a child do the work, and reaps until it
// has.
func reign() error {
	if err := prepare(); err != nil {
		return err
	}
	a, err := readAgenda()
	if err != nil {
		return err
	}
	life := "tests"
	if a.Shell != "" {
		life = "interactive"
	}
	child, err := os.StartProcess(agenda.Init, []string{life}, &os.ProcAttr{Env: os.Environ(), Files: []*os.File{os.Stdin, os.Stdout, os.Stderr}})
	if err != nil {
		return err
	}
	for {
		pid, err := syscall.Wait4(-1, nil, 0, nil)
		if pid == child.Pid || err == syscall.ECHILD {
			return nil
		}
	}
}

func prepare() error {
	for name, target := range devLinks {
		if err := os.Symlink(target, name); err != nil {
			return err
		}
	}
	if err := mountAll(late); err != nil {
		return err
	}
	if err := shareAll(); err != nil {
		return err
	}
	for name, value := range sysctls {
		if err := os.WriteFile("/proc/sys/"+name, []byte(value), 0); err != nil {
			return err
		}
	}
	if err := syscall.Sethostname([]byte("machine")); err != nil {
		return fmt.Errorf("set the hostname: %w", err)
	}
	// systemd's DefaultLimitNOFILE.
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 1024, Max: 524288}); err != nil {
		return fmt.Errorf("limit descriptors: %w", err)
	}
	if out, err := exec.Command("/usr/bin/busybox", "ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		return fmt.Errorf("switch lo on: %w: %s", err, out)
	}
	return plant()
}
