package inside

import (
	"context"
	"os"

	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

func init() { register("facts", readFacts) }

// readFacts reads them as package facts does on the host: for what runs on a
// kernel that the host's /proc knows nothing of. It reads its own: of another
// process much is told only to who may trace it.
func readFacts(a *Act) error {
	name, err := os.Hostname()
	if err != nil {
		return err
	}
	read, err := facts.Self(context.Background(), facts.WithHostname(name))
	return a.Say(FactsRead{Facts: read, Refused: Explain(err)})
}
