package lessons

import "slices"

// Lint returns what to improve in the lessons, each by itself and in their
// order, in no case an error.
func (c *Course) Lint() (found []Warning) {
	for _, l := range c.Lessons {
		found = append(found, l.Lint()...)
	}
	return append(found, c.lintLayers()...)
}

// lintLayers looks for layers that two lessons introduce, and for those that a
// lesson raises before the one that introduces them.
func (c *Course) lintLayers() (found []Warning) {
	by := map[string]*Lesson{}
	for _, l := range c.Lessons {
		w := &linter{lesson: l}
		for _, layer := range l.Introduces {
			if first := by[layer]; first != nil {
				w.warn(l.frontLine, "the layer %s is introduced by %s already", layer, first.ID)
				continue
			}
			by[layer] = l
			for _, earlier := range c.Lessons[:slices.Index(c.Lessons, l)] {
				if earlier.raises(layer) {
					w.warn(l.frontLine, "the layer %s is raised before it is introduced, in %s", layer, earlier.ID)
				}
			}
		}
		found = append(found, w.warnings...)
	}
	return found
}
