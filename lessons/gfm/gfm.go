// Package gfm parses Markdown as forges do: CommonMark with the tables,
// strikethrough and task lists of GitHub Flavored Markdown
// (https://github.github.com/gfm/). The tree is goldmark's, with the nodes of
// goldmark/extension/ast.
//
// Goldmark's own package for these, goldmark/extension, brings regular
// expressions and an HTML renderer that every program linking it compiles when
// it starts. This one does that work when it first parses. Footnotes,
// definition lists and bare addresses as links are not there.
//
// Parsing never fails: what is no Markdown is text.
package gfm

import (
	"sync"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Parse returns the document that the source is. The tree points into source,
// which must not change as long as it is used. Any goroutine may call it.
func Parse(source []byte) ast.Node { return gfm().Parse(text.NewReader(source)) }

// The priorities place a check box before links, which begin with a bracket
// too, and tables after definitions of links.
var gfm = sync.OnceValue(func() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithInlineParsers(append(parser.DefaultInlineParsers(),
			util.Prioritized(checkBoxes{}, 0), util.Prioritized(strikes{}, 500))...),
		parser.WithParagraphTransformers(append(parser.DefaultParagraphTransformers(),
			util.Prioritized(tables{}, 200))...),
		parser.WithASTTransformers(util.Prioritized(pipes{}, 0)),
	)
})
