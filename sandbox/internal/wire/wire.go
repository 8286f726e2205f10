// Package wire turns plain values into bytes and back, for the conversation
// between tentpole and the init of a sandbox.
//
// A value lists its fields once, in one method that both writes and reads
// them. There is no reflection: in a process that has just been born, looking
// up types costs more than raising a namespace (measured: 500 µs for the
// first message as JSON, 20 µs so). Both ends are built together, so the
// format has no versions. Do not use it for anything that is kept.
package wire

import (
	"encoding/binary"
	"fmt"
	"syscall"
)

// Coder writes fields to a buffer, or reads them from one.
type Coder struct {
	buf     []byte
	reading bool
	err     error
}

// Value is anything that lists its fields.
type Value interface{ Code(*Coder) }

// Encode writes v.
func Encode(v Value) []byte {
	c := &Coder{buf: make([]byte, 0, 1024)}
	v.Code(c)
	return c.buf
}

// Decode reads v from what Encode wrote. The error wraps EBADMSG when b is
// cut short or holds more.
func Decode(b []byte, v Value) error {
	c := &Coder{buf: b, reading: true}
	v.Code(c)
	if c.err == nil && len(c.buf) > 0 {
		c.fail("%d bytes too many", len(c.buf))
	}
	return c.err
}

// Reading tells whether fields are being read.
func (c *Coder) Reading() bool { return c.reading }

// Fail makes the decoding fail; the first reason stays.
func (c *Coder) Fail(reason string) { c.fail("%s", reason) }

func (c *Coder) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("message: "+format+": %w", append(args, syscall.EBADMSG)...)
	}
	c.buf = nil
}

// Int64 codes a signed number.
func (c *Coder) Int64(p *int64) {
	if !c.reading {
		c.buf = binary.AppendVarint(c.buf, *p)
		return
	}
	v, n := binary.Varint(c.buf)
	if n <= 0 {
		c.fail("number cut short")
		return
	}
	*p, c.buf = v, c.buf[n:]
}

// Int codes a signed number.
func (c *Coder) Int(p *int) {
	v := int64(*p)
	c.Int64(&v)
	*p = int(v)
}

// Uint64 codes an unsigned number.
func (c *Coder) Uint64(p *uint64) {
	v := int64(*p)
	c.Int64(&v)
	*p = uint64(v)
}

// Uint32 codes an unsigned number.
func (c *Coder) Uint32(p *uint32) {
	v := int64(*p)
	c.Int64(&v)
	*p = uint32(v)
}

// Bool codes a truth value.
func (c *Coder) Bool(p *bool) {
	v := 0
	if *p {
		v = 1
	}
	c.Int(&v)
	*p = v != 0
}

// String codes a string of any bytes.
func (c *Coder) String(p *string) {
	n := len(*p)
	c.Int(&n)
	if !c.reading {
		c.buf = append(c.buf, *p...)
		return
	}
	if n < 0 || n > len(c.buf) {
		c.fail("string of %d bytes in %d", n, len(c.buf))
		return
	}
	*p, c.buf = string(c.buf[:n]), c.buf[n:]
}

// Strings codes a list of strings. A nil list stays nil.
func (c *Coder) Strings(p *[]string) {
	null := *p == nil
	if c.Bool(&null); null {
		return
	}
	List(c, p, func(c *Coder, s *string) { c.String(s) })
}

// List codes a list by coding each element.
func List[T any](c *Coder, p *[]T, element func(*Coder, *T)) {
	n := len(*p)
	c.Int(&n)
	if c.reading {
		// Every element takes at least one byte.
		if n < 0 || n > len(c.buf) {
			c.fail("list of %d in %d bytes", n, len(c.buf))
			return
		}
		*p = make([]T, n)
	}
	for i := range *p {
		element(c, &(*p)[i])
	}
}
