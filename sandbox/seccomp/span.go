package seccomp

// A span is a range of numbers with the same answer, up to where the next begins.
type span struct {
	from  uint32
	cases []Case
}

// spans lays out all numbers there are, in order, neighbours of one mind as one.
func (p Policy) spans(abi *abi, calls []Call) []span {
	var list []span
	add := func(from uint32, cases []Case) {
		if n := len(list); n == 0 || !sameCases(list[n-1].cases, cases) {
			list = append(list, span{from, cases})
		}
	}
	nobody := func(number uint32) { add(number, []Case{{Action: p.otherwise(abi, number)}}) }

	next := uint32(0)
	for _, c := range calls {
		if c.Number > next {
			nobody(next)
		}
		add(c.Number, c.Cases)
		next = c.Number + 1
	}
	nobody(next)
	if abi.alien != 0 {
		add(abi.alien, []Case{{Action: foreign}})
		nobody(skipped)
	}
	return list
}
