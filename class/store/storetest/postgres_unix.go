//go:build unix

// Package storetest starts a PostgreSQL for the tests of a package: in a directory
// of its own, on a Unix socket there, as an ordinary user. Nothing of a PostgreSQL
// that the machine has is seen or touched.
package storetest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// running is the one of this test program.
var running struct {
	sync.Once
	server *server
	err    error
}

// server is a PostgreSQL that runs.
type server struct {
	dir  string
	cmd  *exec.Cmd
	gone chan struct{} // closed when it has ended
	said bytes.Buffer
}

// Main runs the tests and ends the PostgreSQL that they have started.
func Main(m interface{ Run() int }) int {
	code := m.Run()
	if s := running.server; s != nil {
		if err := s.end(); err != nil {
			fmt.Fprintln(os.Stderr, "PostgreSQL for tests:", err)
			code = max(code, 1)
		}
	}
	return code
}

var databases atomic.Int64

// Postgres makes a database and returns its address.
func Postgres(t testing.TB) string {
	t.Helper()
	initdb, postgres, ok := programs()
	if !ok {
		t.Skip("PostgreSQL is not installed: apt-get install postgresql")
	}
	running.Do(func() { running.server, running.err = start(initdb, postgres) })
	if running.err != nil {
		t.Fatal("PostgreSQL for tests: ", running.err)
	}
	name := fmt.Sprintf("test_%d", databases.Add(1))
	if err := running.server.do("CREATE DATABASE " + name); err != nil {
		t.Fatal("PostgreSQL for tests: ", err)
	}
	return running.server.address(name)
}

// Data is where the files of a database lie, with all that it holds written there.
func Data(t testing.TB, address string) string {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	number := ""
	if _, err := db.Exec("CHECKPOINT"); err != nil {
		t.Fatal(err)
	}
	if err := db.QueryRow("SELECT oid::text FROM pg_database WHERE datname = current_database()").Scan(&number); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(running.server.dir, "data", "base", number)
}

// programs finds initdb and postgres. Debian keeps each version's in a directory of
// its own, which is in nobody's PATH.
func programs() (initdb, postgres string, ok bool) {
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is a good one
	slices.SortFunc(dirs, func(a, b string) int { return version(b) - version(a) })
	for _, dir := range append(dirs, "/usr/local/bin", "/usr/bin", "/usr/local/pgsql/bin") {
		initdb, postgres = filepath.Join(dir, "initdb"), filepath.Join(dir, "postgres")
		if executable(initdb) && executable(postgres) {
			return initdb, postgres, true
		}
	}
	return "", "", false
}

// version is the number in /usr/lib/postgresql/15/bin.
func version(dir string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir))) // 0 is the oldest
	return n
}

func executable(file string) bool {
	st, err := os.Stat(file)
	return err == nil && st.Mode().IsRegular() && st.Mode()&0o111 != 0
}

// start makes a cluster and starts its server. It never touches a disk by force:
// what it holds is for one run.
func start(initdb, postgres string) (*server, error) {
	dir, err := os.MkdirTemp("", "tentpole-pg-")
	if err != nil {
		return nil, err
	}
	s := &server{dir: dir, gone: make(chan struct{})}
	if err := s.begin(initdb, postgres); err != nil {
		ended := s.end()
		return nil, fmt.Errorf("%w\n%s", errors.Join(err, ended), s.said.String())
	}
	return s, nil
}

func (s *server) begin(initdb, postgres string) error {
	who, err := ordinary(s.dir)
	if err != nil {
		return err
	}
	data := filepath.Join(s.dir, "data")
	c := s.command(who, initdb, "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	if err := c.Run(); err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	s.cmd = s.command(who, postgres, "-D", data, "-k", s.dir, "-h", "", "-F",
		"-c", "max_connections=100", "-c", "shared_buffers=16MB", "-c", "autovacuum=off", "-c", "jit=off")
	if err := s.run(); err != nil {
		return err
	}
	return s.ready()
}

// command is a program of PostgreSQL's, which refuses to be root.
func (s *server) command(who *syscall.Credential, name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.Dir = s.dir
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	c.Stdout, c.Stderr = &s.said, &s.said
	c.SysProcAttr = &syscall.SysProcAttr{Credential: who, Setpgid: true}
	return c
}

// ordinary is the user that PostgreSQL is started as: whoever this is, or nobody.
func ordinary(dir string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	who, err := user.Lookup("nobody")
	if err != nil {
		return nil, err
	}
	uid, uidErr := strconv.ParseUint(who.Uid, 10, 32)
	gid, gidErr := strconv.ParseUint(who.Gid, 10, 32)
	c := &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return c, errors.Join(uidErr, gidErr, os.Chown(dir, int(uid), int(gid)))
}

// run starts the server on a thread that stays, for it ends with that thread:
// PR_SET_PDEATHSIG(2const). SIGQUIT is the immediate shutdown of postgres(1).
func (s *server) run() error {
	started := make(chan error)
	go func() {
		defer close(s.gone)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		endWithParent(s.cmd.SysProcAttr)
		err := s.cmd.Start()
		started <- err
		if err == nil {
			s.cmd.Wait() // its status is of no use: it is told to end
		}
	}()
	return <-started
}

// ready waits until the server answers.
func (s *server) ready() error {
	for limit := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		err := s.do("SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case <-s.gone:
			return errors.New("postgres has ended")
		default:
		}
		if time.Now().After(limit) {
			return err
		}
	}
}

// do has the server do one thing, outside of any transaction.
func (s *server) do(statement string) error {
	db, err := sql.Open("pgx", s.address("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(context.Background(), statement)
	return err
}

// Socket is where the PostgreSQL of these tests listens.
func Socket(t testing.TB) string {
	t.Helper()
	Postgres(t)
	return filepath.Join(running.server.dir, ".s.PGSQL.5432")
}

func (s *server) address(database string) string {
	return fmt.Sprintf("postgres://tester@/%s?host=%s", database, s.dir)
}

func (s *server) end() error {
	if s.cmd != nil && s.cmd.Process != nil {
		s.cmd.Process.Signal(syscall.SIGQUIT) // an error is that it has ended
		<-s.gone
	}
	return os.RemoveAll(s.dir)
}
