package image

import (
	"io"
	"time"
)

// Step is what a pull is busy with.
type Step string

// The steps of a pull. Only what comes from a registry is downloaded.
const (
	Downloading Step = "downloading"
	Unpacking   Step = "unpacking"
)

// Progress is how far a pull has come in its present step.
type Progress struct {
	Step   Step
	Layer  int   // the layer at hand, from 1
	Layers int   // how many there are
	Bytes  int64 // compressed bytes of this step that are done, all layers together
	Total  int64 // compressed bytes of all layers
}

// pace is how often progress is told at most, layers' beginnings and ends
// aside.
const pace = 100 * time.Millisecond

// teller passes progress on at a reader's pace.
type teller struct {
	tell func(Progress)
	now  Progress
	last time.Time
}

func newTeller(tell func(Progress), step Step, layers []layer) *teller {
	t := &teller{tell: tell, now: Progress{Step: step, Layers: len(layers)}}
	for _, l := range layers {
		t.now.Total += l.size
	}
	return t
}

// begin says that the next layer is at hand.
func (t *teller) begin() {
	t.now.Layer++
	t.say()
}

// end says that all of a layer is done, whether its bytes were read or not.
func (t *teller) end(layers []layer) {
	t.now.Bytes = 0
	for _, l := range layers[:t.now.Layer] {
		t.now.Bytes += l.size
	}
	t.say()
}

func (t *teller) add(n int) {
	t.now.Bytes += int64(n)
	if time.Since(t.last) >= pace {
		t.say()
	}
}

func (t *teller) say() {
	t.last = time.Now()
	if t.tell != nil {
		t.tell(t.now)
	}
}

// counted tells of everything that is read from r.
func (t *teller) counted(r io.Reader) io.Reader { return counted{r, t} }

type counted struct {
	io.Reader
	*teller
}

func (c counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.add(n)
	return n, err
}
