package proto

import "github.com/tentpole-labs/tentpole/sandbox/internal/wire"

// Each message lists its fields once, for both directions; package wire.

// Code implements wire.Value.
func (m *Configure) Code(c *wire.Coder) {
	m.Operations.Code(c)
	c.Strings(&m.Descriptors)
	wire.List(c, &m.Host, func(c *wire.Coder, n *Namespace) {
		c.String(&n.Layer)
		c.Uint64(&n.Inode)
	})
	c.Strings(&m.Own)
	c.Strings(&m.Environment)
	c.Bool(&m.Raised)
	wire.List(c, &m.Kept, func(c *wire.Coder, k *Kept) {
		c.String(&k.Name)
		c.Int(&k.FD)
	})
	begun := m.Begun != nil
	if c.Bool(&begun); begun {
		if m.Begun == nil {
			m.Begun = &Started{}
		}
		m.Begun.Code(c)
	}
	c.Int(&m.Raiser)
	c.Int(&m.FailAt)
	c.String(&m.FailHow)
}

// Code implements wire.Value.
func (m *Performed) Code(c *wire.Coder) {
	c.Int(&m.First)
	wire.List(c, &m.Took, func(c *wire.Coder, t *int64) { c.Int64(t) })
	wire.List(c, &m.Refused, func(c *wire.Coder, f *Failed) { f.Code(c) })
}

// Code implements wire.Value.
func (m *Failed) Code(c *wire.Coder) {
	c.Int(&m.Index)
	c.Int64(&m.Microseconds)
	c.String(&m.Op)
	c.String(&m.Target)
	c.Int(&m.Errno)
	c.String(&m.Text)
}

// Code implements wire.Value.
func (m *Run) Code(c *wire.Coder) {
	c.Int(&m.ID)
	c.Strings(&m.Args)
	c.Strings(&m.Env)
	c.String(&m.Dir)
	c.String(&m.User)
	terminal := m.Terminal != nil
	if c.Bool(&terminal); terminal {
		if m.Terminal == nil {
			m.Terminal = &Size{}
		}
		rows, cols := uint32(m.Terminal.Rows), uint32(m.Terminal.Cols)
		c.Uint32(&rows)
		c.Uint32(&cols)
		m.Terminal.Rows, m.Terminal.Cols = uint16(rows), uint16(cols)
	}
	c.Bool(&m.Tool)
	c.Bool(&m.Program)
}

// Code implements wire.Value.
func (m *Started) Code(c *wire.Coder) {
	c.Int(&m.ID)
	c.Int(&m.PID)
	c.Int64(&m.Microseconds)
	wire.List(c, &m.Operations, func(c *wire.Coder, n *int) { c.Int(n) })
	wire.List(c, &m.Took, func(c *wire.Coder, t *int64) { c.Int64(t) })
}

// Code implements wire.Value.
func (m *Refused) Code(c *wire.Coder) {
	c.Int(&m.ID)
	c.String(&m.Text)
	c.Int(&m.Errno)
	c.Int(&m.Operation)
	c.String(&m.Op)
}

// Code implements wire.Value.
func (m *Exited) Code(c *wire.Coder) {
	c.Int(&m.ID)
	c.Int(&m.Status)
	c.Int(&m.Signal)
}

// Code implements wire.Value.
func (m *Told) Code(c *wire.Coder) {
	c.String(&m.Hostname)
	c.String(&m.Cgroup)
	c.Int(&m.Landlock)
}

// Code implements wire.Value.
func (m *Socket) Code(c *wire.Coder) {
	c.Int(&m.ID)
	c.Int(&m.Family)
}

// Code implements wire.Value.
func (m *Opened) Code(c *wire.Coder) {
	c.Int(&m.ID)
	c.Int(&m.Errno)
}
