package experiment

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/database"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/search"
)

var rollback = Info{
	ID:       "rollback",
	Question: "Does going back to the old program bring the old data back?",
	Inside:   "in sandboxes like this one, runs release 1 of a program on data in a volume, then release 2, which changes the data's schema, then release 1 again; the releases lie in read-only volumes of their own",
	Host:     "swaps the release from one sandbox to the next; at last gives release 1 a copy of the data from before release 2",
	Rule:     "open when release 1 finds the schema that release 2 has left: the program went back and the data did not; contained when it finds its own",
	CleansUp: "removes releases and data, which lie in tentpole's state directory",
	Layers:   []sandbox.Layer{},
	Needs:    []string{"a mount namespace", "a tentpole built with `make build`, which has SQLite in it"},
	Seconds:  0.3,
	run:      runRollback,
}

// releases are two versions of a program. The second has renamed a column.
var releases = map[string]database.Release{
	"release-1": {Version: 1, Migrate: []string{"CREATE TABLE campers (name TEXT)"},
		Write: "INSERT INTO campers (name) VALUES ('written by release 1')", Count: "SELECT count(name) FROM campers"},
	"release-2": {Version: 2, Migrate: []string{"ALTER TABLE campers RENAME COLUMN name TO full_name"},
		Write: "INSERT INTO campers (full_name) VALUES ('written by release 2')", Count: "SELECT count(full_name) FROM campers"},
}

const (
	releaseFile = "release.json"
	dataFile    = "data.db"
	mostData    = 1 << 20 // bytes
)

// going is a rollback under way.
type going struct {
	*Trial
	keep scratch
	at   []string // where data and release are inside
}

func runRollback(ctx context.Context, t *Trial) error {
	at, err := t.targets(2)
	if err != nil {
		return err
	}
	keep, err := t.scratch(ctx)
	if err != nil {
		return err
	}
	g := going{t, keep, at}
	if err := g.lay(); err != nil {
		return err
	}
	first, err := g.serve(ctx, "release-1", "data")
	if err != nil {
		return err
	}
	if err := g.copyData("data", "before"); err != nil {
		return err
	}
	var then [3]database.Served // release 2, release 1 again, and on the copy
	for i, run := range [][2]string{{"release-2", "data"}, {"release-1", "data"}, {"release-1", "before"}} {
		if then[i], err = g.serve(ctx, run[0], run[1]); err != nil {
			return err
		}
	}
	return t.judgeRollback(first, then[0], then[1], then[2])
}

// lay makes the directories of releases and data.
func (g going) lay() error {
	for name, release := range releases {
		dir, err := g.keep.directory(name)
		if err != nil {
			return err
		}
		b, err := json.Marshal(release)
		if err != nil {
			return err
		}
		if err := os.WriteFile(path.Join(dir, releaseFile), b, 0o644); err != nil {
			return err
		}
	}
	for _, name := range []string{"data", "before"} {
		if _, err := g.keep.directory(name); err != nil {
			return err
		}
	}
	return nil
}

// serve runs a release on data, in a sandbox of its own.
func (g going) serve(ctx context.Context, release, data string) (said database.Served, err error) {
	box, err := g.withVolumes(ctx, sandbox.Volume{Source: path.Join(g.keep.dir, data), Target: g.at[0]},
		sandbox.Volume{Source: path.Join(g.keep.dir, release), Target: g.at[1], ReadOnly: true})
	if err != nil {
		return said, err
	}
	run := database.Run{Mark: g.keep.mark, Release: path.Join(g.at[1], releaseFile), Data: path.Join(g.at[0], dataFile)}
	talk, err := g.query(ctx, box, database.Serve, run, &said)
	if err != nil {
		return said, err
	}
	if err := talk.Close(); err != nil {
		return said, err
	}
	return said, box.Close()
}

// copyData copies the data while nobody has it open.
func (g going) copyData(from, to string) error {
	b, st, err := search.ReadThrough(path.Join(g.keep.dir, from), "/"+dataFile, mostData)
	if err != nil {
		return err
	}
	if st.Size > mostData {
		return fmt.Errorf("the data is %d bytes long, and at most %d are copied", st.Size, mostData)
	}
	file := path.Join(g.keep.dir, to, dataFile)
	if err := os.WriteFile(file, b, 0o600); err != nil {
		return err
	}
	return g.keep.give(file)
}

func (t *Trial) judgeRollback(first, second, back, restored database.Served) error {
	t.seeServed("first", "release 1 on new data", first, Contained)
	t.seeServed("second", "release 2 on the same data", second, passed(second.Before == first.After))
	t.see(Observation{ID: "program", What: "the program after going back", Inside: fmt.Sprint("release ", back.Version), Host: fmt.Sprint("release ", first.Version, " was put in the place of ", second.Version), Outcome: passed(back.Version != first.Version)})
	data := passed(back.Before == second.After && second.After != first.After)
	t.seeServed("data", "the data that it finds", back, data)
	t.seeServed("copy", "release 1 on a copy of the data from before", restored, passed(restored.Before != first.After || restored.Failed != ""))
	t.count("rows", "rows after release 2", float64(second.Rows), "")
	t.count("rows-copy", "rows in the copy from before, after release 1 has gone on", float64(restored.Rows), "")
	if data == Open {
		works := "which it can work on"
		if back.Failed != "" {
			works = "which it cannot work on (" + back.Failed + ")"
		}
		return t.conclude(Open, "the program is release %d again; its data is still that of release %d, %s", back.Version, back.Before, works)
	}
	return t.conclude(Contained, "release 1 finds data of version %d, as it left it", back.Before)
}

func (t *Trial) seeServed(id, what string, s database.Served, o Outcome) {
	done := facts.Count(s.Rows, "row")
	if s.Failed != "" {
		done = s.Failed
	}
	t.see(Observation{ID: id, What: what, Inside: done, Host: fmt.Sprintf("the data was of version %d, and is of version %d", s.Before, s.After), Outcome: o})
}
