package lessons

import (
	"reflect"

	"github.com/expr-lang/expr/ast"
)

// reader lets a fact that is read only when asked for be written as a word:
// cgroup.memory.max is a function without arguments, and here becomes its call.
// Such a fact may fail, where a field would have to be some number.
type reader struct{}

// Visit implements ast.Visitor.
func (reader) Visit(node *ast.Node) {
	m, ok := (*node).(*ast.MemberNode)
	if !ok || m.Type() == nil {
		return
	}
	if t := m.Type(); t.Kind() == reflect.Func && t.NumIn() == 0 {
		ast.Patch(node, &ast.CallNode{Callee: m})
	}
}

// asking is a fact that a condition asks for by a name, such as
// observed("killed") or inside.can("CAP_KILL").
type asking struct {
	fact, name string
	at         int // offset of the name
}

// asks finds those of a condition, where the name stands there as it is.
type asks []asking

// Visit implements ast.Visitor.
func (a *asks) Visit(node *ast.Node) {
	call, ok := (*node).(*ast.CallNode)
	if !ok || len(call.Arguments) != 1 {
		return
	}
	name, ok := call.Arguments[0].(*ast.StringNode)
	if !ok {
		return
	}
	fact := ""
	switch callee := call.Callee.(type) {
	case *ast.IdentifierNode:
		fact = callee.Value
	case *ast.MemberNode:
		if word, ok := callee.Property.(*ast.StringNode); ok {
			fact = word.Value
		}
	}
	*a = append(*a, asking{fact, name.Value, name.Location().From})
}
