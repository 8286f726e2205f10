package cgroup

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The test binary started again plays one of these parts. Each has a ceiling
// of its own and ends after watchdog, whatever the test does.
var roles = map[string]func(args []string) int{
	"idle": idle, "eat": eat, "burn": burn, "fork": fork, "count": count, "enter": enter, "init": beInit, "read": readDirect, "user": beUser, "attach": attach, "killer": killer,
}

const (
	roleVariable = "TENTPOLE_CGROUP_TEST_ROLE"
	watchdog     = 20 * time.Second
	ceiling      = 256 // MiB, what the eater eats at most
	mostForks    = 64
)

func play(role string, args []string) int {
	time.AfterFunc(watchdog, func() { os.Exit(3) })
	return roles[role](args)
}

// idle answers each line it hears, until it hears no more.
func idle([]string) int {
	fmt.Println("ready")
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		fmt.Println(in.Text())
	}
	return 0
}

// eat takes so many MiB, says so, and waits for a line to take the next.
func eat(args []string) int {
	eaten := 0
	in := bufio.NewScanner(os.Stdin)
	for _, arg := range args {
		want, _ := strconv.Atoi(arg)
		for ; eaten < min(want, ceiling); eaten++ {
			b, err := unix.Mmap(-1, 0, 1<<20, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
			if err != nil {
				return 4
			}
			for i := 0; i < len(b); i += 4096 {
				b[i] = 1
			}
		}
		fmt.Println("eaten", eaten)
		in.Scan()
	}
	return 0
}

// burn keeps two threads busy for so many seconds.
func burn(args []string) int {
	seconds, _ := strconv.Atoi(args[0])
	fmt.Println("ready")
	end := time.Now().Add(time.Duration(min(seconds, 8)) * time.Second)
	var busy sync.WaitGroup
	for range 2 {
		busy.Go(func() {
			for time.Now().Before(end) {
			}
		})
	}
	busy.Wait()
	return 0
}

// fork starts processes that do nothing until the kernel refuses, and says
// how many there are and why. It must not need a new thread meanwhile: the
// runtime would not survive the refusal.
func fork([]string) int {
	runtime.LockOSThread()
	var pids []int
	in := bufio.NewScanner(os.Stdin)
	refusal := syscall.Errno(0)
	fmt.Println("ready")
	for in.Scan() {
		for refusal = 0; len(pids) < mostForks && refusal == 0; {
			pid, errno := forkIdle()
			if refusal = errno; errno == 0 {
				pids = append(pids, pid)
			}
		}
		fmt.Println(len(pids), int(refusal))
		for _, pid := range pids {
			unix.Kill(pid, unix.SIGKILL)
			unix.Wait4(pid, nil, 0, nil)
		}
		pids = nil
	}
	return 0
}

// forkIdle is fork(2) with a child that makes nothing but system calls: it has
// one thread and no runtime.
func forkIdle() (pid int, errno syscall.Errno) {
	parent := os.Getpid()
	child, _, errno := syscall.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	if errno != 0 || child != 0 {
		return int(child), errno
	}
	syscall.RawSyscall(unix.SYS_PRCTL, unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0)
	if now, _, _ := syscall.RawSyscall(unix.SYS_GETPPID, 0, 0, 0); int(now) == parent {
		forever := unix.Timespec{Sec: int64(watchdog / time.Second)}
		syscall.RawSyscall(unix.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&forever)), 0, 0)
	}
	syscall.RawSyscall(unix.SYS_EXIT, 0, 0, 0)
	return 0, 0 // not reached
}

// count counts in a file that it shares with the test.
func count(args []string) int {
	n, err := mapCounter(args[0])
	if err != nil {
		return 4
	}
	fmt.Println("ready")
	for {
		atomic.AddUint64(n, 1)
		runtime.Gosched()
	}
}

func mapCounter(file string) (*uint64, error) {
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := f.Truncate(4096); err != nil {
		return nil, err
	}
	b, err := unix.Mmap(int(f.Fd()), 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	return (*uint64)(unsafe.Pointer(&b[0])), nil
}

// enter joins v1 groups, whose tasks are descriptors 3 and on, and becomes
// another part. Only this thread has joined; by the exec it is the only one.
func enter(args []string) int {
	runtime.LockOSThread()
	tasks, _ := strconv.Atoi(args[0])
	for fd := 3; fd < 3+tasks; fd++ {
		if _, err := unix.Write(fd, []byte("0")); err != nil {
			fmt.Fprintln(os.Stderr, "join:", err)
			return 5
		}
		unix.CloseOnExec(fd)
	}
	os.Setenv(roleVariable, args[1])
	fmt.Fprintln(os.Stderr, syscall.Exec("/proc/self/exe", append([]string{os.Args[0]}, args[2:]...), os.Environ()))
	return 5
}

// beInit hears of the commands' leaf, starts a command in it, says its number,
// and tries to move it to other places that it hears of.
func beInit([]string) int {
	fmt.Println("ready")
	in := bufio.NewScanner(os.Stdin)
	in.Scan()
	leaf, err := os.Open(in.Text())
	if err != nil {
		fmt.Println(err)
		return 5
	}
	cmd := partner(watchdog, "idle")
	cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, int(leaf.Fd())
	hold, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		fmt.Println(err)
		return 5
	}
	defer hold.Close()
	for fmt.Println(cmd.Process.Pid); in.Scan(); {
		fmt.Println(writeControl(in.Text(), strconv.Itoa(cmd.Process.Pid)))
	}
	return 0
}

// attach waits until it has been put where it is to be, and becomes another
// part.
func attach(args []string) int {
	os.Stdin.Read(make([]byte, 1))
	os.Setenv(roleVariable, args[0])
	fmt.Fprintln(os.Stderr, syscall.Exec("/proc/self/exe", append([]string{os.Args[0]}, args[1:]...), os.Environ()))
	return 5
}

// readDirect reads a MiB of a file past the page cache.
func readDirect(args []string) int {
	fd, err := unix.Open(args[0], unix.O_RDONLY|unix.O_DIRECT, 0)
	if err != nil {
		fmt.Println(err)
		return 4
	}
	b, err := unix.Mmap(-1, 0, 1<<20, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return 4
	}
	n, err := unix.Read(fd, b)
	fmt.Println(n, err)
	return 0
}

// beUser makes a group with limits, has a command born in it and killed, and
// tells what it saw.
func beUser([]string) int {
	g, err := Look().Make("cgtest-user", Limits{PIDs: 32, Memory: 64 << 20}, Owner{os.Geteuid(), os.Getegid()})
	if err != nil {
		fmt.Println(err)
		return 5
	}
	err = g.Apply(Limits{PIDs: 32, Memory: 64 << 20})
	cmd := command(g, "eat", "256")
	ended := cmd.Run()
	s, _ := g.Statistics()
	if ended == nil || ended.Error() != "signal: killed" || s.Memory.OOMKill == nil || *s.Memory.OOMKill != 1 || s.PIDs.Max == nil {
		fmt.Println(ended, s)
		return 5
	}
	fmt.Println(g.Path, *s.PIDs.Max, "killed", errors.Join(err, g.Close(patience)))
	return 0
}

// killer kills one by one who is in a group, and is in it.
func killer(args []string) int {
	fmt.Println(killTree(args[0]))
	return 0
}
