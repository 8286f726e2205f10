package play

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
)

// volumes are the directories of a lesson on the host: made when a step wants
// one, there for the steps after it, gone with the lesson. They lie in the
// state directory, where the janitor finds them if tentpole is killed.
type volumes struct {
	mu     sync.Mutex
	top    string // the directory that they are in; empty before the first
	remove func() error
	dirs   map[string]string // by the volume's name
}

// directory returns the host's directory of a volume.
func (v *volumes) directory(name string) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if dir, ok := v.dirs[name]; ok {
		return dir, nil
	}
	if v.top == "" {
		top, remove, err := sandbox.Scratch(-1) // the group is given when a sandbox is known
		if err != nil {
			return "", fmt.Errorf("make a directory for the volume %s: %w", name, err)
		}
		v.top, v.remove, v.dirs = top, remove, map[string]string{}
	}
	dir := filepath.Join(v.top, name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		return "", fmt.Errorf("make the volume %s: %w", name, err)
	}
	v.dirs[name] = dir
	return dir, nil
}

// mount adds the volumes of a step to its spec.
func (v *volumes) mount(spec *sandbox.Spec, list []lessons.Mounted) error {
	for _, m := range list {
		dir, err := v.directory(m.Name)
		if err != nil {
			return err
		}
		spec.Volumes = append(spec.Volumes, sandbox.Volume{Source: dir, Target: m.At, ReadOnly: m.ReadOnly})
	}
	return nil
}

// give hands the volumes of a plan to root inside, and lets it pass on the way
// to them. What is in them keeps its owner.
func (v *volumes) give(p *sandbox.Plan) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	uid, gid := p.Owner(), p.Group()
	for _, volume := range p.Spec.Volumes {
		if !strings.HasPrefix(volume.Source, v.top) || v.top == "" || uid == os.Geteuid() && gid == os.Getegid() {
			continue
		}
		if err := errors.Join(os.Chown(v.top, -1, gid), os.Lchown(volume.Source, uid, gid)); err != nil {
			return fmt.Errorf("give a volume to root inside: %w", err)
		}
	}
	return nil
}

// environment names them for a shell of the host's, each by its variable.
func (v *volumes) environment() (env []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(v.dirs)) {
		env = append(env, lessons.Mounted{Name: name}.Variable()+"="+v.dirs[name])
	}
	return env
}

// say says where those of a step are on the host.
func (v *volumes) say(list []lessons.Mounted) (lines []string) {
	for _, m := range list {
		if v, err := v.find(m.Name); err == nil {
			lines = append(lines, fmt.Sprintf("%s inside is %s on the host, where the shell knows it as $%s.", m.At, v.Path, m.Variable()))
		}
	}
	return lines
}

// find looks at one for a condition.
func (v *volumes) find(name string) (lessons.Volume, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	dir, ok := v.dirs[name]
	if !ok {
		return lessons.Volume{}, fmt.Errorf("there is no volume %q", name)
	}
	return lessons.Volume{Path: dir, File: func(file string) (lessons.File, error) { return fileBelow(dir, file) }}, nil
}

// end removes all of them.
func (v *volumes) end() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	remove := v.remove
	v.top, v.remove, v.dirs = "", nil, nil
	if remove == nil {
		return nil
	}
	return remove()
}
