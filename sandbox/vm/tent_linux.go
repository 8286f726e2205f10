package vm

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/facts"
	"github.com/tentpole-labs/tentpole/sandbox/vm/tent"
)

// Tent has this program raise a sandbox in the machine, as it does on the host.
func (m *Machine) Tent(ctx context.Context) (board facts.Board, err error) {
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		return board, err
	}
	defer self.Close()
	r, w, err := os.Pipe()
	if err != nil {
		return board, err
	}
	defer r.Close()
	p, err := m.Start(ctx, experiment.Command{Args: []string{tent.Name}, Program: self, Stdout: w})
	w.Close()
	if errors.Is(err, fs.ErrNotExist) { // its loader is not there; execve(2)
		err = &sandbox.Error{Op: "start tentpole in", Target: "the virtual machine", Err: err, Remedy: "build it static, as `make build` does: CGO_ENABLED=0"}
	}
	if err != nil {
		return board, err
	}
	stop := context.AfterFunc(ctx, func() { p.Signal(9); r.Close() })
	defer stop()
	var said tent.Said
	err = json.NewDecoder(io.LimitReader(r, mostSaid)).Decode(&said)
	switch {
	case ctx.Err() != nil:
		<-p.Done() // it is killed, and what it has raised ends with it
		return board, ctx.Err()
	case err == nil && said.Error != "":
		err = errors.New(facts.Clean(said.Error))
	}
	if err != nil {
		return board, &sandbox.Error{Op: "raise a sandbox in", Target: "the virtual machine", Err: err}
	}
	return said.Board.Cleaned(), nil
}

// mostSaid is as much as is heard of a board, in bytes.
const mostSaid = 1 << 20
