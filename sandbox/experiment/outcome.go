package experiment

// Outcome is the answer in one word.
type Outcome string

const (
	// Open: nothing stands between inside and host.
	Open Outcome = "open"
	// OneWay: the inside cannot see out, the host sees in.
	OneWay Outcome = "one-way"
	// Contained: neither sees the other.
	Contained Outcome = "contained"
	// Limited: the inside gets a share.
	Limited Outcome = "limited"
	// NotApplicable: it could not be tried; Result.Reason says why.
	NotApplicable Outcome = "n/a"
)

// Outcomes are all of them, in the order of growing isolation.
var Outcomes = []Outcome{Open, OneWay, Contained, Limited, NotApplicable}

// Mark is the outcome as a shape, for where colour is not enough and words are
// too long. Each is one cell wide.
func (o Outcome) Mark() string { return marks[o] }

var marks = map[Outcome]string{Open: "○", OneWay: "◐", Contained: "●", Limited: "◒", NotApplicable: "–"}

// rank orders outcomes by how much they let through: the first is worst.
var rank = map[Outcome]int{Open: 0, OneWay: 1, Limited: 2, Contained: 3, NotApplicable: 4}

// Worst is the one that lets most through: a question with several parts is
// as open as its most open part. Parts that could not be tried do not count,
// unless there are no others.
func Worst(outcomes ...Outcome) Outcome {
	worst := NotApplicable
	for _, o := range outcomes {
		if r, known := rank[o]; known && r < rank[worst] {
			worst = o
		}
	}
	return worst
}
