package oci

import "strings"

// step is a command line, as an operation of the transcript.
type step []string

func (s step) String() string  { return typed(s) }
func (s step) Command() string { return typed(s) }
func (step) Acts() []string    { return nil }

// typed is a command line as a person would type it.
func typed(args []string) string {
	words := make([]string, len(args))
	for i, a := range args {
		if words[i] = a; a == "" || strings.ContainsAny(a, " '\"\\$&|;<>()*?[]`~#\t\n") {
			words[i] = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}
