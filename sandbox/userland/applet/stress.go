//go:build linux

package applet

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// The ceilings are in the program itself: whatever it is asked, and whether or
// not the sandbox has limits, it stays below them.
const (
	stressTime    = 10 * time.Second // unless told
	stressMaxTime = 60 * time.Second
	stressMaxMem  = 512 << 20 // bytes
	stressMaxPids = 200
	stressMaxCPU  = 64
	stressMaxDisk = 256 << 20 // bytes
)

// load is what stress is asked for.
type load struct {
	cpu, pids int
	mem       int64
	io        bool
	timeout   time.Duration
}

// stress uses processors, memory, processes and the disk, within bounds and for
// a while. What it holds goes with it, however it ends: children get a
// parent-death signal, and its file has no name by the time it grows. Should its
// own clock fail, a child kills it.
func stress(c *call) int {
	want, err := stressLoad(c.args)
	if err != nil {
		c.fail(1, "%v", err)
		return c.usage()
	}
	runtime.GOMAXPROCS(want.cpu + 1)
	runtime.LockOSThread() // the children's parent-death signal belongs to this thread
	done := make(chan os.Signal, 1)
	signal.Notify(done, unix.SIGINT, unix.SIGTERM)
	end := time.After(want.timeout)
	const grace = 2 * time.Second

	fmt.Fprintf(c.out, "stress: %d processors, %s of memory, %d processes, disk %v, %v\n", want.cpu, human(uint64(want.mem)), want.pids, want.io, want.timeout)
	c.out.Flush()
	children, status := c.fork(want.pids, want.timeout+grace)
	defer reap(children)
	if len(children) == 0 {
		return status // without a watchdog nothing is used
	}
	for range want.cpu {
		go spin()
	}
	if want.mem > 0 {
		if err := hold(want.mem); err != nil {
			status = c.fail(1, "memory: %s", reason(err))
		}
	}
	if want.io {
		if err := c.scratch(); err != nil {
			status = c.fail(1, "disk: %s", reason(err))
		}
	}
	select {
	case <-done:
	case <-end:
	}
	return status
}

// stressLoad reads the options and refuses what is above a ceiling.
func stressLoad(args []string) (load, error) {
	want := load{timeout: stressTime}
	for i := 0; i < len(args); i++ {
		name, value, given := strings.Cut(args[i], "=")
		if name == "--io" {
			want.io = true
			continue
		}
		if !given {
			if i++; i == len(args) {
				return want, fmt.Errorf("option '%s' requires an argument", name)
			}
			value = args[i]
		}
		if err := want.set(name, value); err != nil {
			return want, err
		}
	}
	if want.cpu == 0 && want.pids == 0 && want.mem == 0 && !want.io {
		return want, fmt.Errorf("nothing to do")
	}
	return want, nil
}

func (l *load) set(name, value string) error {
	ok, most := false, ""
	switch name {
	case "--cpu":
		l.cpu, ok = atMost(value, stressMaxCPU)
		most = strconv.Itoa(stressMaxCPU)
	case "--pids":
		l.pids, ok = atMost(value, stressMaxPids)
		most = strconv.Itoa(stressMaxPids)
	case "--mem":
		l.mem, ok = 0, value != ""
		if ok {
			l.mem, ok = bytesOf(value)
		}
		ok = ok && l.mem <= stressMaxMem
		most = "512M"
	case "--timeout":
		l.timeout, ok = seconds(value)
		ok = ok && l.timeout > 0 && l.timeout <= stressMaxTime
		most = "60"
	default:
		return fmt.Errorf("unrecognized option '%s'", name)
	}
	if !ok {
		return fmt.Errorf("%s %s: a number is wanted, %s at most", name, value, most)
	}
	return nil
}

func atMost(text string, most int) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0 && n <= most
}

func spin() {
	for n := uint64(0); ; n++ {
		_ = n * n
	}
}

// hold takes memory and writes to every page of it, as otherwise there is none.
func hold(size int64) error {
	m, err := unix.Mmap(-1, 0, int(size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		return err
	}
	for i := 0; i < len(m); i += os.Getpagesize() {
		m[i] = 1
	}
	return nil
}

// scratch writes a file of the greatest size in the working directory over and
// over, until this process ends. It has no name, so it goes with the process.
func (c *call) scratch() error {
	f, err := os.CreateTemp(".", ".stress")
	if err != nil {
		return err
	}
	if err := os.Remove(f.Name()); err != nil {
		return err
	}
	block := make([]byte, 1<<20)
	go func() {
		for at := int64(0); ; at = (at + int64(len(block))) % stressMaxDisk {
			if _, err := f.WriteAt(block, at); err != nil {
				c.fail(1, "disk: %s", reason(err))
				return
			}
			f.Sync()
		}
	}()
	return nil
}
