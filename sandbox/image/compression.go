package image

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// maxWindow is the memory that a zstd stream may ask for, in bytes: what
// `zstd --long` uses, and far more than any level's default.
const maxWindow = 128 << 20

// compressions are told apart by their first bytes, as media types lie.
var compressions = []compression{
	{[]byte{0x1f, 0x8b}, func(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) }},
	{[]byte{0x28, 0xb5, 0x2f, 0xfd}, openZstd},
}

type compression struct {
	magic []byte
	open  func(io.Reader) (io.ReadCloser, error)
}

func openZstd(r io.Reader) (io.ReadCloser, error) {
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}

// compressionOf returns nil for a stream that is not compressed.
func compressionOf(start []byte) *compression {
	for i, c := range compressions {
		if bytes.HasPrefix(start, c.magic) {
			return &compressions[i]
		}
	}
	return nil
}

// decompress returns the plain stream; the caller closes it.
func decompress(r io.Reader) (io.ReadCloser, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	start, err := b.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if c := compressionOf(start); c != nil {
		return c.open(b)
	}
	return io.NopCloser(b), nil
}
