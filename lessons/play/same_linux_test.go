package play

import (
	"os"
	"os/exec"
	"path"
	"strings"
	"testing"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
)

// namespaceFiles are what the layers are called in /proc/PID/ns.
var namespaceFiles = map[sandbox.Layer]string{
	sandbox.Mount: "mnt", sandbox.UTS: "uts", sandbox.IPC: "ipc", sandbox.PID: "pid", sandbox.Net: "net",
	sandbox.User: "user", sandbox.Cgroup: "cgroup", sandbox.Time: "time",
}

// TestSameCommands: the command that a lesson shows has the namespaces that the
// sandbox of the lesson has, and no others.
func TestSameCommands(t *testing.T) {
	if _, err := exec.LookPath("unshare"); err != nil {
		skip(t, err)
	}
	sets := [][]string{{"mount", "uts", "ipc", "pid", "net", "user", "cgroup", "time"}}
	for l := range namespaceFiles {
		sets = append(sets, []string{string(l)})
	}
	for _, layers := range sets {
		run := &lessons.Run{Layers: layers}
		block, _, _ := strings.Cut(strings.TrimPrefix(Same(run, VariantHere()), "```sh\n"), "\n```")
		command, found := strings.CutSuffix(block, " sh")
		if !found {
			t.Errorf("%v: %q", layers, block)
			continue
		}
		// The last of several is not executed in the place of the shell.
		out, err := exec.Command("sh", "-c", command+" sh -c 'cd /proc/self/ns && for n in mnt uts ipc pid net user cgroup time; do readlink $n; done; true'").CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", command, err, out)
			continue
		}
		spec, err := Spec(run)
		if err != nil {
			t.Fatal(err)
		}
		raised := spec.Raised(VariantHere() == lessons.User)
		for l, file := range namespaceFiles {
			here, err := os.Readlink(path.Join("/proc/self/ns", file))
			if err != nil {
				t.Fatal(err)
			}
			if own := !strings.Contains(string(out), here+"\n"); own != raised.Has(l) {
				t.Errorf("%s: a namespace of its own for %s: %v", command, l, own)
			}
		}
	}
}

// TestSame: what else a sandbox has is said to each tool in its own words.
func TestSame(t *testing.T) {
	l := written(t, "## A\n\n<!-- step\nid: a\nkind: run\nlayers: [net, no-new-privs, landlock]\nroot: tiny\nhostname: tent\nlimits: {memory: 64M, cpus: \"0.5\", pids: 32}\n"+
		"ports: [\"8080:80\"]\nvolumes: [{name: data, at: /data, read-only: true}]\ncapabilities: [chown, kill]\nread-only: \"true\"\n-->\n")
	run := l.Step("a").Run
	const tools = "```sh\nunshare --mount --uts --net sh -c 'hostname tent; exec setpriv --no-new-privs --bounding-set=-all,+chown,+kill --inh-caps=-all sh'\n```\n\n" +
		"With `root`, `memory`, `cpu`, `pids` and `landlock`, as a script to read and run:\n\n```sh\n" +
		"tentpole plan --layer net,no-new-privs,landlock --root tiny \\\n  --cpus 0.5 --memory 64M --pids 32 \\\n" +
		"  --volume /srv/data:/data:ro --capabilities chown,kill \\\n  --hostname tent --publish 8080:80 --read-only --as unshare\n```\n\n" +
		"Docker raises `mount`, `root`, `uts`, `net` and `capabilities` for every container; for `landlock` it has no flag.\n\n```sh\n" +
		"docker run --rm -it --hostname tent --publish 8080:80 \\\n  --memory 64M --memory-swap 64M --cpus 0.5 --pids-limit 32 \\\n" +
		"  --volume /srv/data:/data:ro --read-only --cap-drop ALL \\\n  --cap-add CHOWN --cap-add KILL --security-opt no-new-privs \\\n  alpine sh\n```\n"
	if got := Same(run, lessons.Root); got != tools {
		t.Errorf("got\n%s\nwant\n%s", got, tools)
	}
	if got := Same(run, lessons.User); !strings.HasPrefix(got, "```sh\nunshare --map-root-user --mount ") {
		t.Errorf("for a user:\n%s", got)
	}
	if got := Same(&lessons.Run{}, lessons.Root); got != "" {
		t.Errorf("of a plain process:\n%s", got)
	}
}
