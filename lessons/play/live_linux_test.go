package play

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/sandbox"
)

func skip(t *testing.T, why error) {
	t.Helper()
	if os.Getenv("TENTPOLE_MUST") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// live starts a sandbox of this machine.
func live(t *testing.T, layers ...sandbox.Layer) Sandbox {
	t.Helper()
	e := NewEngine()
	plan, err := e.Plan(sandbox.Spec{Layers: sandbox.Set(layers...)})
	if err != nil {
		skip(t, err)
	}
	s, err := e.Start(t.Context(), plan, func(sandbox.Done) {})
	if NotHere(err) {
		skip(t, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// TestLiveLesson plays the lesson on this machine as a script does.
func TestLiveLesson(t *testing.T) {
	live(t, sandbox.Mount)
	s := NewSession(Options{Lesson: lesson(t), Engine: NewEngine()})
	input := []string{"", "2", "", "mount -t tmpfs tmpfs /tmp", "touch /tmp/x", "", "1", "", "2"}
	var out bytes.Buffer
	if err := Plain(t.Context(), s, strings.NewReader(strings.Join(input, "\n")), &out); err != nil {
		t.Fatal(err)
	}
	if !s.Walk.Complete() {
		t.Errorf("not every step is done:\n%s", out.String())
	}
	for _, want := range []string{"Measured: \"at the same path\"", "[x] /tmp inside is a tmpfs", "so it was measured"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, out.String())
		}
	}
}

// TestLiveTranscript: what is listed is what raised the sandbox, not the
// process that waits in it for the board.
func TestLiveTranscript(t *testing.T) {
	s := live(t, sandbox.Mount)
	if _, err := s.Look(t.Context(), Question{}); err != nil {
		t.Fatal(err)
	}
	if len(s.Transcript()) == 0 {
		t.Error("nothing is listed")
	}
	for _, d := range s.Transcript() {
		if strings.Contains(d.Operation.String(), "hold") {
			t.Errorf("listed: %s", d.Operation)
		}
	}
}

// TestLiveScript: directory and variables last, input is empty, a syntax error
// does not end the shell, and every kind of output comes through whole.
func TestLiveScript(t *testing.T) {
	s := live(t, sandbox.Mount)
	script, err := s.Script(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer script.Close()
	for _, c := range []struct {
		line, want string
		status     int
	}{
		{"echo one", "one\n", 0},
		{"printf 'no line end'", "no line end", 0},
		{"printf '\\n\\n'", "\n\n", 0},
		{"true", "", 0},
		{"false", "", 1},
		{"cd /usr && x=\"it's\"", "", 0},
		{"pwd; echo $x", "/usr\nit's\n", 0},
		{"cat", "", 0},
		{"echo err >&2", "err\n", 0},
		{"(exit 7)", "", 7},
		{"echo after", "after\n", 0},
	} {
		var out bytes.Buffer
		status, err := script.Run(t.Context(), c.line, &out)
		if err != nil || status != c.status || out.String() != c.want {
			t.Errorf("%s: status %d, %v, wrote %q", c.line, status, err, out.String())
		}
	}
	var out bytes.Buffer
	if _, err := script.Run(t.Context(), "echo ( broken", &out); err != nil {
		t.Errorf("a syntax error: %v", err)
	}
	if status, err := script.Run(t.Context(), "echo still here", &out); err != nil || status != 0 {
		t.Errorf("after a syntax error: %d, %v", status, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := script.Run(ctx, "sleep 60", &out); err == nil {
		t.Error("a line that was cancelled ended well")
	}
}

// TestLiveEnv compares what a condition is told with what is known.
func TestLiveEnv(t *testing.T) {
	s := live(t, sandbox.Mount, sandbox.PID, sandbox.UTS, sandbox.User)
	sight, err := s.Look(t.Context(), Question{Paths: []string{"/tmp"}, Processes: true})
	if err != nil {
		t.Fatal(err)
	}
	in, host := sight.Env.Inside, sight.Env.Host
	if in.NS.Mount == host.NS.Mount || in.NS.Net != host.NS.Net || in.NS.PID == 0 || in.NS.Count < 7 {
		t.Errorf("namespaces %+v %+v", in.NS, host.NS)
	}
	if in.UID != 0 || in.PID == 0 || in.PID > 100 || host.PID != os.Getpid() || host.UID != os.Getuid() {
		t.Errorf("inside uid %d pid %d, host uid %d pid %d", in.UID, in.PID, host.UID, host.PID)
	}
	if in.Seccomp == "" || in.Root == "" || in.Mounts == 0 {
		t.Errorf("inside %+v", in)
	}
	if _, ok := sight.Board.Row("path:/tmp"); !ok {
		t.Error("no row for the path")
	}
	held := s.(*running).held.PID()
	p, h := named(t, s, "tentpole-inside")
	if p.PID != in.PID || h.PID != held {
		t.Errorf("what is held is %d inside and %d on the host: inside %+v, host %+v", in.PID, held, p, h)
	}
	if f, err := in.File("/etc"); err != nil || !f.Exists || f.Type != "directory" || f.Inode == 0 {
		t.Errorf("/etc inside: %+v, %v", f, err)
	}
}

// named looks until there is a process of that name inside: one that was just
// started has its name a moment later.
func named(t *testing.T, s Sandbox, name string) (inside, host lessons.Process) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !inside.Exists && time.Now().Before(end); {
		sight, err := s.Look(t.Context(), Question{Processes: true})
		if err != nil {
			t.Fatal(err)
		}
		if inside, err = sight.Env.Inside.Process(name); err != nil {
			t.Fatal(err)
		}
		if host, err = sight.Env.Host.Process(name); err != nil {
			t.Fatal(err)
		}
	}
	return inside, host
}

// TestLiveProcesses: what runs inside is found with every kind of namespace,
// and what runs outside is not.
func TestLiveProcesses(t *testing.T) {
	comm, err := os.ReadFile("/proc/self/comm")
	if err != nil {
		t.Fatal(err)
	}
	own := strings.TrimSpace(string(comm))
	for _, layers := range [][]sandbox.Layer{{}, {sandbox.PID}, {sandbox.Mount, sandbox.PID}} {
		s := live(t, layers...)
		script, err := s.Script(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer script.Close()
		var out bytes.Buffer
		if _, err := script.Run(t.Context(), "sleep 1000 & echo $!", &out); err != nil {
			t.Fatal(err)
		}
		in, host := named(t, s, "sleep")
		sight, err := s.Look(t.Context(), Question{Processes: true})
		if err != nil {
			t.Fatal(err)
		}
		if other, _ := sight.Env.Inside.Process(own); other.Exists {
			t.Errorf("%v: a process of the host is inside: %+v", layers, other)
		}
		if strconv.Itoa(in.PID) != strings.TrimSpace(out.String()) || !host.Exists {
			t.Errorf("%v: inside %+v, host %+v, the shell says %s", layers, in, host, out.String())
		}
		if in.NS.Count == 0 || in.NS != host.NS {
			t.Errorf("%v: namespaces %+v from inside, %+v from the host", layers, in.NS, host.NS)
		}
		if same := in.PID == host.PID; same != (len(layers) == 0) {
			t.Errorf("%v: inside %d, host %d", layers, in.PID, host.PID)
		}
	}
}

// TestFileBelow: what a sandbox may have laid out is looked at without leaving
// its root, without being opened, and without waiting.
func TestFileBelow(t *testing.T) {
	root := t.TempDir()
	secret := filepath.Join(t.TempDir(), "secret")
	at := func(name string) string { return filepath.Join(root, name) }
	for _, err := range []error{
		os.WriteFile(secret, []byte("secret"), 0o644),
		os.WriteFile(at("plain"), []byte("  text\n"), 0o640),
		os.Mkdir(at("dir"), 0o755),
		os.Symlink(secret, at("absolute")),
		os.Symlink("../../../../../../../etc/passwd", at("up")),
		os.Symlink("/plain", at("within")),
		os.Symlink(filepath.Dir(secret), at("way")),
		syscall.Mkfifo(at("fifo"), 0o644),
		os.WriteFile(at("long"), bytes.Repeat([]byte("x"), 3*textSize), 0o644),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	socket, err := net.Listen("unix", at("socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	for _, c := range []struct {
		name string
		want lessons.File
	}{
		{"/plain", lessons.File{Exists: true, Type: "file", Size: 7, Mode: 0o640, Text: "text"}},
		{"/dir", lessons.File{Exists: true, Type: "directory"}},
		{"/absolute", lessons.File{Exists: true, Type: "symlink"}},
		{"/up", lessons.File{Exists: true, Type: "symlink"}},
		{"/within", lessons.File{Exists: true, Type: "symlink"}},
		{"/way/secret", lessons.File{}},
		{"/../plain", lessons.File{Exists: true, Type: "file", Size: 7, Mode: 0o640, Text: "text"}},
		{"/fifo", lessons.File{Exists: true, Type: "pipe"}},
		{"/socket", lessons.File{Exists: true, Type: "socket"}},
		{"/nothing", lessons.File{}},
		{"/dir/nothing", lessons.File{}},
	} {
		got, err := fileBelow(root, c.name)
		if err != nil || got.Exists != c.want.Exists || got.Type != c.want.Type || got.Text != c.want.Text {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
		if got.Exists && (got.Device == "" || got.Inode == 0 || got.UID != os.Getuid()) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	if f, err := fileBelow(root, "/long"); err != nil || len(f.Text) != textSize || f.Size != 3*textSize {
		t.Errorf("a long file: %d of %d, %v", len(f.Text), f.Size, err)
	}
}
