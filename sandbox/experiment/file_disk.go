package experiment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/tentpole-labs/tentpole/sandbox"
)

// Stored is a subject whose files lie in one file of the host's: the disk of a
// machine.
type Stored interface {
	Disk() string
	// Encrypted starts another like it that encrypts what it writes to its disk.
	// The error wraps ErrNotSupported when it cannot. The caller closes it.
	Encrypted(context.Context) (Subject, error)
}

// searchDisk looks for the bytes of a file that no name leads to, and again in a
// machine with an encrypted disk.
func (t *Trial) searchDisk(ctx context.Context, f *fileRun) error {
	on, ok := t.Subject.(Stored)
	if !ok {
		return nil
	}
	t.tell(Progress{Phase: "searching the disk of the machine"})
	at, err := findBytes(ctx, on.Disk(), bytes.TrimSpace(f.content))
	if err != nil {
		return err
	}
	t.seeOnDisk("on-disk", "its bytes, on the disk of the machine", f.o.Path, at)
	if at < 0 || t.Outcome != Contained {
		return nil
	}
	if err := t.searchEncrypted(ctx, on, f.o.Path); err != nil {
		return err
	}
	return t.conclude(OneWay, "the host does not find it by name, but finds its bytes: %d from the beginning of the file that is the machine's disk", at)
}

func (t *Trial) seeOnDisk(id, what, inside string, at int64) {
	o := Observation{ID: id, What: what, Inside: inside, Host: "not in the file that is the disk", Outcome: Contained}
	if at >= 0 {
		o.Host, o.Outcome = fmt.Sprintf("in the file that is the disk, %d bytes from its beginning", at), OneWay
	}
	t.see(o)
}

// searchEncrypted does all of it once more where the machine encrypts.
func (t *Trial) searchEncrypted(ctx context.Context, on Stored, path string) error {
	t.tell(Progress{Phase: "starting a machine with an encrypted disk"})
	const id, what = "on-encrypted-disk", "its bytes, on an encrypted disk"
	other, err := on.Encrypted(ctx)
	if errors.Is(err, sandbox.ErrNotSupported) {
		t.see(Observation{ID: id, What: what, Inside: path, Host: err.Error(), Outcome: NotApplicable})
		return nil
	}
	if err != nil {
		return err
	}
	t.atEnd(other.Close)
	content := randomContent()
	made, err := other.Create(ctx, path, content)
	if err != nil {
		return err
	}
	at, err := findBytes(ctx, other.(Stored).Disk(), []byte(content))
	if err == nil {
		t.seeOnDisk(id, what, path, at)
	}
	return errors.Join(err, made.Remove(context.WithoutCancel(ctx)))
}

// findBytes is where in a file the bytes begin, -1 when they are not there.
func findBytes(ctx context.Context, file string, wanted []byte) (int64, error) {
	f, err := os.Open(file)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	piece := make([]byte, 1<<20)
	kept := 0 // of the piece before, in which they may begin
	for at := int64(0); ctx.Err() == nil; {
		n, err := io.ReadFull(f, piece[kept:])
		if i := bytes.Index(piece[:kept+n], wanted); i >= 0 {
			return at + int64(i), nil
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return -1, nil
		}
		if err != nil {
			return 0, err
		}
		next := kept + n - len(wanted) + 1
		kept = copy(piece, piece[next:kept+n])
		at += int64(next)
	}
	return 0, ctx.Err()
}
