package sandbox

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// record is what a sandbox leaves in its tree for others to read: `inspect
// NAME`, and the janitor if its owner is killed.
type record struct {
	Name   string   `json:"name"`
	Init   int      `json:"init"` // the host's number
	Cgroup string   `json:"cgroup,omitempty"`
	Layers LayerSet `json:"layers"`
	Root   RootKind `json:"root"`
}

const (
	recordFile   = "sandbox.json"
	canariesFile = "canaries"
)

// prepareProcess is done once, before the first sandbox of this program.
func prepareProcess(state string) error {
	prepareOnce.Do(func() {
		// Nothing we were born with leaks into a sandbox.
		unix.CloseRange(3, ^uint(0), unix.CLOSE_RANGE_CLOEXEC)
		// What a killed init leaves comes to us instead of to PID 1.
		unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	})
	if _, done := swept.LoadOrStore(state, true); done {
		return nil
	}
	_, err := Sweep(state)
	if err != nil {
		swept.Delete(state)
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
	if err := passable(path.Dir(tree)); err != nil {
		return err
	}
	for _, dir := range []string{tree, tree + "/root"} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return explain("mkdir", dir, errno(err))
		}
		s.made = true
		err := os.Chown(dir, -1, s.plan.group())
		if err == nil {
			err = os.Chmod(dir, 0o710)
		}
		if err != nil {
			return explain("give away", dir, errno(err))
		}
	}
	return nil
}

// passable makes a directory of the state directory that everybody may pass
// through and nobody else may list, whatever the umask says.
func passable(dir string) error {
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return explain("mkdir", dir, errno(err))
	}
	for _, d := range []string{path.Dir(dir), dir} {
		if err := os.Chmod(d, 0o711); err != nil {
			return explain("chmod", d, errno(err))
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
	r := record{Name: s.plan.Name, Init: s.cmd.Process.Pid, Layers: s.plan.Layers, Root: s.plan.Root}
	if s.group != nil {
		r.Cgroup = s.group.Path
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
	dir := path.Join(state, "sandboxes")
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, explain("read", dir, errno(err))
	}
	var running []string
	for _, e := range entries {
		n, o, ok := parseOwned(e.Name())
		if !ok || !o.alive() {
			continue
		}
		running = append(running, n)
		if n != name {
			continue
		}
		var r record
		b, err := os.ReadFile(path.Join(dir, e.Name(), recordFile))
		if err == nil {
			err = json.Unmarshal(b, &r)
		}
		if err != nil {
			return 0, explain("read", e.Name(), errno(err))
		}
		return firstChild(r.Init), nil
	}
	return 0, &UsageError{What: "sandbox", Word: name, Known: running}
}

func firstChild(pid int) int {
	kids := childrenOf(pid)
	if len(kids) == 0 {
		return pid
	}
	return kids[0]
}

func childrenOf(pid int) []int {
	lists, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/children")
	var kids []int
	for _, list := range lists {
		b, err := os.ReadFile(list)
		if err != nil {
			continue
		}
		for _, f := range strings.Fields(string(b)) {
			if kid, err := strconv.Atoi(f); err == nil {
				kids = append(kids, kid)
			}
		}
	}
	return kids
}
