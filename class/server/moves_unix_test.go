//go:build unix

package server

import (
	"os"
	"testing"

	gossh "golang.org/x/crypto/ssh"

	"github.com/tentpole-labs/tentpole/class/store"
	"github.com/tentpole-labs/tentpole/class/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// TestLearnerMovesFromServerToServer: two servers have one PostgreSQL and one key.
// Who comes to the second has what was done at the first, where the session ends.
func TestLearnerMovesFromServerToServer(t *testing.T) {
	where := storetest.Postgres(t)
	kept, err := store.Open(t.Context(), where)
	must(t, err)
	defer kept.Close()
	key, err := SharedHostKey(t.Context(), kept)
	must(t, err)
	again, err := SharedHostKey(t.Context(), kept)
	must(t, err)
	if key.Fingerprint() != again.Fingerprint() {
		t.Error("a second server has another key")
	}
	first, second := openOn(t, where, key, nil), openOn(t, where, key, nil)
	if first.class != second.class {
		t.Errorf("the class is %+v at one, and %+v at the other", first.class, second.class)
	}
	ada := newKey(t)
	w := first.come(&person{name: "ada", keys: []gossh.Signer{ada}, answers: []string{first.class.Code}})
	const done = `{"schema": "tentpole/progress/v1", "lessons": {"mounts": {"steps": {"one": {"hash": "a"}}}}}`
	w.say("do " + done)
	w.waitFor("did")
	second.come(&person{name: "ada", keys: []gossh.Signer{ada}})
	w.waitFor("another server of this class")
	if code := w.status(); code != 1 {
		t.Errorf("the first session ended with %d", code)
	}
	if got := second.tents.given["ada"]; got != done {
		t.Errorf("the second tent was raised with %q", got)
	}
	if n := first.tents.standing(); n != 0 {
		t.Errorf("%d tents stand at the first server", n)
	}
}
