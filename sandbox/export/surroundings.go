package export

import (
	"context"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/moby/sys/capability"
	"github.com/opencontainers/runtime-spec/specs-go"
	"github.com/opencontainers/runtime-spec/specs-go/features"

	"github.com/tentpole-labs/tentpole/sandbox/facts"
)

// Surroundings is what the other tools find on this machine. [Look] reads it.
type Surroundings struct {
	// Bounding are the capabilities that the caller may hand on, Kernel those
	// that a new user namespace starts with; by name, without CAP_.
	Bounding, Kernel []string
	// TimeNamespaces tells that runc knows them: from 1.2 on. An earlier one
	// refuses a config.json that has one.
	TimeNamespaces bool
}

// Look reads the surroundings. It changes nothing; runc, where there is one, is
// asked for its features.
func Look(ctx context.Context) (Surroundings, error) {
	self, err := facts.Self(ctx)
	if err != nil {
		return Surroundings{}, err
	}
	here := Surroundings{TimeNamespaces: runcMakesTimeNamespaces(ctx)}
	for _, name := range self.Capabilities.Bounding {
		here.Bounding = append(here.Bounding, strings.ToLower(strings.TrimPrefix(name, "CAP_")))
	}
	supported, err := capability.ListSupported()
	if err != nil {
		return Surroundings{}, err
	}
	for _, c := range supported {
		here.Kernel = append(here.Kernel, c.String())
	}
	return here, nil
}

// patience bounds the question to runc.
const patience = 2 * time.Second

// runcMakesTimeNamespaces asks runc for the features structure of the OCI
// specification (features.md). No answer is a no.
func runcMakesTimeNamespaces(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answer, err := exec.CommandContext(ctx, "runc", "features").Output()
	if err != nil {
		return false
	}
	var says features.Features
	return json.Unmarshal(answer, &says) == nil && says.Linux != nil && slices.Contains(says.Linux.Namespaces, string(specs.TimeNamespace))
}
