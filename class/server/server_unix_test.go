//go:build unix

package server

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"github.com/tentpole-labs/tentpole/class/store"
)

// enough is how long anything may take on a busy machine.
const enough = 30 * time.Second

// school is a server with fake tents, and what it keeps.
type school struct {
	t       *testing.T
	tents   *fakeTents
	store   *store.Store
	class   store.Class
	key     *HostKey
	log     *quiet
	server  *Server
	address string
}

func open(t *testing.T, change func(*Config)) *school {
	t.Helper()
	dir := t.TempDir()
	key, err := LoadHostKey(dir)
	must(t, err)
	return openOn(t, dir, key, change)
}

// openOn serves what is kept there.
func openOn(t *testing.T, where string, key *HostKey, change func(*Config)) *school {
	t.Helper()
	kept, err := store.Open(t.Context(), where)
	must(t, err)
	t.Cleanup(func() { kept.Close() })
	class, err := kept.Class(t.Context(), "blue")
	must(t, err)
	s := &school{t: t, tents: &fakeTents{given: map[string]string{}}, store: kept, class: class, key: key, log: &quiet{}}
	c := Config{Class: class, Store: kept, HostKey: key, Raise: s.tents.raise, Log: slog.New(slog.NewTextHandler(s.log, nil)), Idle: time.Hour, Total: time.Hour, Linger: 0, Useless: time.Hour, Learners: 3}
	if change != nil {
		change(&c)
	}
	s.server, err = New(c)
	must(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	s.address = l.Addr().String()
	served := make(chan error, 1)
	go func() { served <- s.server.Serve(l) }()
	t.Cleanup(func() {
		if err := errors.Join(s.server.Close(), <-served); err != nil {
			t.Error(err)
		}
		if n := s.tents.standing(); n != 0 {
			t.Errorf("%d tents are left standing", n)
		}
	})
	return s
}

// TestEndBeforeTheBeginning: a server that is closed before it listens does not
// begin to.
func TestEndBeforeTheBeginning(t *testing.T) {
	s, err := New(open(t, nil).server.Config)
	must(t, err)
	must(t, s.Close())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	must(t, s.Serve(l))
}

func newKey(t *testing.T) gossh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	signer, err := gossh.NewSignerFromKey(private)
	must(t, err)
	return signer
}

// person is who logs in.
type person struct {
	name    string
	keys    []gossh.Signer
	answers []string // to what is asked, one after the other
	told    []string // what was said
}

func (p *person) challenge(_, instruction string, questions []string, _ []bool) (out []string, err error) {
	p.told = append(p.told, instruction)
	for range questions {
		if len(p.answers) == 0 {
			return nil, errors.New("no answer to that")
		}
		out, p.answers = append(out, p.answers[0]), p.answers[1:]
	}
	return out, nil
}

// dial logs in.
func (s *school) dial(p *person) (*gossh.Client, error) { return s.dialAt(s.address, p) }

func (s *school) dialAt(address string, p *person) (*gossh.Client, error) {
	s.t.Helper()
	methods := []gossh.AuthMethod{}
	if p.keys != nil {
		methods = append(methods, gossh.PublicKeys(p.keys...))
	}
	c, err := gossh.Dial("tcp", address, &gossh.ClientConfig{User: p.name, Auth: append(methods, gossh.KeyboardInteractive(p.challenge)), HostKeyCallback: gossh.FixedHostKey(s.key.public), Timeout: enough})
	if err == nil {
		s.t.Cleanup(func() { c.Close() })
	}
	return c, err
}

// window is a session on a terminal.
type window struct {
	t *testing.T
	*gossh.Session
	in  io.WriteCloser
	mu  sync.Mutex
	out bytes.Buffer
}

// Write implements io.Writer, for what the server sends.
func (w *window) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out.Write(b)
}

func (w *window) text() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out.String()
}

func (s *school) window(c *gossh.Client) *window {
	s.t.Helper()
	session, err := c.NewSession()
	must(s.t, err)
	w := &window{t: s.t, Session: session}
	session.Stdout, session.Stderr = w, w
	w.in, err = session.StdinPipe()
	must(s.t, err)
	must(s.t, session.RequestPty("xterm-256color", 24, 80, nil))
	must(s.t, session.Shell())
	return w
}

func (w *window) waitFor(want string) {
	w.t.Helper()
	for limit := time.Now().Add(enough); time.Now().Before(limit); time.Sleep(5 * time.Millisecond) {
		if strings.Contains(w.text(), want) {
			return
		}
	}
	w.t.Fatalf("%q does not come; there is %q", want, w.text())
}

func (w *window) say(line string) { fmt.Fprintln(w.in, line) }

// status is how the session ended.
func (w *window) status() int {
	w.t.Helper()
	err := w.Wait()
	var exit *gossh.ExitError
	if errors.As(err, &exit) {
		return exit.ExitStatus()
	}
	must(w.t, err)
	return 0
}

func (s *school) come(p *person) *window {
	s.t.Helper()
	c, err := s.dial(p)
	if err != nil {
		s.t.Fatalf("%s is not let in: %v; told %q", p.name, err, p.told)
	}
	w := s.window(c)
	w.waitFor("hello " + strings.ToLower(p.name))
	return w
}

func TestCodeFirstThenTheKey(t *testing.T) {
	s := open(t, nil)
	key := newKey(t)
	w := s.come(&person{name: "Ada", keys: []gossh.Signer{key}, answers: []string{strings.ToUpper(s.class.Code)}})
	w.waitFor("hello ada on xterm-256color\n") // and no \r before it: the tent's terminal sees to that
	w.say("exit 7")
	if code := w.status(); code != 7 {
		t.Errorf("it ended with %d", code)
	}
	s.come(&person{name: "ada", keys: []gossh.Signer{newKey(t), key}}) // the second of an agent
	if len(s.tents.raised) != 2 || s.tents.raised[0].ID != s.tents.raised[1].ID {
		t.Errorf("raised for %+v", s.tents.raised)
	}
}

// TestWhoIsExpelled: a learner whose tent was ended by force is told why.
func TestWhoIsExpelled(t *testing.T) {
	s := open(t, nil)
	w := s.come(&person{name: "ada", keys: []gossh.Signer{newKey(t)}, answers: []string{s.class.Code}})
	w.say("hoard")
	w.waitFor(errHoards.Error())
	if code := w.status(); code != 1 {
		t.Errorf("it ended with %d", code)
	}
}

func TestWhoIsNotLetIn(t *testing.T) {
	s := open(t, nil)
	s.come(&person{name: "ada", keys: []gossh.Signer{newKey(t)}, answers: []string{s.class.Code}})
	for what, p := range map[string]*person{
		"a wrong code":                   {name: "bob", keys: []gossh.Signer{newKey(t)}, answers: []string{"aaaa-aaaa"}},
		"no code":                        {name: "cyd", keys: []gossh.Signer{newKey(t)}, answers: []string{""}},
		"a wrong code, without a key":    {name: "dan", answers: []string{"aaaa-aaaa"}},
		"another key for ada":            {name: "ada", keys: []gossh.Signer{newKey(t)}, answers: []string{s.class.Code, s.class.Code}},
		"no key for ada":                 {name: "ada", answers: []string{s.class.Code, s.class.Code}},
		"an empty word":                  {name: "eve", answers: []string{s.class.Code, ""}},
		"a name that is none":            {name: "../eve", answers: []string{s.class.Code}},
		"a name that is none, and a key": {name: "eve;id", keys: []gossh.Signer{newKey(t)}, answers: []string{s.class.Code}},
	} {
		if _, err := s.dial(p); err == nil {
			t.Errorf("%s was let in", what)
		}
		if len(p.told) == 0 {
			t.Errorf("%s was told nothing", what)
		}
	}
	if _, err := gossh.Dial("tcp", s.address, &gossh.ClientConfig{User: "ada", HostKeyCallback: gossh.FixedHostKey(s.key.public), Timeout: enough}); err == nil {
		t.Error("who shows nothing was let in")
	}
	if _, err := s.store.Learner(t.Context(), s.class.ID, "bob"); !errors.Is(err, store.ErrNone) {
		t.Errorf("a wrong code has joined: %v", err)
	}
}

// pretender offers a key that is somebody else's.
type pretender struct {
	gossh.Signer
	claims gossh.PublicKey
}

func (p pretender) PublicKey() gossh.PublicKey { return p.claims }

func TestKeyHasToBeProved(t *testing.T) {
	s := open(t, nil)
	key := newKey(t)
	s.come(&person{name: "ada", keys: []gossh.Signer{key}, answers: []string{s.class.Code}})
	if _, err := s.dial(&person{name: "ada", keys: []gossh.Signer{pretender{newKey(t), key.PublicKey()}}, answers: []string{s.class.Code}}); err == nil {
		t.Error("a public key alone lets in")
	}
	if _, err := s.dial(&person{name: "eve", keys: []gossh.Signer{pretender{newKey(t), key.PublicKey()}}, answers: []string{"x"}}); err == nil {
		t.Error("a public key alone joins")
	}
}

func TestWithoutAKeyAWordBringsBack(t *testing.T) {
	s := open(t, nil)
	s.come(&person{name: "bob", answers: []string{s.class.Code, "heron on ice"}})
	s.come(&person{name: "bob", answers: []string{"heron on ice"}})
	if _, err := s.dial(&person{name: "bob", answers: []string{"crane on ice"}}); err == nil {
		t.Error("another word lets in")
	}
	if _, err := s.dial(&person{name: "bob", answers: []string{s.class.Code}}); err == nil {
		t.Error("the code of the class lets in as bob")
	}
}

func TestTriesAreCountedByName(t *testing.T) {
	s := open(t, nil)
	wrong := func() *person { return &person{name: "bob", answers: []string{"no"}} }
	for range 6 {
		if _, err := s.dial(wrong()); err == nil {
			t.Fatal("let in")
		}
	}
	last := &person{name: "bob", answers: []string{s.class.Code, "heron on ice"}}
	if _, err := s.dial(last); err == nil || !strings.Contains(strings.Join(last.told, " "), "too often") {
		t.Errorf("after six tries: %v, told %q", err, last.told)
	}
	s.come(&person{name: "ada", answers: []string{s.class.Code, "heron on ice"}}) // from the same address
}

func TestProgressComesBack(t *testing.T) {
	const done = `{"schema": "tentpole/progress/v1", "lessons": {}}`
	s := open(t, nil)
	key := []gossh.Signer{newKey(t)}
	w := s.come(&person{name: "ada", keys: key, answers: []string{s.class.Code}})
	w.say("do " + done)
	w.waitFor("did")
	w.say("exit 0")
	w.status()
	s.come(&person{name: "ada", keys: key})
	if got := s.tents.given["ada"]; got != done {
		t.Errorf("the next tent has %q", got)
	}
}

func TestWindowChangesArePassedOn(t *testing.T) {
	s := open(t, nil)
	w := s.come(&person{name: "ada", keys: []gossh.Signer{newKey(t)}, answers: []string{s.class.Code}})
	w.say("size")
	w.waitFor("size 80 24")
	must(t, w.WindowChange(50, 132))
	w.say("size")
	w.waitFor("size 132 50")
}

func TestOneTentForAllWindowsOfALearner(t *testing.T) {
	s := open(t, nil)
	c, err := s.dial(&person{name: "ada", keys: []gossh.Signer{newKey(t)}, answers: []string{s.class.Code}})
	must(t, err)
	var all []*window
	for range sessionsEach {
		w := s.window(c)
		w.waitFor("hello ada")
		all = append(all, w)
	}
	if n := s.tents.standing(); n != 1 {
		t.Errorf("%d tents for one learner", n)
	}
	more := s.window(c)
	more.waitFor("as many windows as there can be")
	if code := more.status(); code != 1 {
		t.Errorf("one window too many ended with %d", code)
	}
	all[0].say("exit 0")
	all[0].status()
	all[1].say("still")
	all[1].waitFor("echo still")
}

func TestFullClassSaysSo(t *testing.T) {
	s := open(t, func(c *Config) { c.Learners = 1 })
	s.come(&person{name: "ada", keys: []gossh.Signer{newKey(t)}, answers: []string{s.class.Code}})
	c, err := s.dial(&person{name: "bob", keys: []gossh.Signer{newKey(t)}, answers: []string{s.class.Code}})
	must(t, err)
	s.window(c).waitFor("all tents of this class are taken")
}

func TestEndsThatALearnerIsTold(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"nothing was typed":      func(c *Config) { c.Idle = 50 * time.Millisecond },
		"as long as one may":     func(c *Config) { c.Total = 50 * time.Millisecond },
		"the class for now":      nil,
		"this class was removed": nil,
	} {
		t.Run(want, func(t *testing.T) {
			s := open(t, change)
			c, err := s.dial(&person{name: "ada", keys: []gossh.Signer{newKey(t)}, answers: []string{s.class.Code}})
			must(t, err)
			w := s.window(c)
			switch want {
			case "the class for now":
				w.waitFor("hello")
				s.server.end()
			case "this class was removed":
				w.waitFor("hello")
				must(t, s.store.Delete(t.Context(), "blue"))
				w.say(`do {"schema": "tentpole/progress/v1", "lessons": {}}`)
			}
			w.waitFor(want)
			if code := w.status(); code != 1 {
				t.Errorf("it ended with %d", code)
			}
		})
	}
}

func TestNothingButTentpole(t *testing.T) {
	s := open(t, nil)
	c, err := s.dial(&person{name: "ada", keys: []gossh.Signer{newKey(t)}, answers: []string{s.class.Code}})
	must(t, err)
	if _, err := c.Dial("tcp", s.address); err == nil {
		t.Error("a port is forwarded")
	}
	if _, err := c.Listen("tcp", "127.0.0.1:0"); err == nil {
		t.Error("a port is listened for")
	}
	for command, want := range map[string]string{"id": "runs no other command", "scp -t /tmp": "not copied"} {
		session, err := c.NewSession()
		must(t, err)
		out, err := session.CombinedOutput(command)
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: %q, %v", command, out, err)
		}
	}
	session, err := c.NewSession()
	must(t, err)
	for _, request := range []string{"x11-req", "auth-agent-req@openssh.com", "env"} {
		if ok, err := session.SendRequest(request, true, nil); ok || err != nil {
			t.Errorf("%s is granted, %v", request, err)
		}
	}
	for range channelsEach - 1 {
		if _, err := c.NewSession(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.NewSession(); err == nil {
		t.Errorf("more than %d channels are open", channelsEach)
	}
	if n := s.tents.standing(); n != 0 {
		t.Errorf("%d tents stand for that", n)
	}
}

func TestWhoSaysNothingIsCutOff(t *testing.T) {
	s := open(t, func(c *Config) { c.Useless = 50 * time.Millisecond })
	silent, err := net.Dial("tcp", s.address)
	must(t, err)
	defer silent.Close()
	silent.SetDeadline(time.Now().Add(enough))
	if _, err := io.Copy(io.Discard, silent); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("it is still open")
	}
}

func TestConnectionEndsAfterItsLastWindow(t *testing.T) {
	closed := make(chan struct{})
	c := &connection{useless: time.Millisecond, timer: time.AfterFunc(time.Hour, func() { close(closed) })}
	for range channelsEach {
		if !c.begin() {
			t.Fatal("a window is refused")
		}
	}
	if c.begin() {
		t.Error("there is one window too many")
	}
	for range channelsEach - 1 {
		c.end()
	}
	select {
	case <-closed:
		t.Fatal("closed under the last window")
	default:
	}
	c.end()
	<-closed
}

func TestLogHasNoneOfWhatIsTyped(t *testing.T) {
	s := open(t, nil)
	w := s.come(&person{name: "bob", answers: []string{s.class.Code, "heron on ice"}})
	w.say("something of bob's own")
	w.waitFor("echo something")
	w.say("exit 0")
	w.status()
	if log := s.log.String(); !strings.Contains(log, "joined") || strings.Contains(log, "heron") || strings.Contains(log, "something") || strings.Contains(log, s.class.Code) {
		t.Errorf("the log is %s", log)
	}
}

func TestHostKeyIsMadeOnceAndForNobodyElse(t *testing.T) {
	dir := t.TempDir()
	first, err := LoadHostKey(dir)
	must(t, err)
	again, err := LoadHostKey(dir)
	must(t, err)
	if first.Fingerprint() != again.Fingerprint() || first.Words() != again.Words() || len(strings.Fields(first.Words())) != 8 {
		t.Errorf("%s %s, and then %s %s", first.Fingerprint(), first.Words(), again.Fingerprint(), again.Words())
	}
	file := filepath.Join(dir, "host_ed25519")
	st, err := os.Stat(file)
	must(t, err)
	if st.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v", st.Mode())
	}
	must(t, os.Chmod(file, 0o644))
	if _, err := LoadHostKey(dir); err == nil {
		t.Error("a key that all can read is used")
	}
}

func TestPictureIsOpenSSHs(t *testing.T) {
	keygen, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Skip("OpenSSH's ssh-keygen is not installed: apt-get install openssh-client")
	}
	for range 20 {
		dir := t.TempDir()
		key, err := LoadHostKey(dir)
		must(t, err)
		out, err := exec.Command(keygen, "-lv", "-f", filepath.Join(dir, "host_ed25519")).Output()
		must(t, err)
		if got := key.Fingerprint() + "\n" + strings.Join(key.Picture(), "\n") + "\n"; !strings.HasSuffix(string(out), strings.SplitAfterN(got, "\n", 2)[1]) || !strings.Contains(string(out), key.Fingerprint()) {
			t.Errorf("it is\n%snot\n%s", got, out)
		}
	}
}

func TestListOfWhoIsAllowed(t *testing.T) {
	listed, other := newKey(t), newKey(t)
	file := filepath.Join(t.TempDir(), "allowed")
	must(t, os.WriteFile(file, []byte("# the class\n\nbob\n"+string(gossh.MarshalAuthorizedKey(listed.PublicKey()))), 0o600))
	allowed, err := LoadAllowed(file)
	must(t, err)
	s := open(t, func(c *Config) { c.Allowed = allowed })
	code := func() []string { return []string{s.class.Code, "heron on ice"} }
	s.come(&person{name: "ada", keys: []gossh.Signer{other, listed}, answers: code()})
	s.come(&person{name: "bob", answers: code()})
	for _, p := range []*person{{name: "eve", answers: code()}, {name: "eve", keys: []gossh.Signer{other}, answers: code()}} {
		if _, err := s.dial(p); err == nil || !strings.Contains(strings.Join(p.told, " "), "on the list") {
			t.Errorf("%v; eve is told %q", err, p.told)
		}
	}
	for _, wrong := range []string{"ssh-ed25519 nonsense", "two words", `command="id" ` + string(gossh.MarshalAuthorizedKey(listed.PublicKey()))} {
		must(t, os.WriteFile(file, []byte(wrong), 0o600))
		if _, err := LoadAllowed(file); err == nil || !strings.Contains(err.Error(), "line 1") {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

func TestByteWordsAreToldApart(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range byteWords {
		seen[w] = true
	}
	if len(byteWords) != 256 || len(seen) != 256 {
		t.Errorf("%d words, %d of them different", len(byteWords), len(seen))
	}
}
