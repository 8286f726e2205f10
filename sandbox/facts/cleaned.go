package facts

import "maps"

// Cleaned is a deep copy with [Clean] applied to every string, for JSON and
// for screens. Compare the originals, not the copies: two different strings
// can look alike once cleaned.
func (f Facts) Cleaned() Facts {
	f.Comm, f.LSM, f.Hostname = Clean(f.Comm), Clean(f.LSM), Clean(f.Hostname)
	f.Root.Path = Clean(f.Root.Path)
	f.Args = each(f.Args, Clean)
	f.Namespaces = maps.Clone(f.Namespaces)
	f.NSPIDs = each(f.NSPIDs, same)
	f.Groups = each(f.Groups, same)
	f.UIDMap, f.GIDMap = each(f.UIDMap, same), each(f.GIDMap, same)
	f.Capabilities = f.Capabilities.clone()
	f.Cgroups = each(f.Cgroups, Cgroup.cleaned)
	f.Mounts = each(f.Mounts, Mount.cleaned)
	f.Interfaces = each(f.Interfaces, Interface.cleaned)
	f.Processes = each(f.Processes, Process.cleaned)
	f.Unreadable = cleanMap(f.Unreadable)
	return f
}

func (c Cgroup) cleaned() Cgroup {
	for _, s := range []*string{&c.Hierarchy, &c.Path, &c.Inside, &c.Dir} {
		*s = Clean(*s)
	}
	c.Limits, c.Inherited = cleanMap(c.Limits), cleanMap(c.Inherited)
	return c
}

func (m Mount) cleaned() Mount {
	for _, s := range []*string{&m.Root, &m.Target, &m.FSType, &m.Source, &m.Options, &m.FSOptions, &m.Propagation} {
		*s = Clean(*s)
	}
	return m
}

func (i Interface) cleaned() Interface {
	i.Name = Clean(i.Name)
	i.Addresses = each(i.Addresses, Clean)
	return i
}

func (p Process) cleaned() Process {
	p.Comm = Clean(p.Comm)
	return p
}

// each is a changed copy of s. An empty slice stays empty and nil stays nil,
// since JSON tells them apart.
func each[T any](s []T, change func(T) T) []T {
	if s == nil {
		return nil
	}
	out := make([]T, len(s))
	for i, v := range s {
		out[i] = change(v)
	}
	return out
}

func same[T any](v T) T { return v }

func cleanMap(m map[string]string) map[string]string {
	m = maps.Clone(m)
	for k, v := range m {
		m[k] = Clean(v)
	}
	return m
}

// Cleaned is a board that somebody else has made, fit to be shown.
func (b Board) Cleaned() Board {
	out := Board{Rows: make([]Row, len(b.Rows))}
	for i, r := range b.Rows {
		out.Rows[i] = Row{
			ID: Clean(r.ID), Label: Clean(r.Label), Layer: Clean(r.Layer), Varies: r.Varies,
			Host: Clean(r.Host), Inside: Clean(r.Inside), Word: Clean(r.Word), Note: Clean(r.Note),
		}
	}
	return out
}
