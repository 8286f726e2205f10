// Package manifest writes down how a class is served where one machine is not
// enough: the objects that Kubernetes is to have.
package manifest

import (
	_ "embed"
	"fmt"
	"io"
	"sync"
	"text/template"
)

// Class is what is asked for.
type Class struct {
	Name     string // of the class
	Image    string
	Servers  int
	Learners int // on each server at a time
}

//go:embed kubernetes.yaml.tmpl
var objects string

// parsed is made when it is wanted: most commands want none.
var parsed = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("kubernetes").Funcs(template.FuncMap{
		"quote": func(word string) string { return fmt.Sprintf("%q", word) }, // a string of JSON's is one of YAML's
	}).Parse(objects))
})

// Kubernetes writes the objects as YAML.
func (c *Class) Kubernetes(w io.Writer) error { return parsed().Execute(w, c) }

// What a server takes, in MiB and thousandths of a processor. A learner who reads
// needs some 20 MiB, one whose lesson eats memory up to a tent's limit: not all do
// so at a time.

// MemoryRequest is what a server has for sure.
func (c *Class) MemoryRequest() string { return fmt.Sprintf("%dMi", 256+64*c.Learners) }

// MemoryLimit is what all of its learners have together.
func (c *Class) MemoryLimit() string { return fmt.Sprintf("%dMi", 1024+256*c.Learners) }

// CPURequest is what a server has for sure.
func (c *Class) CPURequest() string { return fmt.Sprintf("%dm", 250+50*c.Learners) }

// CPULimit is what all of its learners have together.
func (c *Class) CPULimit() string { return fmt.Sprintf("%dm", 2000+100*c.Learners) }
