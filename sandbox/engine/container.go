package engine

import (
	"archive/tar"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

// container is one of tentpole's own.
type container struct {
	*connection
	id   string
	name string
	path string // PATH inside
	// held is the standard input of its first process.
	held *stream
	// programs are the directories of those that were put in.
	putting  sync.Mutex
	programs map[*os.File]string
}

// create makes a container for the spec and starts it.
func (c *connection) create(ctx context.Context, spec sandbox.Spec, holder *os.File) (*container, error) {
	from, err := c.image(ctx, spec)
	if err != nil {
		return nil, err
	}
	made := &container{connection: c, name: "tentpole-" + strings.ToLower(rand.Text()[:10]), path: from.path(), programs: map[*os.File]string{}}
	body, err := c.engine.body(spec)
	if err != nil {
		return nil, err
	}
	program, err := digest(holder)
	if err != nil {
		return nil, err
	}
	body.Image, body.Labels = from.ID, labels()
	body.Env = []string{"PATH=" + inside.ProgramsDir + "/" + program + ":" + made.path, nameVariable + "=" + made.name}
	body.Entrypoint, body.Cmd = []string{inside.Name}, []string{"hold", strconv.Itoa(int(holdTime / time.Second))}
	var created struct {
		ID string `json:"Id"`
	}
	err = c.do(ctx, request{did: "create a container", method: "POST", path: "/containers/create", body: body,
		query: url.Values{"name": {made.name}}}, &created)
	if err != nil {
		return nil, err
	}
	made.id = created.ID
	if err := made.begin(ctx, holder); err != nil {
		return nil, errors.Join(err, made.remove())
	}
	return made, nil
}

// holdTime is longer than any tentpole runs.
const holdTime = 365 * 24 * time.Hour

// nameVariable is in the environment of all processes in a container: they are
// known by it.
const nameVariable = "TENTPOLE_CONTAINER"

// begin starts the first process, and keeps its standard input.
func (c *container) begin(ctx context.Context, holder *os.File) (err error) {
	if _, err := c.put(ctx, inside.Name, holder); err != nil {
		return err
	}
	c.held, err = c.hijack(ctx, request{did: "attach to a container", method: "POST", path: c.at("attach"), query: url.Values{"stream": {"1"}, "stdin": {"1"}}})
	if err != nil {
		return err
	}
	if err := c.do(ctx, request{did: "start a container", method: "POST", path: c.at("start")}, nil); err != nil {
		return err
	}
	_, err = io.WriteString(c.held, "null\n")
	return err
}

// at is the path of a request about the container.
func (c *container) at(what string) string { return "/containers/" + c.id + "/" + what }

// put puts a program into the container, once, and returns its directory.
func (c *container) put(ctx context.Context, name string, program *os.File) (dir string, err error) {
	c.putting.Lock()
	defer c.putting.Unlock()
	if dir, ok := c.programs[program]; ok {
		return dir, nil
	}
	digest, err := digest(program)
	if err != nil {
		return "", err
	}
	size, err := sizeOf(program)
	if err != nil {
		return "", err
	}
	dir = inside.ProgramsDir + "/" + digest
	r, w := io.Pipe()
	go func() { w.CloseWithError(pack(w, strings.TrimPrefix(dir, "/"), name, program, size)) }()
	defer r.Close()
	err = c.do(ctx, request{did: "put a program into a container", method: "PUT", path: c.at("archive"), query: url.Values{"path": {"/"}}, stream: r}, nil)
	if err == nil {
		c.programs[program] = dir
	}
	return dir, err
}

// pack writes a program and the directories above it as a tar.
func pack(to io.Writer, dir, name string, program *os.File, size int64) error {
	out := tar.NewWriter(to)
	above := ""
	for _, part := range strings.Split(dir, "/") {
		above += part + "/"
		if err := out.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: above, Mode: 0o755}); err != nil {
			return err
		}
	}
	if err := out.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: above + name, Mode: 0o755, Size: size}); err != nil {
		return err
	}
	if _, err := io.Copy(out, io.NewSectionReader(program, 0, size)); err != nil {
		return err
	}
	return out.Close()
}

// digest names a program after what is in it.
func digest(program *os.File) (string, error) {
	size, err := sizeOf(program)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(program, 0, size)); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8]), nil
}

func sizeOf(f *os.File) (int64, error) {
	st, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return st.Size(), nil
}

// removePatience bounds how long the removal of a container may take.
const removePatience = 20 * time.Second

// remove removes the container with all that runs in it, and waits until the
// engine knows it no more.
func (c *container) remove() error {
	ctx, cancel := context.WithTimeout(context.Background(), removePatience)
	defer cancel()
	err := c.connection.remove(ctx, c.id)
	if c.held != nil {
		err = errors.Join(err, c.held.Close())
	}
	return err
}

// remove removes a container. One that is just being removed, because its first
// process has ended, is waited for.
func (c *connection) remove(ctx context.Context, id string) error {
	r := request{did: "remove a container", method: "DELETE", path: "/containers/" + id, query: url.Values{"force": {"1"}, "v": {"1"}}}
	for pause := time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		err := c.do(ctx, r, nil)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		var refused *RefusedError
		if err != nil && !(errors.As(err, &refused) && refused.Status == 409) {
			return err
		}
		select {
		case <-ctx.Done():
			return c.engine.trouble(c.socket, ctx.Err())
		case <-time.After(pause):
		}
	}
}

// found is what an engine tells of a container, as far as it matters here.
type found struct {
	ID    string `json:"Id"`
	Name  string
	State struct {
		Running bool
		Pid     int
	}
	GraphDriver struct {
		Data map[string]string
	}
	HostConfig      struct{ NetworkMode string }
	NetworkSettings struct {
		Networks map[string]struct{ IPAddress, GlobalIPv6Address string }
		Ports    map[string][]binding
	}
}

func (c *connection) inspect(ctx context.Context, name string) (f found, err error) {
	err = c.do(ctx, request{did: "find the container " + name, method: "GET", path: "/containers/" + url.PathEscape(name) + "/json"}, &f)
	return f, err
}
