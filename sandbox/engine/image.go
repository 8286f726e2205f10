package engine

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/userland"
)

// repository is what the image of the tiny root is called; its tag says what is
// in it. It is kept, for it takes a second to make and 6 MB; `tentpole clean`
// removes it.
const repository = "tentpole-tiny"

// image is one that a container can be made from.
type image struct {
	ID     string `json:"Id"`
	Config struct {
		Env []string
	}
}

// path is the PATH of a container made from it; what Docker gives where the
// image says nothing.
func (i image) path() string {
	for _, word := range i.Config.Env {
		if path, ok := strings.CutPrefix(word, "PATH="); ok {
			return path
		}
	}
	return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
}

// image finds the spec's image, and gives the engine the tiny root when that is
// what is asked for.
func (c *connection) image(ctx context.Context, spec sandbox.Spec) (image, error) {
	if spec.Root == sandbox.RootImage {
		return c.given(ctx, spec.Source)
	}
	tag, err := tinyTag()
	if err != nil {
		return image{}, err
	}
	found, err := c.tiny(ctx, tag)
	if !errors.Is(err, fs.ErrNotExist) {
		return found, err
	}
	if err := c.load(ctx, tag); err != nil {
		return image{}, err
	}
	return c.tiny(ctx, tag)
}

// tiny finds the image of the tiny root by its label: engines complete names
// each in their own way.
func (c *connection) tiny(ctx context.Context, tag string) (image, error) {
	all, err := c.list(ctx, "/images/json", labelTiny+"="+tag)
	if err != nil {
		return image{}, err
	}
	if len(all) == 0 {
		return image{}, &sandbox.Error{Op: "find the image", Target: repository + ":" + tag, Err: fs.ErrNotExist}
	}
	return c.inspectImage(ctx, all[0].ID)
}

// given is an image that the engine must have: nothing is fetched.
func (c *connection) given(ctx context.Context, name string) (image, error) {
	found, err := c.inspectImage(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return found, &sandbox.Error{Op: "find the image", Target: name, Err: err, Remedy: "fetch it: " + c.engine.Name + " pull " + name}
	}
	return found, err
}

func (c *connection) inspectImage(ctx context.Context, name string) (found image, err error) {
	err = c.do(ctx, request{did: "find the image " + name, method: "GET", path: "/images/" + name + "/json"}, &found)
	return found, err
}

func tinyTag() (string, error) {
	name, err := userland.Name()
	return strings.TrimPrefix(name, userland.Prefix), err
}

// load gives the engine the tiny root as an image, as `docker import` does.
func (c *connection) load(ctx context.Context, tag string) error {
	r, w := io.Pipe()
	go func() { w.CloseWithError(writeTiny(w)) }()
	defer r.Close()
	return c.do(ctx, request{did: "import the tiny root", method: "POST", path: "/images/create", stream: r, query: url.Values{
		"fromSrc": {"-"}, "repo": {repository}, "tag": {tag}, "changes": {"LABEL " + labelTiny + "=" + tag}}}, nil)
}

// writeTiny writes the tiny root as a tar.
func writeTiny(to io.Writer) error {
	program, err := userland.OpenProgram()
	if err != nil {
		return err
	}
	defer program.Close()
	size, err := program.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if _, err := program.Seek(0, io.SeekStart); err != nil {
		return err
	}
	out := tar.NewWriter(to)
	for _, e := range userland.Tree() {
		h, content := header(e), io.Reader(bytes.NewReader([]byte(e.Data)))
		if e.IsProgram() {
			h.Size, content = size, program
		}
		if err := out.WriteHeader(h); err != nil {
			return err
		}
		if _, err := io.Copy(out, content); err != nil {
			return err
		}
	}
	return out.Close()
}

// header describes an entry; all belong to root.
func header(e userland.Entry) *tar.Header {
	h := &tar.Header{Name: e.Path, Mode: int64(e.Mode.Perm()), Size: int64(len(e.Data)), Typeflag: tar.TypeReg}
	if e.Mode&fs.ModeSticky != 0 {
		h.Mode |= 0o1000
	}
	switch {
	case e.Mode.IsDir():
		h.Typeflag, h.Name = tar.TypeDir, e.Path+"/"
	case e.Mode&fs.ModeSymlink != 0:
		h.Typeflag, h.Linkname, h.Mode = tar.TypeSymlink, e.Link, 0o777
	}
	return h
}
