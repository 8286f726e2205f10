package manifest

import (
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/class/store/storetest"
	"github.com/tentpole-labs/tentpole/sandbox/engine/enginetest"
)

func TestMain(m *testing.M) { os.Exit(enginetest.Main(ended{m})) }

// ended are tests after which no PostgreSQL is left.
type ended struct{ *testing.M }

func (e ended) Run() int { return storetest.Main(e.M) }

// gateway is this machine, as Podman's Pods see it.
const gateway = "10.89.0.1"

// TestLearnerPlaysInPodman gives the manifest to Podman, as it is. A learner comes
// by ssh and plays; the Pod goes, and another takes its place, where they go on.
func TestLearnerPlaysInPodman(t *testing.T) {
	enginetest.Engines(t, "podman", "CONTAINERS_CONF")
	for program, from := range map[string]string{"tmux": "tmux", "ssh": "openssh-client"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed: apt-get install %s", program, from)
		}
	}
	dir := t.TempDir()
	image(t, dir)
	run(t, nil, "podman", "load", "-q", "-i", filepath.Join(dir, "image.tar"))
	address := fmt.Sprintf("postgres://tester@%s/postgres?sslmode=disable", gateway)
	// Podman keeps of a Secret what Kubernetes has in data.
	run(t, strings.NewReader(fmt.Sprintf(`{"address": %q}`, base64.StdEncoding.EncodeToString([]byte(address)))), "podman", "secret", "create", "tentpole-store", "-")
	objects := string(written(t, Class{Name: "blue", Image: "localhost/tentpole:latest", Servers: 1, Learners: 3}))
	relay(t, storetest.Socket(t))
	first := play(t, objects)
	run(t, nil, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, "key"))
	s := newScreen(t, dir)
	s.line(ssh(dir, first))
	s.waitFor("Code of the class:")
	s.line(first["code"])
	s.waitFor("as an ordinary user", "0 of  9 steps")
	s.press("Enter")
	s.waitFor("step 1 of 9")
	s.press("Enter")
	s.waitFor("step 2 of 9")
	s.press("q")
	s.waitFor("1 of  9 steps")
	s.press("q")
	s.waitFor("left: 0")

	down(t, objects)
	second := play(t, objects)
	t.Cleanup(func() { down(t, objects) })
	for _, same := range []string{"code", "key", "in words"} {
		if first[same] != second[same] {
			t.Errorf("%s was %q, and is %q", same, first[same], second[same])
		}
	}
	s.line("clear; " + ssh(dir, second))
	s.waitFor("1 of  9 steps")
	s.press("q")
	s.waitFor("left: 0")
}

// image makes the image of this tree's program.
func image(t *testing.T, dir string) {
	t.Helper()
	program, top := filepath.Join(dir, "tentpole"), filepath.Join("..", "..")
	run(t, nil, "go", "build", "-C", top, "-trimpath", "-ldflags", "-s -w", "-tags", "smallinit", "-o", program, "./cmd/tentpole")
	run(t, nil, "go", "run", "-C", top, "./.ci/image", "-program", program, "-into", filepath.Join(dir, "image"))
}

func run(t *testing.T, in io.Reader, name string, args ...string) string {
	t.Helper()
	c := exec.Command(name, args...)
	c.Stdin, c.Env = in, append(os.Environ(), "CGO_ENABLED=0")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// relay lets Pods reach a database that listens on a Unix socket.
func relay(t *testing.T, socket string) {
	t.Helper()
	l, err := net.Listen("tcp", ":5432")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			pod, err := l.Accept()
			if err != nil {
				return
			}
			database, err := net.Dial("unix", socket)
			if err != nil {
				pod.Close()
				continue
			}
			go func() { io.Copy(database, pod); database.Close() }()
			go func() { io.Copy(pod, database); pod.Close() }()
		}
	}()
}

// enough is how long anything may take on a busy machine.
const enough = 3 * time.Minute

// server is what Podman calls the container.
const server = "tentpole-pod-0-serve"

// play brings the objects up and returns what the server shows, by the first word.
func play(t *testing.T, objects string) map[string]string {
	t.Helper()
	run(t, strings.NewReader(objects), "podman", "kube", "play", "-")
	for limit := time.Now().Add(enough); ; time.Sleep(50 * time.Millisecond) {
		out := run(t, nil, "podman", "logs", server)
		said := map[string]string{}
		for line := range strings.Lines(out) {
			const column = 11
			if len(line) > column {
				said[strings.TrimSpace(line[:column])] = strings.TrimSpace(line[column:])
			}
		}
		if said["in words"] != "" {
			return said
		}
		if time.Now().After(limit) {
			t.Fatalf("it shows no invitation:\n%s", out)
		}
	}
}

func down(t *testing.T, objects string) {
	t.Helper()
	run(t, strings.NewReader(objects), "podman", "kube", "down", "-")
}

// ssh is the line that the invitation tells to type, for a learner with a key and
// known hosts of the test's.
func ssh(dir string, invitation map[string]string) string {
	options := fmt.Sprintf("ssh -F /dev/null -o UserKnownHostsFile=%s/known -o StrictHostKeyChecking=accept-new -o IdentitiesOnly=yes -o IdentityAgent=none -i %[1]s/key", dir)
	line := strings.Replace(invitation["join with"], "ssh", options, 1)
	return strings.Replace(line, "NAME@", "ada@", 1) + "; echo left: $?"
}

// screen is a terminal that somebody types at.
type screen struct {
	t      *testing.T
	socket string
}

func newScreen(t *testing.T, dir string) *screen {
	t.Helper()
	s := &screen{t, filepath.Join(dir, "tmux")}
	s.tmux("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "40", "env", "PS1=ready$ ", "ENV=", "LC_ALL=C.UTF-8", "sh", "-i")
	t.Cleanup(func() { s.tmux("kill-server") })
	s.waitFor("ready$")
	return s
}

func (s *screen) tmux(args ...string) string {
	s.t.Helper()
	return run(s.t, nil, "tmux", append([]string{"-S", s.socket}, args...)...)
}

func (s *screen) press(key string) { s.t.Helper(); s.tmux("send-keys", key) }

func (s *screen) line(text string) {
	s.t.Helper()
	s.tmux("send-keys", "-l", text)
	s.press("Enter")
}

func (s *screen) waitFor(words ...string) {
	s.t.Helper()
	for limit := time.Now().Add(enough); ; time.Sleep(50 * time.Millisecond) {
		shown := s.tmux("capture-pane", "-p")
		all := true
		for _, word := range words {
			all = all && strings.Contains(shown, word)
		}
		if all {
			return
		}
		if time.Now().After(limit) {
			logs, err := exec.Command("podman", "logs", server).CombinedOutput()
			s.t.Fatalf("%q does not come; there is\n%s\nthe server says\n%s%v", words, shown, logs, err)
		}
	}
}
