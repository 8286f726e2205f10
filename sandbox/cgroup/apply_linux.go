package cgroup

import "slices"

// Apply makes these the limits of the group, and lifts those that are not
// among them any more; only what differs is written. A living group may be
// limited more tightly than it uses: above pids.max nobody dies, above
// memory.max v2 kills, and v1 answers EBUSY when it cannot reclaim enough.
//
// When a write fails, those before it hold. The error is a *MissingError for
// a controller that the group was not made with, else an *fs.PathError.
func (g *Group) Apply(limits Limits) error {
	if err := limits.Check(); err != nil {
		return err
	}
	if err := g.layout.missing(limits); err != nil {
		return err
	}
	for _, s := range g.layout.settings(g.applied, limits) {
		if err := s.write(); err != nil {
			return err
		}
	}
	g.applied = limits
	g.applied.IO = slices.Clone(limits.IO)
	return nil
}

// Applied are the limits that the last Apply has set.
func (g *Group) Applied() Limits { return g.applied }
