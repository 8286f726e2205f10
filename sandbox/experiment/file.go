package experiment

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/search"
)

// DefaultPath is the file that the experiment makes: the name comes from the
// article "Do Containers Really Contain?".
const DefaultPath = "/tmp/mydummytestfile.txt"

var file = Info{
	ID:       "file",
	Question: "Where does the host find a file that was made inside?",
	Inside:   "creates a file with random content",
	Host:     "searches every local file system for its name, and the sandbox's own view through /proc/PID/root",
	Rule:     "open when the host finds the very file at the path it has inside; one-way when it finds it elsewhere, or only by going through the process, or only its bytes on the disk of a machine; contained when it does not find it at all",
	CleansUp: "removes the file",
	Layers:   []sandbox.Layer{sandbox.Mount, sandbox.Root, sandbox.User},
	Needs:    []string{},
	Seconds:  0.25,
	run:      runFile,
}

func runFile(ctx context.Context, t *Trial) (err error) {
	s, o, r := t.Subject, t.Options, &t.Result
	if o.Path == "" {
		o.Path = DefaultPath
	}
	if !path.IsAbs(o.Path) || path.Clean(o.Path) != o.Path || o.Path == "/" {
		return &sandbox.UsageError{What: "path", Word: o.Path, Why: "it must be an absolute path to a file, without . and .."}
	}
	content := randomContent()
	o.tell(Progress{Phase: "creating the file inside"})
	made, err := createFile(ctx, s, o, content)
	if errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) {
		r.Reason = facts.Clean(err.Error())
		return err
	}
	if err != nil {
		return err
	}
	defer func() {
		// Even when the person has lost patience the file must go.
		if gone := made.Remove(context.WithoutCancel(ctx)); err == nil {
			err = gone
		}
	}()
	f := fileRun{s: s, o: o, r: r, made: made, content: []byte(content + "\n")}
	if err := f.search(ctx); err != nil {
		return err
	}
	f.observe()
	return t.searchDisk(ctx, &f)
}

func randomContent() string {
	var b [24]byte
	rand.Read(b[:])
	return signature + hex.EncodeToString(b[:])
}

type fileRun struct {
	s       Subject
	o       Options
	r       *Result
	made    Canary
	content []byte
}

// search looks for the file on the host and through the process, and sorts
// out what was found.
func (f *fileRun) search(ctx context.Context) error {
	name := path.Base(f.o.Path)
	found, err := search.Find(ctx, search.Query{Name: name, Progress: func(p search.Progress) {
		f.o.tell(Progress{Phase: "searching the host", Entries: p.Entries})
	}})
	f.r.EntriesSearched, f.r.Unreadable = found.Entries, found.Unreadable
	if err != nil {
		return err
	}
	id := f.made.Made()
	hits := found.Hits
	view, err := f.viewHits(ctx, name)
	if err != nil {
		return err
	}
	hits = append(hits, view...)
	mounts, err := search.HostMounts()
	if err != nil {
		return err
	}
	origin := search.Origin{Path: f.o.Path, Device: id.Device, Inode: id.Inode, Content: f.content, PID: f.made.PID(),
		SharedRoot: f.r.Subject.Root == sandbox.RootHost}
	if caught := f.s.Caught(f.o.Path); caught != "" {
		origin.Upper = strings.TrimSuffix(caught, f.o.Path)
	}
	places, namesakes := search.Explain(hits, origin, mounts)
	for _, p := range places {
		if p.How == search.ProcRoot && sameAsHost(p, places, f.o.Path) {
			continue // the process sees the host's own file: no place of its own
		}
		f.r.Places = append(f.r.Places, Place{p.Path, p.Device, p.Inode, p.UID, string(p.How), p.Why})
	}
	for _, n := range namesakes {
		if !strings.HasPrefix(n.Path, "/proc/") {
			f.r.Namesakes = append(f.r.Namesakes, Namesake{n.Path, n.Device, n.Inode, n.UID})
		}
	}
	return nil
}

// viewHits are those through the process, where the host has one and may look.
func (f *fileRun) viewHits(ctx context.Context, name string) ([]search.Hit, error) {
	if f.made.PID() == 0 {
		return nil, nil
	}
	view, err := search.ViewHits(ctx, f.made.PID(), name, f.o.Path)
	if errors.Is(err, fs.ErrPermission) {
		err = nil
	}
	return view, err
}

// sameAsHost tells whether a place reached through the process is the file
// that the host has at the same path.
func sameAsHost(through search.Place, places []search.Place, file string) bool {
	for _, p := range places {
		if p.How == search.Same && p.Path == file && p.Device == through.Device && p.Inode == through.Inode {
			return true
		}
	}
	return false
}

// observe puts what was found into words, and the words into an outcome.
func (f *fileRun) observe() {
	id := f.made.Made()
	f.note("file", "the file", fmt.Sprintf("%s, inode %d, owner %d", f.o.Path, id.Inode, id.UID), f.atSamePath(), "")
	for _, p := range f.r.Places {
		outcome := OneWay
		if p.Path == f.o.Path && p.How == string(search.Same) {
			outcome = Open
		}
		f.note("found-"+p.How, "found: "+p.How, f.o.Path, fmt.Sprintf("%s, inode %d, owner %d: %s", p.Path, p.Inode, p.UID, f.readBack(p.Path)), outcome)
	}
	for _, n := range f.r.Namesakes {
		f.note("namesake", "another file of that name", "", fmt.Sprintf("%s, inode %d: not the one made inside", n.Path, n.Inode), NotApplicable)
	}
	if f.r.Unreadable > 0 {
		f.note("unreadable", "directories that could not be read", "", fmt.Sprint(f.r.Unreadable), NotApplicable)
	}
	f.decide()
	f.r.Observations[0].Outcome = f.r.Outcome
}

func (f *fileRun) note(id, what, inside, host string, o Outcome) {
	f.r.Observations = append(f.r.Observations, Observation{ID: id, What: what, Inside: inside, Host: host, Outcome: o})
}

func (f *fileRun) atSamePath() string {
	for _, p := range f.r.Places {
		if p.Path == f.o.Path {
			return "the same file at the same path"
		}
	}
	return "no such file at that path"
}

// readBack reads the file through a path that was found, without following
// links out of the sandbox, and compares.
func (f *fileRun) readBack(p string) string {
	root, rest := "/", p
	if parts := strings.SplitN(p, "/", 5); len(parts) == 5 && parts[1] == "proc" && parts[3] == "root" {
		root, rest = strings.Join(parts[:4], "/"), "/"+parts[4]
	}
	got, _, err := search.ReadThrough(root, rest, int64(len(f.content))+1)
	switch {
	case err != nil:
		return "cannot be read back (" + facts.Clean(err.Error()) + ")"
	case !bytes.Equal(got, f.content):
		return "reads back differently"
	}
	return "reads back the same"
}

// decide turns the places into one word and a sentence.
func (f *fileRun) decide() {
	through, elsewhere := "", ""
	for _, p := range f.r.Places {
		switch {
		case p.Path == f.o.Path && p.How == string(search.Same):
			f.r.Outcome, f.r.Reason = Open, "the host finds the very same file at the same path"
			return
		case p.How == string(search.ProcRoot):
			through = p.Path
		default:
			elsewhere = p.Path
		}
	}
	switch {
	case elsewhere != "":
		f.r.Outcome, f.r.Reason = OneWay, "the host finds the file by name, at another path: "+facts.Clean(elsewhere)
	case through != "":
		f.r.Outcome, f.r.Reason = OneWay, "the host finds it only by going through the process: "+facts.Clean(through)
	default:
		f.r.Outcome, f.r.Reason = Contained, "the host does not find it"
	}
}
