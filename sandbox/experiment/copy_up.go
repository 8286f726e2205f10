package experiment

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/search"
)

var copyUp = Info{
	ID:       "copy-up",
	Question: "What does the first byte written to a large file cost?",
	Inside:   "in another sandbox whose overlay lies over a directory with a file of 32 MiB, writes one byte to it; then one byte to such a file in a volume; three times each",
	Host:     "looks at the file below, which must stay as it was, and at what has arrived in the upper directory",
	Rule:     "contained when the file below stays as it was and the upper directory holds a copy; open when the byte arrives below",
	CleansUp: "removes the files, which lie in tentpole's state directory, and the sandbox with its upper directory",
	Layers:   []sandbox.Layer{sandbox.Root},
	Needs:    []string{"a root of the sandbox's own, which is an overlay", "256 MiB of free disk"},
	Seconds:  0.6,
	Alone:    true,
	run:      runCopyUp,
}

const (
	largeFile  = 32 << 20 // bytes
	firstTimes = 3
	wantedFree = 256 << 20
	// lowerPlace is where the files lie in the lower directory.
	lowerPlace = "/var/tmp"
)

func runCopyUp(ctx context.Context, t *Trial) error {
	if !t.Result.Subject.Root.Own() {
		return cannot("its root is the host's own: there is no overlay that could copy anything")
	}
	c, err := t.layOut(ctx)
	if err != nil {
		return err
	}
	box, err := t.another(ctx, func(spec *sandbox.Spec) {
		spec.Root, spec.Source, spec.Unpacked, spec.ReadOnly, spec.Upper = sandbox.RootDirectory, c.lower, "", false, sandbox.UpperDisk
		spec.Volumes, spec.Tmpfs = []sandbox.Volume{{Source: c.data, Target: mountable[0]}}, nil
	})
	if err != nil {
		return err
	}
	var above, through inside.FirstWritten
	if err := askIn(ctx, box, "copy-up", inside.FirstWrite{Files: c.below(lowerPlace), Byte: 'X'}, &above); err != nil {
		return err
	}
	if err := askIn(ctx, box, "copy-up", inside.FirstWrite{Files: c.below(mountable[0]), Byte: 'X'}, &through); err != nil {
		return err
	}
	return t.judgeCopyUp(c, box, above, through)
}

// twoFiles are the two directories that have the file.
type twoFiles struct{ lower, data string }

// below are the file's names in a directory: an overlay copies each for itself.
func (twoFiles) below(dir string) (names []string) {
	for i := range firstTimes {
		names = append(names, path.Join(dir, fmt.Sprint("large-", i)))
	}
	return names
}

// layOut makes the lower directory of the overlay, which is the root's as the
// host's files are, and the volume, which is the inside's.
func (t *Trial) layOut(ctx context.Context) (c twoFiles, err error) {
	keep, err := t.scratch(ctx)
	if err != nil {
		return c, err
	}
	if free := freeSpace(keep.dir); free < wantedFree {
		return c, cannot("only %d MiB are free at %s, and it takes %d", free>>20, keep.dir, wantedFree>>20)
	}
	c.lower = path.Join(keep.dir, "lower")
	if err := makeOpen(path.Join(c.lower, lowerPlace)); err != nil {
		return c, err
	}
	if c.data, err = keep.directory("data"); err != nil {
		return c, err
	}
	if err := makeLarge(c.below(path.Join(c.lower, lowerPlace))); err != nil {
		return c, err
	}
	if err := makeLarge(c.below(c.data)); err != nil {
		return c, err
	}
	return c, keep.give(c.below(c.data)[0])
}

// makeOpen makes a directory that everybody may use, with what leads to it.
func makeOpen(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.Chmod(dir, 0o777)
}

// makeLarge makes one file without holes, with several names.
func makeLarge(names []string) error {
	f, err := os.OpenFile(names[0], os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Chmod(0o666); err != nil { // whatever the umask says
		return err
	}
	block := bytes.Repeat([]byte("tentpole"), 1<<17)
	for range largeFile / len(block) {
		if _, err := f.Write(block); err != nil {
			return err
		}
	}
	for _, name := range names[1:] {
		if err := os.Link(names[0], name); err != nil {
			return err
		}
	}
	return nil
}

func (t *Trial) judgeCopyUp(c twoFiles, box Subject, above, through inside.FirstWritten) error {
	if above.Refused != nil || len(above.Microseconds) == 0 {
		t.see(Observation{ID: "overlay", What: "one byte written to a file of the root", Inside: answer(above.Refused), Outcome: Contained})
		return t.conclude(Contained, "the file below may not be written at all: %s", answer(above.Refused))
	}
	kept := beginsWith(c.lower, path.Join(lowerPlace, "large-0"), 't')
	copied, copies := arrived(box, c.below(lowerPlace))
	first := t.measure("overlay-write", "the first byte written to a file of 32 MiB on an overlay", "ms", toMilliseconds(above.Microseconds[:min(copies, len(above.Microseconds))]))
	t.count("copied", "what the upper directory takes for one byte", float64(copied), "bytes")
	t.see(Observation{ID: "overlay", What: "one byte written to a file of the root", Inside: fmt.Sprintf("took %.1f ms", first.Value),
		Host: Amount(float64(copied), "bytes") + " in the upper directory", Outcome: passed(!kept)})
	bind, cost := t.seeBind(c, through)
	if !kept || copies == 0 {
		return t.conclude(passed(!kept), "the byte was written, and nothing was found in the upper directory")
	}
	said := fmt.Sprintf("the file below is as it was; one byte cost a copy of %.1f MiB and %.1f ms", float64(copied)/(1<<20), first.Value)
	if bind {
		said += fmt.Sprintf(", through a bind mount %s and no copy", Amount(cost, "ms"))
	}
	return t.conclude(Contained, "%s", said)
}

// seeBind notes the same through a bind mount, where it was possible.
func (t *Trial) seeBind(c twoFiles, through inside.FirstWritten) (written bool, cost float64) {
	if through.Refused != nil || len(through.Microseconds) == 0 {
		t.see(Observation{ID: "bind", What: "one byte written through a bind mount", Inside: answer(through.Refused), Outcome: Contained})
		return false, 0
	}
	changed := beginsWith(c.data, "large-0", 'X')
	cost = t.measure("bind-write", "the first byte written to a file of 32 MiB through a bind mount", "ms", toMilliseconds(through.Microseconds)).Value
	t.see(Observation{ID: "bind", What: "one byte written through a bind mount", Inside: "took " + Amount(cost, "ms"),
		Host: map[bool]string{true: "the byte is in the host's own file", false: "the host's file is as it was"}[changed], Outcome: passed(changed)})
	return true, cost
}

// arrived tells how much of the disk the first copy takes in the upper
// directory, and how many copies there are: an overlay with an index keeps one
// for all names of a file.
func arrived(box Subject, files []string) (bytes int64, copies int) {
	seen := map[uint64]bool{}
	for _, file := range files {
		caught := box.Caught(file)
		id, err := identify(caught)
		if err != nil || seen[id.Inode] {
			continue
		}
		if st, err := os.Lstat(caught); err == nil && copies == 0 {
			bytes = allocated(st)
		}
		seen[id.Inode] = true
		copies++
	}
	return bytes, copies
}

// beginsWith tells whether a file below dir begins with that byte.
func beginsWith(dir, file string, b byte) bool {
	got, _, err := search.ReadThrough(dir, path.Join("/", file), 1)
	return err == nil && len(got) == 1 && got[0] == b
}

func toMilliseconds(micro []float64) []float64 {
	out := make([]float64, len(micro))
	for i, us := range micro {
		out[i] = us / 1000
	}
	return out
}
