package play

// Class is the class that a lesson is played in, as plain mode needs it.
type Class interface {
	// News are sentences to be said between two questions.
	News() <-chan string
	// Typed takes an answer that is for the class, and says what came of it.
	Typed(answer string) (say string, taken bool)
	// At is told where the learner is.
	At(lesson, step string)
}

// toClass tells whether an answer was for the class.
func (p *plain) toClass(answer string) bool {
	if p.s.class == nil {
		return false
	}
	say, taken := p.s.class.Typed(answer)
	if taken {
		p.say("%s", say)
	}
	return taken
}
