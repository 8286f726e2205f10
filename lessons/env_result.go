package lessons

// Observation is one thing that an experiment saw from both sides, as rules of
// claims ask for it.
type Observation struct {
	Outcome string `expr:"outcome"`
	Inside  string `expr:"inside"` // in words
	Host    string `expr:"host"`
	By      string `expr:"by"` // the layer that made the difference, where that is known
}

// Number is something that an experiment measured or counted.
type Number struct {
	Value float64 `expr:"value"` // the median of several runs
	Least float64 `expr:"least"`
	Most  float64 `expr:"most"`
	Unit  string  `expr:"unit"`
}

// Volume is a directory that lives as long as the lesson is open.
type Volume struct {
	Path string                          `expr:"path"` // on the host
	File func(path string) (File, error) `expr:"file"` // below it
}
