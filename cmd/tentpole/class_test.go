package main

import (
	"context"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tentpole-labs/tentpole/class/store"
)

// joined has somebody join a class and do something: joined DATA CLASS NAME FILE,
// where FILE is of progress.
func joined(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	s, err := store.Open(ctx, args[0])
	ts.Check(err)
	defer s.Close()
	class, err := s.Class(ctx, args[1])
	ts.Check(err)
	learner, err := s.JoinWithKey(ctx, class.ID, args[2], []byte("key of "+args[2]))
	ts.Check(err)
	ts.Check(s.Take(ctx, learner.ID))
	ts.Check(s.Save(ctx, learner.ID, []byte(ts.ReadFile(args[3]))))
}
