package sandbox

import (
	"pgregory.net/rapid"

	"github.com/tentpole-labs/tentpole/sandbox/internal/op"
	"github.com/tentpole-labs/tentpole/sandbox/internal/wire"
)

func roundTrip(t *rapid.T, sent op.List) op.List {
	t.Helper()
	var got op.List
	if err := wire.Decode(wire.Encode(&sent), &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != len(sent) {
		t.Fatalf("sent %d operations, got %d", len(sent), len(got))
	}
	return got
}
