package image

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// unknown is the size of a stream that says nothing of it.
const unknown = math.MaxInt64

// checked is a stream whose digest is taken while it is read. At its end a
// digest other than wanted is a *DigestError in place of io.EOF.
type checked struct {
	what string
	r    io.Reader
	want v1.Hash // the zero value: nobody knows
	size int64   // at most this many bytes
	sum  hash.Hash
	read int64
}

func check(what string, r io.Reader, want v1.Hash, size int64) *checked {
	sum, err := v1.Hasher(want.Algorithm) // parsing let only known ones pass
	if err != nil {
		sum = sha256.New()
	}
	return &checked{what: what, r: r, want: want, size: size, sum: sum}
}

func (c *checked) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.sum.Write(b[:n])
	c.read += int64(n)
	if c.read > c.size {
		return 0, &DigestError{c.what, c.want.String(), fmt.Sprintf("more than %d bytes", c.size)}
	}
	if errors.Is(err, io.EOF) {
		err = c.verdict()
	}
	return n, err
}

func (c *checked) verdict() error {
	if got := c.digest(); c.want != (v1.Hash{}) && got != c.want {
		return &DigestError{c.what, c.want.String(), got.String()}
	}
	return io.EOF
}

func (c *checked) digest() v1.Hash {
	algorithm := "sha256"
	if c.want.Algorithm != "" {
		algorithm = c.want.Algorithm
	}
	return v1.Hash{Algorithm: algorithm, Hex: hex.EncodeToString(c.sum.Sum(nil))}
}

// settle reads what is left, so that there is a verdict on all of it.
func (c *checked) settle() error {
	_, err := io.Copy(io.Discard, c)
	return err
}

// digestOf is the digest of bytes at hand.
func digestOf(b []byte) v1.Hash {
	sum := sha256.Sum256(b)
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(sum[:])}
}

// chainOf identifies layers put on top of one another, by their diff ids;
// image-spec, config.md, "Layer ChainID".
func chainOf(diffIDs []v1.Hash) v1.Hash {
	if len(diffIDs) == 0 {
		return digestOf(nil)
	}
	chain := diffIDs[0]
	for _, id := range diffIDs[1:] {
		chain = digestOf([]byte(chain.String() + " " + id.String()))
	}
	return chain
}

// interruptible fails as soon as its context is done.
type interruptible struct {
	ctx context.Context
	io.Reader
}

func (i interruptible) Read(b []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.Reader.Read(b)
}
