package preset

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/cgroup"
	"github.com/tentpole-labs/tentpole/sandbox/network"
)

// full is a setup with something of everything.
func full() Setup {
	return Setup{Command: "echo a b", Spec: sandbox.Spec{
		Layers: sandbox.Set(sandbox.Mount, sandbox.PID, sandbox.Net), Root: sandbox.RootTiny, ReadOnly: true, Upper: sandbox.UpperMemory,
		Volumes: []sandbox.Volume{{Source: "/srv", Target: "/data", ReadOnly: true}}, Tmpfs: []sandbox.Tmpfs{{Target: "/scratch", Size: 8 << 20}},
		Publish: []network.Port{{Host: 8080, Inside: 80}}, Hostname: "tent", Join: []sandbox.Join{{Name: "other", Namespaces: sandbox.Set(sandbox.IPC)}},
		Limits:       cgroup.Limits{Memory: 64 << 20, CPUs: 0.5, PIDs: 32, IO: []cgroup.IOLimit{{Device: "8:0", WriteBPS: 1 << 20}}},
		Capabilities: []string{}, Calls: sandbox.CallRules{Profile: "docker", Deny: []string{"ptrace"}}, Access: sandbox.Access{Read: []string{"/usr"}},
	}}
}

// TestKeep: what is saved is loaded again, by its name, and listed.
func TestKeep(t *testing.T) {
	s := &Store{Dir: filepath.Join(t.TempDir(), "not", "there", "yet")}
	if names, err := s.Names(); len(names) != 0 || err != nil {
		t.Errorf("names of nothing: %v, %v", names, err)
	}
	want := map[string]Setup{"full": full(), "plain": {}, "container": Container()}
	for name, setup := range want {
		if err := s.Save(name, setup); err != nil {
			t.Fatal(err)
		}
	}
	names, err := s.Names()
	if err != nil || !slices.Equal(names, []string{"container", "full", "plain"}) {
		t.Errorf("names %v, %v", names, err)
	}
	for name, setup := range want {
		if got, err := s.Load(name); err != nil || !got.Equal(setup) {
			t.Errorf("%s came back as %+v, %v", name, got, err)
		}
	}
	if left, err := os.ReadDir(s.Dir); err != nil || len(left) != len(want) {
		t.Errorf("left beside the files: %v, %v", left, err)
	}
}

// TestBadFiles: each is one sentence that names the file.
func TestBadFiles(t *testing.T) {
	s := &Store{Dir: t.TempDir()}
	for _, c := range []struct{ name, text, want string }{
		{"no-json", "layers: [mount]", "it is no JSON"},
		{"empty", "", "it is no JSON"},
		{"newer", `{"schema":"tentpole/setup/v9","spec":{}}`, "this tentpole reads tentpole/setup/v1"},
		{"unknown", `{"schema":"tentpole/setup/v1","spec":{"layrs":[]}}`, `unknown field "layrs"`},
		{"layer", `{"schema":"tentpole/setup/v1","spec":{"layers":["mont"]}}`, `did you mean "mount"?`},
		{"spec", `{"schema":"tentpole/setup/v1","spec":{"layers":["root"],"root":"host"}}`, "a root of its own"},
		{"large", strings.Repeat(" ", mostFile+1), "larger than any setup"},
	} {
		if err := os.WriteFile(s.path(c.name), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := s.Load(c.name)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), s.path(c.name)) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := s.Load("not-there"); !errors.Is(err, os.ErrNotExist) || strings.Count(err.Error(), "not-there") != 1 {
		t.Errorf("a file that is not there: %v", err)
	}
	for _, name := range []string{"", "..", "a/b", "a b", strings.Repeat("a", 49), "é"} {
		if s.Save(name, Setup{}) == nil {
			t.Errorf("saved as %q", name)
		}
	}
}

// TestSpecs: what has a name is a spec that a machine could have.
func TestSpecs(t *testing.T) {
	for _, n := range slices.Concat(Stages(), Likes(true), Likes(false)) {
		if err := n.Setup.Spec.Validate(); err != nil {
			t.Errorf("%s: %v", n.Name, err)
		}
	}
	if got := Container().Spec.Layers.Len(); got != len(sandbox.Layers()) {
		t.Errorf("a container has %d layers", got)
	}
}

func TestLine(t *testing.T) {
	for _, c := range []struct {
		setup Setup
		want  string
	}{
		{Setup{}, "tentpole run -- sh"},
		{Setup{Command: "ls -l  /"}, "tentpole run -- ls -l /"},
		{Setup{Command: "ls | wc"}, "tentpole run -- sh -c 'ls | wc'"},
		{full(), "tentpole run --layer mount,pid,net --root tiny --upper tmpfs --volume /srv:/data:ro --tmpfs /scratch:8M --publish 8080:80 " +
			"--join other:ipc --hostname tent --memory 64M --cpus 0.5 --pids 32 --io '8:0 wbps=1M' --capabilities none --seccomp docker " +
			"--seccomp-deny ptrace --landlock-read /usr --read-only -- echo a b"},
	} {
		if got := c.setup.Line(); got != c.want {
			t.Errorf("%+v\nis  %s\nnot %s", c.setup, got, c.want)
		}
	}
}

func TestSizeWord(t *testing.T) {
	for n, want := range map[int64]string{0: "", 1: "1", 1 << 10: "1K", 64 << 20: "64M", 3 << 30: "3G", 1<<20 + 1: "1048577"} {
		if got := SizeWord(n); got != want {
			t.Errorf("%d is %q", n, got)
		}
		if got, err := cgroup.ParseBytes("size", SizeWord(n)); n != 0 && (got != n || err != nil) {
			t.Errorf("%d is read as %d, %v", n, got, err)
		}
	}
}
