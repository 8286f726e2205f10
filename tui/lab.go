package tui

import (
	"context"

	"github.com/tentpole-labs/tentpole/sandbox"
	"github.com/tentpole-labs/tentpole/sandbox/experiment"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/claims"
	"github.com/tentpole-labs/tentpole/sandbox/experiment/matrix"
	"github.com/tentpole-labs/tentpole/sandbox/features"
)

// Lab does what the sheets ask for. What is nil is done on this machine. Its
// functions are called from commands, and end soon after their context.
type Lab struct {
	// Experiments is the catalogue; experiment.List when empty.
	Experiments []experiment.Info
	// Experiment runs one experiment in a sandbox of its own.
	Experiment func(ctx context.Context, id string, spec sandbox.Spec, o experiment.Options) (experiment.Result, error)
	// Matrix runs experiments at stages.
	Matrix func(context.Context, matrix.Options) (matrix.Matrix, error)
	// Try puts claims on trial.
	Try func(context.Context, claims.Set, claims.Options) (claims.Report, error)
	// Check tries what this machine can do.
	Check func(context.Context) (Ability, error)
	// Claims reads the claims; nil leaves them out.
	Claims func() (claims.Set, error)
	// Keep writes a matrix to a file and tells which; nil leaves that out.
	Keep func(matrix.Matrix) (path string, err error)
}

// Ability is what a machine can do.
type Ability struct {
	Machine features.Machine
	Answers []features.Answer
}

// fill has done on this machine what nobody else does.
func (l *Lab) fill() {
	if len(l.Experiments) == 0 {
		l.Experiments = experiment.List()
	}
	if l.Experiment == nil {
		l.Experiment = experimentHere
	}
	if l.Matrix == nil {
		l.Matrix = matrix.Run
	}
	if l.Try == nil {
		l.Try = claims.Run
	}
	if l.Check == nil {
		l.Check = checkHere
	}
}

func experimentHere(ctx context.Context, id string, spec sandbox.Spec, o experiment.Options) (experiment.Result, error) {
	subject, err := experiment.Raise(ctx, spec)
	if err != nil {
		return experiment.Result{}, err
	}
	defer subject.Close()
	r, err := experiment.Run(ctx, id, subject, o)
	if err != nil {
		return r, err
	}
	return r, subject.Close()
}

func checkHere(ctx context.Context) (Ability, error) {
	if _, err := sandbox.Look(); err != nil { // this is no Linux
		return Ability{}, err
	}
	a := Ability{features.Look(), features.Check(ctx, sandbox.Raise)}
	return a, ctx.Err()
}

// sheets are the sheets as they were left, so that what was found is there when
// they are opened again. They are made when they are opened first.
type sheets struct {
	experiments *experimentsSheet
	matrix      *matrixSheet
	claims      *claimsSheet
	doctor      *doctorSheet
}
