package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// record is what a sandbox leaves in its tree for others to read: `inspect
// NAME`, and the janitor if its owner is killed.
type record struct {
	Name    string   `json:"name"`
	Init    int      `json:"init"` // the host's number
	Cgroups []string `json:"cgroups,omitempty"`
	Layers  LayerSet `json:"layers"`
	Root    RootKind `json:"root"`
}

const (
	recordFile   = "sandbox.json"
	canariesFile = "canaries"
)

// adoptOrphans is done once, before the first process that this program starts.
func adoptOrphans() {
	prepareOnce.Do(func() {
		// Nothing we were born with leaks into a sandbox.
		unix.CloseRange(3, ^uint(0), unix.CLOSE_RANGE_CLOEXEC)
		// What a killed init leaves comes to us instead of to PID 1.
		unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	})
}

// prepareProcess is done once for a state directory, before its first sandbox.
func prepareProcess(state string) error {
	adoptOrphans()
	if _, done := swept.LoadOrStore(state, true); done {
		return nil
	}
	_, err := Sweep(state)
	if err != nil {
		swept.Delete(state)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil // another janitor is at work: that one does it
	}
	return err
}

var (
	prepareOnce sync.Once
	swept       sync.Map // state directories that were swept
)

// makeTree makes the sandbox's own directory, open to the group of root inside
// and to nobody else: that one must pass through it, and a set-user-id program
// made inside must not be within anybody's reach outside.
func (s *Sandbox) makeTree() error {
	tree := s.plan.tree
	sandboxes, err := openSandboxes(s.plan.machine.State)
	if err != nil {
		return err
	}
	sandboxes.Close()
	for _, dir := range []string{tree, tree + "/root"} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return explain("mkdir", dir, errno(err))
		}
		s.made = true
		err := os.Chown(dir, -1, s.plan.Group())
		if err == nil {
			err = os.Chmod(dir, 0o710)
		}
		if err != nil {
			return explain("give away", dir, errno(err))
		}
	}
	return nil
}

// errno strips what an error says twice.
func errno(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

func (s *Sandbox) writeRecord() error {
	r := record{Name: s.plan.Name, Init: s.init.pid, Layers: s.plan.Layers, Root: s.plan.Root}
	if s.group != nil {
		r.Cgroups = s.group.Directories()
	}
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	file := path.Join(s.plan.tree, recordFile)
	return explainNil("write", file, os.WriteFile(file, b, 0o644))
}

func explainNil(operation, target string, err error) error {
	if err == nil {
		return nil
	}
	return explain(operation, target, errno(err))
}

// Canary writes down, before it is made, a file outside the sandbox's own
// tree that an experiment is about to make, so that it is removed even if
// tentpole is killed. content must be random: the file is known by it.
func (s *Sandbox) Canary(file, content string) error {
	f, err := os.OpenFile(path.Join(s.plan.tree, canariesFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return explain("write", canariesFile, errno(err))
	}
	defer f.Close()
	return json.NewEncoder(f).Encode(canary{file, content})
}

type canary struct {
	Path    string `json:"path"`
	Content string `json:"content"`
}

// Find returns the host's number of the command of a running sandbox by the
// sandbox's name: the first thing its init has started, or the init itself.
func Find(name string) (pid int, err error) {
	state, err := StateDir()
	if err != nil {
		return 0, err
	}
	init, err := findInit(state, name)
	if err != nil {
		return 0, err
	}
	return firstChild(init), nil
}

// findInit returns the host's number of a running sandbox's init.
func findInit(state, name string) (pid int, err error) {
	var running []string
	nobody := func() error { return &UsageError{What: "sandbox", Word: name, Known: running} }
	if _, err := os.Stat(path.Join(state, sandboxesDir)); errors.Is(err, fs.ErrNotExist) {
		return 0, nobody()
	}
	sandboxes, err := openSandboxes(state)
	if err != nil {
		return 0, err
	}
	defer sandboxes.Close()
	trees, err := fs.ReadDir(sandboxes.FS(), ".")
	if err != nil {
		return 0, explain("read", sandboxes.Name(), errno(err))
	}
	for _, t := range trees {
		n, o, ok := parseOwned(t.Name())
		if !ok || !o.alive() {
			continue
		}
		running = append(running, n)
		if n != name {
			continue
		}
		r, err := readRecord(sandboxes, t.Name())
		return r.Init, explainNil("read", t.Name(), err)
	}
	return 0, nobody()
}

// mostRecord bounds a record, in bytes.
const mostRecord = 1 << 16

func readRecord(sandboxes *os.Root, tree string) (r record, err error) {
	b, err := readTree(sandboxes, tree, recordFile, mostRecord)
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	return r, err
}

func firstChild(pid int) int {
	kids := childrenOf(pid)
	if len(kids) == 0 {
		return pid
	}
	return kids[0]
}

// childrenOf lists the children of a process.
func childrenOf(pid int) (kids []int) {
	threads, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, t := range threads {
		if thread, err := strconv.Atoi(t.Name()); err == nil {
			kids = append(kids, childrenOfThread(pid, thread)...)
		}
	}
	return kids
}

// childrenOfThread lists those that belong to one thread: which it has forked,
// or has been given; proc_pid_task(5).
func childrenOfThread(pid, thread int) (kids []int) {
	list, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, thread))
	if err != nil {
		return nil
	}
	for _, f := range strings.Fields(string(list)) {
		if kid, err := strconv.Atoi(f); err == nil {
			kids = append(kids, kid)
		}
	}
	return kids
}
