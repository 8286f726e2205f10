package experiment

import (
	"context"
	"slices"

	"github.com/tentpole-labs/tentpole/sandbox/experiment/inside"
)

// ear is a packet socket in a subject.
type ear struct {
	*Talk
	inside.Ear
}

// listen opens a packet socket in a subject, for words that nobody else says.
// It ends with the trial.
func (t *Trial) listen(ctx context.Context, in Subject, on string, words ...string) (ear, error) {
	talk, err := t.talkIn(ctx, in, "overhear", inside.Overhear{Interface: on, Words: words})
	if err != nil {
		return ear{}, err
	}
	e := ear{Talk: talk}
	return e, talk.Hear(ctx, &e.Ear)
}

// take takes a turn, and tells which words have come by.
func (e ear) take(ctx context.Context, turn inside.Turn) ([]string, error) {
	if err := e.Say(turn); err != nil {
		return nil, err
	}
	var heard inside.Heard
	err := e.Hear(ctx, &heard)
	return heard.Words, err
}

// overheard has one say words, and tells which of them the other hears. Both
// hear themselves, which proves that their ears work. Where the words have to
// travel, the other waits for the last of them, which is sent to all.
func overheard(ctx context.Context, speaker, listener ear, travels bool, calls []call) ([]string, error) {
	var say inside.Turn
	for _, c := range calls {
		say.Calls = append(say.Calls, c.Call)
	}
	said, err := speaker.take(ctx, say)
	if err != nil {
		return nil, err
	}
	for _, c := range calls {
		if !slices.Contains(said, c.Word) {
			return nil, cannot("what is said on the link is not heard even by who says it")
		}
	}
	// On a loopback a frame is seen by all while it is sent: once the listener
	// has heard itself, it has heard whatever there is. On a cable it waits.
	last := calls[len(calls)-1]
	turn := inside.Turn{Calls: []inside.Call{{To: last.To, Word: marker}}, Expect: last.Word}
	if travels {
		turn.Milliseconds = 1000
	}
	heard, err := listener.take(ctx, turn)
	if err == nil && !slices.Contains(heard, marker) {
		err = cannot("a packet socket hears nothing even of what its own sandbox says")
	}
	return heard, err
}

// marker is what a listener says to itself.
const marker = "tentpole: do I hear myself?"
