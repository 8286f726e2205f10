package lessons

// checkAsks looks at the names by which the step's conditions ask for facts. An
// experiment's own ids are known only once it has run: lesson test tells.
func (b *builder) checkAsks() {
	run := b.step.Run
	for _, a := range b.asks {
		switch a.fact {
		case "can":
			b.oneOf(a.place, "capability", a.name, b.known.Capabilities)
		case "volume":
			b.oneOf(a.place, "volume of this step", a.name, volumeNames(run))
		case "observed", "number":
			if run == nil || run.Experiment == "" {
				b.add(a.place, "", "%s: there is no experiment in this step", a.fact)
			}
		}
	}
}

func volumeNames(r *Run) []string {
	names := []string{}
	if r != nil {
		for _, v := range r.Volumes {
			names = append(names, v.Name)
		}
	}
	return names
}
