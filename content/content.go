// Package content is the course: Markdown files in the format that
// lessons/FORMAT.md describes, embedded into the program. There is no logic in
// it; package lessons reads it.
package content

import "embed"

// FS holds one *.md per lesson, and course.yaml with the titles of the parts.
//
//go:embed *.md course.yaml
var FS embed.FS

//go:embed claims.yaml
var claims []byte

// Claims returns the published claims that are put on trial, as YAML; package
// claims of sandbox/experiment reads it.
func Claims() []byte { return claims }
