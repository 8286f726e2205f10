package image

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
)

// maxLinks is the kernel's own bound, MAXSYMLINKS; path_resolution(7).
const maxLinks = 40

// outward is a symbolic link on the way that leads out of the root. An
// absolute one does: what it means is for the sandbox to say, at run time.
type outward struct{ link, target string }

func (o *outward) Error() string {
	return fmt.Sprintf("goes through the symbolic link %q, which leads out, to %q", o.link, o.target)
}

// astray is a way that ends before its end.
type astray string

func (a astray) Error() string { return string(a) }

// walker follows a name to a directory of a root.
type walker struct {
	root  *os.Root
	at    string   // a directory, its name without links
	rest  []string // components still to be walked
	last  outward  // the link that was followed last
	links int
}

// walk follows a clean name to a directory of the root, and returns its name
// without links. With missing not nil, what is not there is made by it.
// os.Root would follow links as well, but not say where that led.
func walk(root *os.Root, name string, missing func(name string) error) (string, error) {
	w := walker{root: root, at: ".", rest: strings.Split(name, "/")}
	for len(w.rest) > 0 {
		if err := w.step(missing); err != nil {
			return "", err
		}
	}
	return w.at, nil
}

func (w *walker) step(missing func(name string) error) error {
	// All links are behind us, so going up is a matter of names.
	next := path.Join(w.at, w.rest[0])
	w.rest = w.rest[1:]
	if next == ".." || strings.HasPrefix(next, "../") {
		return &w.last
	}
	info, err := w.root.Lstat(next)
	switch {
	case errors.Is(err, fs.ErrNotExist) && missing != nil:
		if err := missing(next); err != nil {
			return err
		}
	case err != nil:
		return err
	case info.Mode()&fs.ModeSymlink != 0:
		return w.follow(next)
	case !info.IsDir():
		return astray(fmt.Sprintf("lies below %q, which is no directory", next))
	}
	w.at = next
	return nil
}

func (w *walker) follow(link string) error {
	if w.links++; w.links > maxLinks {
		return astray("goes through symbolic links that lead in a circle")
	}
	target, err := w.root.Readlink(link)
	if err != nil {
		return err
	}
	w.last = outward{link, target}
	if path.IsAbs(target) {
		return &w.last
	}
	w.rest = append(strings.Split(target, "/"), w.rest...)
	return nil
}
