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

func (o *MakeCgroup) Code(c *wire.Coder) {
	c.Strings(&o.Paths)
	codeWrites(c, &o.Enable)
}

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
	c.Bool(&o.Memory)
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
	c.Bool(&o.Existing)
}

func (o *Bind) Code(c *wire.Coder) {
	c.String(&o.Source)
	c.String(&o.Target)
	c.Bool(&o.ReadOnly)
}

func (o *MountOrBind) Code(c *wire.Coder) {
	o.Mount.Code(c)
	o.Bind.Code(c)
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
	c.Bool(&o.NoTerminals)
}

func (o *BuildTerminals) Code(c *wire.Coder) {
	c.Int(&o.Most)
	c.Int(&o.Group)
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

func (o *LimitCapabilities) Code(c *wire.Coder) {
	c.Strings(&o.Keep)
	c.Strings(&o.Drop)
	codeInts(c, &o.Bits)
}

func codeInts(c *wire.Coder, list *[]int) {
	wire.List(c, list, func(c *wire.Coder, n *int) { c.Int(n) })
}

func (o *NoNewPrivileges) Code(*wire.Coder) {}

func (o *Seccomp) Code(c *wire.Coder) {
	c.String(&o.Profile)
	c.Int(&o.Allowed)
	c.Int(&o.Conditional)
	c.Int(&o.Refused)
	c.Uint32(&o.Flags)
	filter := string(o.Filter)
	c.String(&filter)
	o.Filter = []byte(filter)
}

func (o *Landlock) Code(c *wire.Coder) {
	c.Strings(&o.Read)
	c.Strings(&o.Write)
	c.Bool(&o.Ports)
	codeInts(c, &o.Bind)
	codeInts(c, &o.Connect)
}

func (o *JoinCgroup) Code(c *wire.Coder) {
	c.Strings(&o.Paths)
	c.Bool(&o.Leaf)
	c.Int(&o.Tasks)
}

func (o *OpenTree) Code(c *wire.Coder) {
	c.String(&o.Name)
	c.String(&o.Source)
	c.Bool(&o.ReadOnly)
}

func (o *PlaceMount) Code(c *wire.Coder) {
	c.String(&o.Name)
	c.String(&o.Source)
	c.String(&o.Target)
	c.Bool(&o.ReadOnly)
	c.Bool(&o.Existing)
}

func (o *ReadOnlyRoot) Code(*wire.Coder) {}

func (o *WriteFile) Code(c *wire.Coder) {
	c.String(&o.Path)
	c.String(&o.Content)
}

func (o *HidePaths) Code(c *wire.Coder) {
	c.Strings(&o.Hidden)
	c.Strings(&o.ReadOnly)
}

func (o *CgroupNamespace) Code(c *wire.Coder) { o.Join.Code(c) }

func (o *SetLimits) Code(c *wire.Coder) { codeWrites(c, &o.Writes) }

func codeWrites(c *wire.Coder, list *[]Write) {
	wire.List(c, list, func(c *wire.Coder, w *Write) {
		c.String(&w.Path)
		c.String(&w.Value)
	})
}

func (o *StartScope) Code(c *wire.Coder) { c.String(&o.Unit) }

func (o *MakeBranches) Code(c *wire.Coder) { c.Strings(&o.Paths) }

func (o *BuildTiny) Code(c *wire.Coder) { c.String(&o.Path) }
