package guest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/hashicorp/yamux"
	"golang.org/x/sys/unix"
)

// Main is the machine's init. It never returns.
func Main() {
	if os.Getpid() != 1 {
		fmt.Fprintln(os.Stderr, Init+" is started by tentpole only, as the first process of a virtual machine")
		os.Exit(2)
	}
	fmt.Println("tentpole:", reign())
	powerOff()
}

// powerOff ends the machine: QEMU, told not to reboot, leaves.
func powerOff() {
	unix.Reboot(unix.LINUX_REBOOT_CMD_RESTART)
	os.Exit(1) // the kernel panics without its first process, and ends as well
}

// reign makes the machine ready and serves the host until it hangs up. The error
// says why it came to an end.
func reign() error {
	c, err := readConfig()
	if err != nil {
		return err
	}
	if err := mountAll(early); err != nil {
		return err
	}
	own, err := bootID()
	if err != nil {
		return err
	}
	if err := MayPanic(c.HostBoot, own); err != nil {
		return err // not a machine of its own: nothing here may be changed
	}
	if err := prepare(c); err != nil {
		return err
	}
	port, err := openPort()
	if err != nil {
		return err
	}
	session, err := yamux.Server(port, Session())
	if err != nil {
		return err
	}
	return serve(session, own)
}

func readConfig() (c Config, err error) {
	text, err := os.ReadFile(ConfigFile)
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(text, &c)
}

// bootID is the kernel's own; random(4).
func bootID() (string, error) {
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(text)), err
}

// prepare loads the modules, makes the root one that pivot_root(2) can leave, and
// mounts the rest.
func prepare(c Config) error {
	for _, file := range c.Modules {
		if err := load(file); err != nil {
			return err
		}
	}
	if err := enterRoot(); err != nil {
		return err
	}
	if err := mountAll(late); err != nil {
		return err
	}
	if err := errors.Join(linkDevices(), loopbackUp()); err != nil {
		return err
	}
	if err := unix.Sethostname([]byte(c.Hostname)); err != nil {
		return fmt.Errorf("set the hostname: %w", err)
	}
	os.Remove(ConfigFile)
	return mountDisk(c.Encrypted)
}

// load gives the kernel a module, and its memory back; init_module(2).
func load(file string) error {
	image, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := unix.InitModule(image, ""); err != nil && !errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("load the module %s: %w", file, err)
	}
	return os.Remove(file)
}

// patience is how long a device may take to appear: the machine may be emulated
// on a busy host.
const patience = 30 * time.Second

// await calls look until it answers.
func await(what string, look func() (string, bool)) (string, error) {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if found, ok := look(); ok {
			return found, nil
		}
	}
	return "", fmt.Errorf("%s has not come after %v", what, patience)
}

// port is the virtio port. Its reads say that it ended as long as the host's side
// has not been announced (virtio_console.c, port_fops_read); after the first byte
// an end is an end.
type port struct {
	*os.File
	began bool
}

func openPort() (*port, error) {
	name, err := await("the virtio port", findPort)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	return &port{File: f}, nil
}

// findPort looks for the port of our name, and for its device.
func findPort() (string, bool) {
	entries, _ := os.ReadDir("/sys/class/virtio-ports")
	for _, e := range entries {
		text, err := os.ReadFile("/sys/class/virtio-ports/" + e.Name() + "/name")
		if err != nil || strings.TrimSpace(string(text)) != Port {
			continue
		}
		_, err = os.Stat("/dev/" + e.Name())
		return "/dev/" + e.Name(), err == nil
	}
	return "", false
}

func (p *port) Read(b []byte) (int, error) {
	for {
		n, err := p.File.Read(b)
		if n == 0 && errors.Is(err, io.EOF) && !p.began {
			time.Sleep(time.Millisecond)
			continue
		}
		p.began = true
		return n, err
	}
}

// crash has the kernel panic; Documentation/admin-guide/sysrq.rst.
func crash() error {
	return os.WriteFile("/proc/sysrq-trigger", []byte("c"), 0)
}

// uptime is for how long the kernel has been running, in seconds.
func uptime() (seconds float64) {
	text, _ := os.ReadFile("/proc/uptime")
	fmt.Sscan(string(text), &seconds)
	return seconds
}

// release is the kernel's; uname(2).
func release() string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return ""
	}
	return unix.ByteSliceToString(u.Release[:])
}

// errnoOf is the kernel's answer in an error, 0 without one.
func errnoOf(err error) int {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return int(errno)
	}
	return 0
}
