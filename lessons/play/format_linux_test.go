package play

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// written is a lesson with steps, loaded with what this engine knows.
func written(t *testing.T, steps string) *lessons.Lesson {
	t.Helper()
	l, err := parsed(steps)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func parsed(steps string) (*lessons.Lesson, error) {
	const front = "---\nformat: 1\nid: x\ntitle: X\npart: 1\norder: 1\nsummary: X.\nroot: host\n---\n\n# X\n\n"
	return lessons.Load(fstest.MapFS{"x.md": {Data: []byte(front + steps)}}, "x.md", Known())
}

// proven plays a lesson that must be true.
func proven(t *testing.T, l *lessons.Lesson) {
	t.Helper()
	found, err := Prove(t.Context(), l, NewEngine(), VariantHere(), nil)
	if err != nil {
		t.Fatal(err)
	}
	judge(t, found)
}

// TestProveLimits: what conditions say of limits is what the sandbox was given.
func TestProveLimits(t *testing.T) {
	proven(t, written(t, `## Limits

<!-- step
id: limits
kind: predict
limits: {memory: 64M, cpus: "0.5", pids: 32}
requires: [memory, cpu, pids]
hostname: tent
root: tiny
holds:
  - cgroup.memory.max == 64 * MiB and cgroup.memory.current > 0
  - cgroup.cpu.max == 0.5 and cgroup.cpu.throttled >= 0
  - cgroup.pids.max == 32 and cgroup.pids.current >= 1
  - cgroup.memory.oom_kill == 0
  - not cgroup.frozen and cgroup.path startsWith "/" and cgroup.path != "/"
  - inside.hostname == "tent" and host.hostname != "tent"
-->

<!-- predict
ask: Is it limited?
options:
  - {id: "yes", text: "yes", when: cgroup.memory.max < 1 * GiB, say: A.}
  - {id: "no", text: "no", when: cgroup.memory.max == unlimited, say: B.}
-->
`))
}

// TestProveVolume: a volume outlives the sandboxes of its lesson, whoever they
// map root to, and not the lesson.
func TestProveVolume(t *testing.T) {
	l := written(t, `## Write

<!-- step
id: write
kind: task
layers: [user, mount]
root: tiny
volumes: [{name: store, at: /data}]
-->

<!-- task
parts:
  - say: written inside
    when: volume("store").file("/x").exists
  - say: written on the host
    when: inside.file("/data/y").text == "host"
-->

<details><summary>Solution</summary>

`+"```sh inside\ntouch /data/x\n```\n\n```sh host\necho host > $STORE/y\n```"+`

</details>

## Still there

<!-- step
id: still
kind: predict
layers: [net]
holds:
  - inside.ns.net != host.ns.net
  - inside.can("CAP_KILL") and not inside.listens(31337)
  - inside.boot_time > 0
-->

<!-- predict
ask: Is it still there?
options:
  - {id: "yes", text: "yes", when: inside.file("/data/x").exists and inside.file("/data/y").exists, say: A.}
  - {id: "no", text: "no", when: not inside.file("/data/x").exists, say: B.}
-->

## Write again

<!-- step
id: again
kind: task
-->

<!-- task
parts:
  - say: written again
    when: volume("store").file("/z").exists
-->

<details><summary>Solution</summary>

`+"```sh inside\ntouch /data/z\n```"+`

</details>
`)
	proven(t, l)
	found, err := ProveStep(t.Context(), l, NewEngine(), VariantHere(), "still")
	if err != nil {
		t.Error(err)
	}
	judge(t, found) // with what the step before it has written
	if _, err := ProveStep(t.Context(), l, NewEngine(), VariantHere(), "stil"); err == nil {
		t.Error("a step that is none")
	}
	p := NewPlayer(NewEngine())
	m, err := p.Run(t.Context(), l.Step("write"), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, dir, _ := strings.Cut(strings.Join(p.Volumes(), " "), "STORE=")
	if _, err := os.Stat(dir); err != nil {
		t.Error(err)
	}
	if len(m.Volumes) != 1 || m.Volumes[0] != "/data inside is "+dir+" on the host, where the shell knows it as $STORE." {
		t.Errorf("the learner is told %q", m.Volumes)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path.Dir(dir)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s when the lesson is closed: %v", path.Dir(dir), err)
	}
}

// TestProveStates: what is stated and is not so, and an id that an experiment
// does not have, are found where they stand.
func TestProveStates(t *testing.T) {
	l := written(t, `## Run

<!-- step
id: run
kind: run
experiment: file
with: {path: /tmp/tentpole-states}
expect: open
holds:
  - observed("file").outcome == "open" and number("entries").value > 0
  - inside.ns.mount != host.ns.mount
-->

<!-- predict
ask: Where?
options:
  - {id: a, text: A, when: observed("fil").outcome == "open", say: A.}
  - {id: b, text: B, when: reason != "" and outcome == "open", say: B.}
-->
`)
	found, err := Prove(t.Context(), l, NewEngine(), VariantHere(), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"x.md:22:5: the step \"run\" states what cannot be told: condition",
		"x.md:23:5: the step \"run\" states this, and it is not so: inside.ns.mount",
		"x.md:29:28: the option \"a\": file has no observation \"fil\" (there are: file",
	}
	for i, w := range want {
		if i >= len(found) || !strings.HasPrefix(found[i].String(), w) {
			t.Errorf("found %v, want %s", found, w)
		}
	}
}

// TestSettings: every key of a step that the engine is asked about is one that
// it knows, and a word that is none is found where it stands.
func TestSettings(t *testing.T) {
	const step = "## S\n\n<!-- step\nid: s\nkind: run\nroot: overlay\n%\n-->\n"
	for setting, want := range map[string]string{
		`network: none`:                                   "",
		`network: brigde`:                                 `x.md:19:10: unknown network "brigde"`,
		`ports: ["8080:80"]`:                              "",
		`ports: ["80"]`:                                   `x.md:19:8: published port "80"`,
		`hostname: tent`:                                  "",
		`hostname: my tent`:                               `x.md:19:11: hostname`,
		`read-only: "true"`:                               "",
		`read-only: maybe`:                                `x.md:19:12: read-only is true or false`,
		`upper: tmpfs`:                                    "",
		`upper: dsk`:                                      `x.md:19:8: unknown upper`,
		`tmpfs: ["/x:1M"]`:                                "",
		`tmpfs: ["x"]`:                                    `x.md:19:8: tmpfs`,
		`capabilities: [chown, CAP_KILL]`:                 "",
		`capabilities: none`:                              "",
		`capabilities: []`:                                "",
		`capabilities: [chwon]`:                           `x.md:19:15: unknown capability "chwon"`,
		`seccomp: docker`:                                 "",
		`seccomp: doker`:                                  `x.md:19:10: `,
		`seccomp-allow: [mount]`:                          "",
		`seccomp-deny: [mkdir]`:                           "",
		`seccomp-deny: [riscv_hwprobe]`:                   "",
		`seccomp-deny: [mkdri]`:                           `x.md:19:15: unknown system call "mkdri"; did you mean "mkdir"?`,
		`landlock-read: [/usr]`:                           "",
		`landlock-write: [tmp]`:                           `x.md:19:17: `,
		`landlock-bind: [80]`:                             "",
		`landlock-connect: [http]`:                        `x.md:19:19: "http" is no port`,
		`limits: {memory: 64M}`:                           "",
		`limits: {memory: lots}`:                          `x.md:19:18: `,
		`volumes: [{name: data, at: /data}]`:              "",
		`volumes: [{name: data, at: data}]`:               `x.md:19:11: volume: "data" is not an absolute path`,
		`volumes: [{name: path, at: /data}]`:              `x.md:19:11: volume: "path" becomes a variable of the host's shells`,
		`volumes: [{name: ld-preload, at: /d}]`:           `x.md:19:11: volume: "ld-preload" becomes`,
		`network: [none, host]`:                           `x.md:19:10: network: a list of 2`,
		`netwrok: none`:                                   `x.md:19:1: step: there is no key "netwrok"; did you mean network?`,
		"experiment: file\nwith: {pth: /tmp/x}":           `x.md:20:1: there is no argument of file "pth"; did you mean path?`,
		"experiment: hostname\nwith: {path: /x}":          `x.md:20:1: the experiment hostname takes no arguments`,
		"experiment: file\nwith: {subject: vm, path: /x}": `x.md:18:1: it is about a sandbox, and the step runs on vm; leave root out`,
		"experiment: file\nwith: {sbject: vm}":            `x.md:20:1: there is no argument of file "sbject"; did you mean subject?`,
		"observe: [kernel]":                               `x.md:19:1: the row kernel is there only where the kernel is another`,
		"observe: [boot_ids]":                             `x.md:19:11: there is no row on the board "boot_ids"; did you mean boot_id?`,
		"requires: [docer]":                               `x.md:19:12: there is no feature "docer"; did you mean docker?`,
		"requires: [docker]":                              "",
		"holds: [inside.can(\"CAP_KIL\")]":                `x.md:19:20: there is no capability "CAP_KIL"; did you mean CAP_KILL?`,
		"holds: [volume(\"dta\").path != \"\"]":           `x.md:19:16: there is no volume of this step "dta"`,
		"holds: ['observed(\"x\").by == \"\"']":           `x.md:19:19: observed: there is no experiment in this step`,
	} {
		_, err := parsed(strings.Replace(step, "%", setting, 1))
		if (want == "") != (err == nil) || err != nil && !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %q", setting, err, want)
		}
	}
}

// TestKernelRows: a step on another kernel may name the rows that tell of it.
func TestKernelRows(t *testing.T) {
	l := written(t, "## House\n\n<!-- step {id: house, kind: run, experiment: kernel, with: {subject: vm}, observe: [kernel, boot_id]} -->\n")
	if got := l.Steps[0].Run.Observe; !slices.Equal(got, facts.KernelRowIDs()) {
		t.Errorf("it observes %v", got)
	}
}

// TestSettingsStay: they stay until changed, and go into the spec.
func TestSettingsStay(t *testing.T) {
	l := written(t, "## A\n\n<!-- step\nid: a\nkind: run\nlayers: [root]\nnetwork: none\ncapabilities: none\n-->\n\n"+
		"## B\n\n<!-- step {id: b, kind: run, hostname: tent} -->\n\n## C\n\n<!-- step {id: c, kind: run, capabilities: [], hostname: []} -->\n")
	for id, want := range map[string]string{"a": "none []  overlay", "b": "none [] tent overlay", "c": "none nil  overlay"} {
		s, err := Spec(l.Step(id).Run)
		kept := "[]"
		if s.Capabilities == nil {
			kept = "nil"
		}
		if got := string(s.Network) + " " + kept + " " + s.Hostname + " " + string(s.Root); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", id, got, err, want)
		}
	}
}
