package lessons

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const (
	progressFile = "progress.json"
	lockFile     = "progress.lock"
	maxProgress  = 16 << 20 // bytes
	maxSetAside  = 1000     // corrupt files kept beside
	lockPatience = 5 * time.Second
)

// Errors of a Store, for errors.Is.
var (
	// ErrBusy: another process has held the lock for five seconds.
	ErrBusy = errors.New("progress is in use by another process")
	// ErrNewer: the file was written in a newer schema. It is left alone.
	ErrNewer = errors.New("progress was written by a newer tentpole")
)

// CorruptError tells of a progress file that could not be read as one and was
// set aside. What was kept in it is still there to be looked at.
type CorruptError struct {
	File  string // the file
	Aside string // its new name; empty when it could not be renamed
	Err   error  // what is wrong with it
}

// Error implements error.
func (e *CorruptError) Error() string {
	if e.Aside == "" {
		return fmt.Sprintf("%s is damaged (%v) and could not be set aside", e.File, e.Err)
	}
	return fmt.Sprintf("%s was damaged (%v): it is now %s, and progress begins anew", e.File, e.Err, e.Aside)
}

// Unwrap returns what is wrong with the file.
func (e *CorruptError) Unwrap() error { return e.Err }

// Store keeps progress in a directory, in the one file progress.json. Writing
// replaces the whole file: after a crash, a full disk or a power cut it is the
// old one or the new one, never half of each.
type Store struct {
	Dir string // made when first written to
	// Owner makes every file and directory belong to that user. DefaultStore
	// sets it under sudo; nil means whoever runs this.
	Owner *Owner
	// Tell is called with a *CorruptError when a damaged file was set aside.
	// That is no error of the call it happens in. May be nil.
	Tell func(error)
}

// Owner is a user and a group, as the host numbers them.
type Owner struct{ UID, GID int }

// Read returns the progress kept, or empty progress when there is none.
func (s *Store) Read() (p *Progress, err error) {
	runErr := s.Owner.Do(func() { p, err = s.read() })
	if runErr != nil {
		return nil, s.failed("read", runErr)
	}
	var bad *CorruptError
	if !errors.As(err, &bad) {
		return p, err
	}
	runErr = s.Owner.Do(func() {
		unlock, lockErr := s.lock()
		if lockErr != nil {
			s.tell(bad)
			p, err = NewProgress(), nil
			return
		}
		defer unlock()
		p, err = s.readOrSetAside()
	})
	return p, errors.Join(err, runErr)
}

// Update reads the progress, lets change work on it and writes it back, while
// nobody else can. An error of change leaves the file as it is and is
// returned as it is.
func (s *Store) Update(change func(*Progress) error) (err error) {
	runErr := s.Owner.Do(func() { err = s.update(change) })
	if runErr != nil {
		return s.failed("write", runErr)
	}
	return err
}

func (s *Store) update(change func(*Progress) error) error {
	if err := os.MkdirAll(s.Dir, 0o711); err != nil {
		return s.failed("write", err)
	}
	unlock, err := s.lock()
	if err != nil {
		return err
	}
	defer unlock()
	p, err := s.readOrSetAside()
	if err != nil {
		return err
	}
	if err := change(p); err != nil {
		return err
	}
	p.Schema = ProgressSchema
	out, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return s.failed("write", err)
	}
	if err := replaceFile(s.path(), append(out, '\n')); err != nil {
		return s.failed("write", err)
	}
	return nil
}

func (s *Store) path() string { return filepath.Join(s.Dir, progressFile) }

// lock waits for the lock file. Progress is never locked itself, for it is
// replaced: a lock on the old file would keep nobody from the new one.
func (s *Store) lock() (unlock func(), err error) {
	unlock, err = lockPath(filepath.Join(s.Dir, lockFile), lockPatience)
	if err != nil {
		return nil, s.failed("lock", err)
	}
	return unlock, nil
}

// failed says what was tried, on what, and what can be done.
func (s *Store) failed(what string, err error) error {
	remedy := ""
	switch {
	case errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) || isReadOnly(err):
		remedy = "; make it writable, or set XDG_STATE_HOME to a directory that is"
	case isFull(err):
		remedy = "; free some space. What was kept before is unharmed"
	case errors.Is(err, ErrBusy):
		remedy = "; close the other tentpole and try again"
	}
	return fmt.Errorf("%s progress in %s: %w%s", what, s.Dir, err, remedy)
}

// read reads the file. A file that is not progress gives a *CorruptError.
func (s *Store) read() (*Progress, error) {
	f, err := os.Open(s.path())
	if errors.Is(err, fs.ErrNotExist) {
		return NewProgress(), nil
	} else if err != nil {
		return nil, s.failed("read", err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxProgress+1))
	if err != nil {
		return nil, s.failed("read", err)
	}
	p, err := decode(raw)
	if errors.Is(err, ErrNewer) {
		return nil, fmt.Errorf("read %s: %w; update this tentpole", s.path(), err)
	} else if err != nil {
		return nil, &CorruptError{File: s.path(), Err: err}
	}
	return p, nil
}

// DecodeProgress reads progress that was exported: the JSON of a Progress. A file
// of a newer schema gives ErrNewer.
func DecodeProgress(r io.Reader) (*Progress, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxProgress+1))
	if err != nil {
		return nil, err
	}
	return decode(raw)
}

func decode(raw []byte) (*Progress, error) {
	if len(raw) > maxProgress {
		return nil, fmt.Errorf("larger than %d bytes", maxProgress)
	}
	var head struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, err
	}
	var version int
	if _, err := fmt.Sscanf(head.Schema, "tentpole/progress/v%d", &version); err != nil {
		return nil, fmt.Errorf("the schema is %q, not %q", head.Schema, ProgressSchema)
	}
	if head.Schema != ProgressSchema {
		return nil, fmt.Errorf("%w: %s", ErrNewer, head.Schema)
	}
	p := NewProgress()
	if err := json.Unmarshal(raw, p); err != nil {
		return nil, err
	}
	if p.Lessons == nil {
		p.Lessons = map[string]LessonRecord{}
	}
	return p, nil
}

// readOrSetAside is read for somebody who holds the lock: a corrupt file is
// renamed, never removed, and the learner is told.
func (s *Store) readOrSetAside() (*Progress, error) {
	p, err := s.read()
	var bad *CorruptError
	if !errors.As(err, &bad) {
		return p, err
	}
	aside := s.path() + ".bad"
	for i := 2; i < maxSetAside; i++ {
		if _, err := os.Lstat(aside); errors.Is(err, fs.ErrNotExist) {
			break
		}
		aside = fmt.Sprintf("%s.bad%d", s.path(), i)
	}
	if err := os.Rename(s.path(), aside); err != nil {
		return nil, fmt.Errorf("%w: %w", bad, err)
	}
	bad.Aside = aside
	s.tell(bad)
	return NewProgress(), nil
}

func (s *Store) tell(err error) {
	if s.Tell != nil {
		s.Tell(err)
	}
}
