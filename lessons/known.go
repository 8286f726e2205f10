package lessons

// Known is the spelling of what the engine has. A lesson that names a layer,
// a root, an experiment or a board row not in its list is in error. A nil list
// is not checked: that is how a lesson is read where there is no engine.
type Known struct {
	Layers      []string
	Roots       []string
	Experiments []string
	Rows        []string // ids of the rows of the board
	KernelRows  []string // of these, those that only a kernel of its own has
	// Arguments are those that experiments take, by the experiment's name.
	Arguments    map[string][]string
	Capabilities []string // as CAP_KILL
	Features     []string // what a step may require
	// Subjects are what an experiment may run on besides a sandbox: a container of
	// another engine's, a virtual machine. A step may require them as well.
	Subjects []string

	// Same says the sandbox of a step in the commands of other tools, as
	// Markdown, for one kind of learner.
	Same func(*Run, Variant) string

	// Setting and Limit tell what is wrong with a word of a step's sandbox,
	// such as the value of network or of limits.
	Setting func(key string, words []string) error
	Limit   func(name, word string) error
}

var (
	kinds    = []Kind{KindRead, KindPredict, KindRun, KindTask, KindQuiz, KindOrder, KindExplain}
	debriefs = []Debrief{Saw, Mistakes, Same}
	expected = []Outcome{Open, OneWay, Contained, Limited, NotAvailable, Timed}
	variants = []Variant{User, Root}
)

// Bounds of what is read. A lesson of ten minutes has some 12 KiB.
const (
	MaxFile     = 1 << 20 // bytes of a file
	maxLine     = 1000    // characters of a line
	maxYAML     = 8 << 10 // bytes of the front matter or of one directive
	maxAllYAML  = 64 << 10
	maxBrackets = 200 // in one piece of YAML
	maxErrors   = 50  // reported for one file
	maxSteps    = 100
	maxLessons  = 500
	wantHints   = 3
)
