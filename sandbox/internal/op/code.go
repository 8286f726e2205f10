package op

import "github.com/tentpole-labs/tentpole/sandbox/internal/wire"

// Each operation lists its fields once, for both directions; package wire.

func (m *IDMap) Code(c *wire.Coder) {
	c.Int(&m.Inside)
	c.Int(&m.Outside)
	c.Int(&m.Count)
}

func codeMaps(c *wire.Coder, maps *[]IDMap) {
	wire.List(c, maps, func(c *wire.Coder, m *IDMap) { m.Code(c) })
}

func (o *MakeCgroup) Code(c *wire.Coder) { c.String(&o.Path) }

func (o *Clone) Code(c *wire.Coder) {
	c.Strings(&o.Namespaces)
	codeMaps(c, &o.UIDs)
	codeMaps(c, &o.GIDs)
	c.String(&o.Cgroup)
}

func (o *BuildOverlay) Code(c *wire.Coder) {
	c.String(&o.Name)
	c.String(&o.Lower)
	c.String(&o.Upper)
	c.String(&o.Work)
	c.Bool(&o.IDMapped)
	c.Int(&o.Owner)
}

func (o *PrivateMounts) Code(*wire.Coder) {}

func (o *AttachMount) Code(c *wire.Coder) {
	c.String(&o.Name)
	c.String(&o.Target)
}

func (o *Mount) Code(c *wire.Coder) {
	c.String(&o.Type)
	c.String(&o.Source)
	c.String(&o.Target)
	c.Strings(&o.Options)
	c.Strings(&o.Also)
}

func (o *Bind) Code(c *wire.Coder) {
	c.String(&o.Source)
	c.String(&o.Target)
	c.Bool(&o.ReadOnly)
}

func (o *OverlayDirectory) Code(c *wire.Coder) {
	c.String(&o.Lower)
	c.String(&o.Upper)
	c.String(&o.Work)
	c.String(&o.Target)
}

func (o *MakeDirectory) Code(c *wire.Coder) {
	c.String(&o.Path)
	c.Uint32(&o.Mode)
}

func (o *MakeSymlink) Code(c *wire.Coder) {
	c.String(&o.Target)
	c.String(&o.Path)
}

func (o *Devices) Code(c *wire.Coder) {
	c.String(&o.Source)
	c.String(&o.Target)
	c.Int(&o.TerminalGroup)
}

func (o *BuildDevices) Code(c *wire.Coder) { c.Int(&o.TerminalGroup) }

func (o *Mask) Code(c *wire.Coder)        { c.String(&o.Path) }
func (o *PivotRoot) Code(c *wire.Coder)   { c.String(&o.Root) }
func (o *SetHostname) Code(c *wire.Coder) { c.String(&o.Name) }
func (o *LinkUp) Code(c *wire.Coder)      { c.String(&o.Name) }
func (o *UnshareCgroup) Code(*wire.Coder) {}
func (o *Execute) Code(c *wire.Coder)     { c.Strings(&o.Args) }
func (o *UnshareTime) Code(c *wire.Coder) {
	c.Int64(&o.Monotonic)
	c.Int64(&o.Boottime)
}
