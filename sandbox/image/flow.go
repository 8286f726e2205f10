package image

import "io"

// flow compares what comes out of a layer with what went in. A little that
// unpacks to a lot is stopped here.
type flow struct {
	read    *int64 // bytes of the layer that were read, as it is stored
	out     int64  // bytes of the tar inside
	written int64  // bytes of its files, holes included
	ratio   int64
}

// grow adds to one of the counts.
func (f *flow) grow(count *int64, n int) error {
	*count += int64(n)
	if *count > RatioFree && *count/f.ratio > *f.read {
		return &LimitError{Limit: "ratio", Max: f.ratio}
	}
	return nil
}

// tally counts what is read.
type tally struct {
	io.Reader
	n int64
}

func (t *tally) Read(b []byte) (int, error) {
	n, err := t.Reader.Read(b)
	t.n += int64(n)
	return n, err
}

// bounded is the plain stream of a layer.
type bounded struct {
	io.Reader
	flow *flow
}

func (b bounded) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if over := b.flow.grow(&b.flow.out, n); over != nil {
		return 0, over
	}
	return n, err
}
