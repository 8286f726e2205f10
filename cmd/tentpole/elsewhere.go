package main

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tentpole-labs/tentpole/lessons"
	"github.com/tentpole-labs/tentpole/lessons/play"
	"github.com/tentpole-labs/tentpole/sandbox"
)

// elsewhere loads lessons that did not come with the program: a file, a folder,
// or a tar of one.
func elsewhere(word string) (*lessons.Course, error) {
	info, err := os.Stat(word)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return loadFrom(os.DirFS(word))
	case strings.HasSuffix(word, ".md"):
		l, err := loadFile(word)
		if err != nil {
			return nil, err
		}
		return &lessons.Course{Title: l.Title, Lessons: []*lessons.Lesson{l}}, nil
	}
	files, err := readTar(word)
	if err != nil {
		return nil, fmt.Errorf("read lessons from %s: %w", word, err)
	}
	return loadFrom(files)
}

func loadFrom(files fs.FS) (*lessons.Course, error) {
	course, err := lessons.LoadAll(files, play.Known())
	var broken lessons.Errors
	if errors.As(err, &broken) {
		return nil, &exitError{exitUsage, err}
	}
	if err != nil {
		return nil, err
	}
	return spoken(course, files)
}

// isElsewhere tells whether a word names a file rather than a lesson.
func isElsewhere(word string) bool {
	return strings.ContainsRune(word, filepath.Separator) || strings.ContainsRune(word, '.')
}

// Bounds of a tar of lessons.
const (
	maxTar      = 64 << 20 // bytes, unpacked
	maxTarFiles = 1000
)

// readTar reads the lessons of a tar, packed with gzip or not, into memory:
// those of its first folder, or of none. Nothing is written anywhere.
func readTar(name string) (fs.FS, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	in := bufio.NewReader(file)
	var from io.Reader = in
	if head, _ := in.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		if from, err = gzip.NewReader(in); err != nil {
			return nil, err
		}
	}
	var packed bytes.Buffer // a zip is what the standard library reads as a file system
	out := zip.NewWriter(&packed)
	if err := repack(tar.NewReader(io.LimitReader(from, maxTar+1)), out); err != nil {
		return nil, err
	}
	if err := out.Close(); err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
}

func repack(in *tar.Reader, out *zip.Writer) error {
	total, seen := int64(0), map[string]bool{}
	for n := 0; ; n++ {
		h, err := in.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		name := path.Base(path.Clean("/" + h.Name))
		if h.Typeflag != tar.TypeReg || strings.Count(path.Clean(h.Name), "/") > 1 || seen[name] {
			continue
		}
		if total += h.Size; n >= maxTarFiles || total > maxTar {
			return fmt.Errorf("more than %d files, or %d bytes", maxTarFiles, maxTar)
		}
		seen[name] = true
		w, err := out.Create(name)
		if err != nil {
			return err
		}
		if _, err := io.Copy(w, in); err != nil {
			return err
		}
	}
}

// trusted shows what lessons from elsewhere would have run, and asks.
func trusted(c *cobra.Command, course *lessons.Course, word string, trust bool) error {
	if trust {
		return nil
	}
	w := c.ErrOrStderr()
	fmt.Fprintf(w, "%s is not part of tentpole's course. Playing it can run this, as you:\n", cleanLines(word))
	for _, l := range course.Lessons {
		for _, line := range commandsOf(l) {
			fmt.Fprintf(w, "  %s\n", cleanLines(line))
		}
	}
	if !confirm(c, "Play it? ") {
		return &sandbox.UsageError{What: "lessons", Word: word, Why: "they are not from tentpole's course: say --trust, or answer yes"}
	}
	return nil
}

// commandsOf lists all that a lesson has run: sandboxes, experiments, blocks.
func commandsOf(l *lessons.Lesson) (out []string) {
	for i := range l.Steps {
		s := &l.Steps[i]
		if r := s.Run; r != nil {
			line := fmt.Sprintf("%s, %s: a sandbox with the layers %s", l.ID, s.ID, strings.Join(r.Layers, ","))
			switch {
			case r.Subject != "":
				line = fmt.Sprintf("%s, %s: the subject %s", l.ID, s.ID, r.Subject)
			case len(r.Layers) == 0:
				line = fmt.Sprintf("%s, %s: a plain process", l.ID, s.ID)
			}
			for _, key := range slices.Sorted(maps.Keys(r.Settings)) {
				line += fmt.Sprintf(", %s %s", key, strings.Join(r.Settings[key], " "))
			}
			if r.Experiment != "" {
				line += ", the experiment " + r.Experiment
			}
			out = append(out, line)
		}
		for _, f := range s.Commands(play.VariantHere()) {
			for command := range strings.Lines(f.Text) {
				out = append(out, fmt.Sprintf("%s, %s, %s: %s", l.ID, s.ID, where[f.Where], strings.TrimSpace(command)))
			}
		}
	}
	return out
}

var where = map[lessons.Where]string{lessons.Inside: "inside the sandbox", lessons.Host: "ON THIS MACHINE, in `lesson test`"}
