//go:build !linux

package cgroup

// Look finds nothing: there are no cgroups here.
func Look() Place {
	p := Place{Mode: None}
	for _, name := range []string{Memory, CPU, PIDs, IO, Freezer} {
		p.Controllers = append(p.Controllers, Controller{Name: name, Why: "only Linux has cgroups", Remedy: "run tentpole on Linux"})
	}
	return p
}
