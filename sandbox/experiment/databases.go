package experiment

import (
	"context"
	"os"
	"sync"

	"github.com/tentpole-labs/tentpole/sandbox/internal/sealed"
)

// databaseProgram is the open file of the database's program, for as long as
// tentpole runs.
var databaseProgram = sync.OnceValues(func() (*os.File, error) {
	if len(embeddedDatabase) == 0 {
		return nil, cannot("this tentpole was built without the database that runs inside: build it with `make build`")
	}
	return sealed.Program(embeddedDatabase)
})

// query has the database inside do something, and hears its answer. The talk
// is closed by the caller, or with the trial.
func (t *Trial) query(ctx context.Context, s Subject, act string, given, answer any) (*Talk, error) {
	talk, err := begin(ctx, s, asking{act: act, given: given, program: databaseProgram})
	if err != nil {
		return nil, err
	}
	t.atEnd(talk.Close)
	return talk, talk.Hear(ctx, answer)
}
