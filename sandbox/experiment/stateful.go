package experiment

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path"
	"syscall"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/database"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

var stateful = Info{
	ID:       "stateful",
	Question: "What becomes of a database when its sandbox goes?",
	Inside:   "in another sandbox like this one, SQLite writes rows to a file of the root and to one in a volume, and is killed in the middle of a transaction; it is started again there, and once more in a new sandbox",
	Host:     "counts which rows are there after the kill, and after the sandbox was removed",
	Rule:     "open when the rows written to the root are there in the next sandbox as well; contained when they went with theirs",
	CleansUp: "removes the databases: one goes with its sandbox, the others lie in tentpole's state directory",
	Layers:   []sandbox.Layer{sandbox.Root},
	Needs:    []string{"a mount namespace", "a tentpole built with `make build`, which has SQLite in it"},
	Seconds:  0.3,
	run:      runStateful,
}

// storedRows are committed, and as many not.
const storedRows = 1000

// dataPlaces are directories of a root in which programs keep data.
var dataPlaces = []string{"/var/lib", "/var/tmp", "/tmp"}

func runStateful(ctx context.Context, t *Trial) error {
	d, err := t.layDatabases(ctx)
	if err != nil {
		return err
	}
	first, err := t.withVolumes(ctx, d.volume)
	if err != nil {
		return err
	}
	killed, err := t.killTwice(ctx, first, d)
	if err != nil {
		return err
	}
	if err := first.Close(); err != nil {
		return err
	}
	second, err := t.withVolumes(ctx, d.volume)
	if err != nil {
		return err
	}
	removed, err := t.seeRows(ctx, second, "removed", "rows in the root of the next sandbox", d.root)
	if err != nil {
		return err
	}
	if _, err := t.seeRows(ctx, second, "volume", "rows in the volume, in the next sandbox", d.kept); err != nil {
		return err
	}
	if err := t.stayed(path.Join(d.volume.Source, d.kept.File)); err != nil {
		return err
	}
	where := map[bool]string{true: "the next sandbox finds them too", false: "they are gone with their sandbox"}[removed == Open]
	return t.conclude(removed, "of %d rows %d are there after the kill; %s", storedRows, killed, where)
}

// databases are where the two of them lie: one in the root, one in a volume.
type databases struct {
	volume     sandbox.Volume
	root, kept database.Work
}

// layDatabases makes the directories on the host.
func (t *Trial) layDatabases(ctx context.Context) (d databases, err error) {
	at, err := t.targets(1)
	if err != nil {
		return d, err
	}
	keep, err := t.scratch(ctx)
	if err != nil {
		return d, err
	}
	volume, err := keep.directory("volume")
	if err != nil {
		return d, err
	}
	// Where the root is the host's, only a directory of tentpole's own there.
	own, err := keep.directory("root")
	if err != nil {
		return d, err
	}
	host, err := identify("/")
	if err != nil {
		return d, err
	}
	d.volume = sandbox.Volume{Source: volume, Target: at[0]}
	file := "tentpole-" + rand.Text() + ".db"
	d.root = database.Work{File: file, Own: own, Mark: keep.mark, Host: inside.Inode{Device: host.Device, Inode: host.Inode}, Places: dataPlaces}
	d.kept = database.Work{File: file, Own: at[0], Mark: keep.mark}
	return d, nil
}

// killTwice has both databases written and killed in the same root, and tells
// how many rows of the first are there afterwards.
func (t *Trial) killTwice(ctx context.Context, s Subject, d databases) (rows int, err error) {
	for _, work := range []database.Work{d.root, d.kept} {
		work.Rows = storedRows
		if err := t.writeAndKill(ctx, s, work); err != nil {
			return 0, err
		}
	}
	found, err := t.countRows(ctx, s, d.root)
	if err != nil {
		return 0, err
	}
	o := passed(found.Found == storedRows && found.Sound == "ok")
	t.see(Observation{ID: "killed", What: "rows when it is started again in the same root", Inside: rowsIn(found), Host: fmt.Sprintf("SQLite %s was killed with SIGKILL after %d rows were committed and as many were not", found.SQLite, storedRows), Outcome: o})
	t.count("rows", "rows that were committed", storedRows, "")
	t.count("rows-after-kill", "rows after the kill", float64(found.Found), "")
	return found.Found, nil
}

// writeAndKill kills the database in the middle of its second transaction.
func (t *Trial) writeAndKill(ctx context.Context, s Subject, work database.Work) error {
	var said database.Stored
	talk, err := t.query(ctx, s, database.Store, work, &said)
	if err != nil {
		return err
	}
	if said.Refused != nil {
		return cannot("there is no place inside to keep a database: %s", word(said.Refused.Text))
	}
	if said.Now != storedRows {
		return fmt.Errorf("the database has %d rows after %d were committed", said.Now, storedRows)
	}
	if err := talk.Process.Signal(syscall.SIGKILL); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	if _, err := talk.Process.Wait(ctx); err != nil {
		return err
	}
	return talk.Close()
}

// countRows starts the database on a file, only to count.
func (t *Trial) countRows(ctx context.Context, s Subject, work database.Work) (said database.Stored, err error) {
	work.Rows = 0
	talk, err := t.query(ctx, s, database.Store, work, &said)
	if err != nil {
		return said, err
	}
	return said, talk.Close()
}

// seeRows notes whether the rows are there in another sandbox.
func (t *Trial) seeRows(ctx context.Context, s Subject, id, what string, work database.Work) (Outcome, error) {
	found, err := t.countRows(ctx, s, work)
	if err != nil {
		return "", err
	}
	o := passed(found.Found > 0)
	t.see(Observation{ID: id, What: what, Inside: rowsIn(found), Host: "the sandbox that wrote them is gone", Outcome: o})
	t.count("rows-"+id, what, float64(found.Found), "")
	return o, nil
}

// stayed notes what the host has of the volume when no sandbox has it open.
func (t *Trial) stayed(file string) error {
	id, err := identify(file)
	if err != nil {
		return err
	}
	t.see(Observation{ID: "file", What: "the database in the volume", Host: fmt.Sprintf("inode %d, owner %d", id.Inode, id.UID), Outcome: Open})
	return nil
}

func rowsIn(s database.Stored) string {
	if s.Refused != nil {
		return answer(s.Refused)
	}
	return facts.Count(s.Found, "row") + ", checked: " + s.Sound
}
