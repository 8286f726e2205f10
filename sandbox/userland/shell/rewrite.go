//go:build linux

package shell

import (
	"strings"

	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

// The interpreter's background statements have no process and no number that
// kill(1) would know. So
//
//	X &
//
// becomes
//
//	{
//		.job.begin KIND TEXT
//		{ if (X); then .job.done 0; else .job.done $?; fi; } &
//		.job.end
//	}
//
// where begin sets a variable that says which job the commands of X belong to,
// done notes the exit status, and end takes the variable away and sets the one
// that $! is read from. These names cannot be typed by accident: as commands they
// are looked up nowhere else.
const (
	jobBegin = ".job.begin"
	jobDone  = ".job.done"
	jobEnd   = ".job.end"

	jobVariable  = "__JOB"
	lastVariable = "__LAST_JOB" // $!
	zeroVariable = "__ZERO"     // $0
)

// Kinds of jobs: one command, whose process is the job's, or anything else,
// which gets a process that leads it.
const (
	oneCommand = "command"
	compound   = "compound"
)

// becoming is put before a command that replaces the shell; see become.
const becoming = ".become"

// rewrite changes what the interpreter does not do as other shells.
func (s *session) rewrite(node syntax.Node) {
	own := map[*syntax.Stmt]bool{}
	for _, stmt := range topLevel(node) {
		if !stmt.Background && firstWord(stmt) == "exec" && len(stmt.Cmd.(*syntax.CallExpr).Args) > 1 {
			stmt.Cmd.(*syntax.CallExpr).Args[0] = literalWord(becoming)
		}
	}
	syntax.Walk(node, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Stmt:
			if n.Background && !own[n] {
				s.intoJob(n, own)
			}
		case *syntax.ParamExp:
			if n.Param != nil {
				n.Param.Value = renamed(n.Param.Value)
			}
		}
		return true
	})
}

func renamed(parameter string) string {
	switch parameter {
	case "!":
		return lastVariable
	case "0":
		return zeroVariable
	}
	return parameter
}

// topLevel are the statements that the shell itself runs.
func topLevel(node syntax.Node) []*syntax.Stmt {
	switch n := node.(type) {
	case *syntax.File:
		return n.Stmts
	case *syntax.Stmt:
		return []*syntax.Stmt{n}
	}
	return nil
}

// intoJob rewrites one background statement in its place.
func (s *session) intoJob(stmt *syntax.Stmt, own map[*syntax.Stmt]bool) {
	inner := *stmt
	inner.Background = false
	inner.Semicolon = syntax.Pos{}
	inner.Comments = nil
	kind := compound
	if s.isOneCommand(&inner) {
		kind = oneCommand
	}
	done := func(status syntax.WordPart) []*syntax.Stmt {
		return []*syntax.Stmt{{Cmd: &syntax.CallExpr{Args: []*syntax.Word{literalWord(jobDone), {Parts: []syntax.WordPart{status}}}}}}
	}
	background := &syntax.Stmt{Background: true, Cmd: &syntax.Block{Stmts: []*syntax.Stmt{{Cmd: &syntax.IfClause{
		Cond: []*syntax.Stmt{{Cmd: &syntax.Subshell{Stmts: []*syntax.Stmt{&inner}}}},
		Then: done(&syntax.Lit{Value: "0"}),
		Else: &syntax.IfClause{Then: done(&syntax.ParamExp{Short: true, Param: &syntax.Lit{Value: "?"}})},
	}}}}}
	own[background] = true
	*stmt = syntax.Stmt{Position: stmt.Position, Cmd: &syntax.Block{Stmts: []*syntax.Stmt{
		{Cmd: &syntax.CallExpr{Args: []*syntax.Word{literalWord(jobBegin), literalWord(kind), quotedWord(source(&inner))}}},
		background,
		{Cmd: &syntax.CallExpr{Args: []*syntax.Word{literalWord(jobEnd)}}},
	}}}
}

func literalWord(text string) *syntax.Word {
	return &syntax.Word{Parts: []syntax.WordPart{&syntax.Lit{Value: text}}}
}

func quotedWord(text string) *syntax.Word {
	return &syntax.Word{Parts: []syntax.WordPart{&syntax.SglQuoted{Value: text}}}
}

// source is a statement as a person would type it, on one line.
func source(stmt *syntax.Stmt) string {
	var b strings.Builder
	if err := syntax.NewPrinter(syntax.SingleLine(true)).Print(&b, stmt); err != nil {
		return "?"
	}
	return strings.TrimRight(b.String(), "\n")
}

// isOneCommand tells whether a statement is one program and nothing else.
func (s *session) isOneCommand(stmt *syntax.Stmt) bool {
	name := firstWord(stmt)
	if name == "" || stmt.Negated || interp.IsBuiltin(name) || builtins[name] != nil || s.runner.Funcs[name] != nil {
		return false
	}
	for n := range syntax.Preorder(stmt) {
		switch n.(type) {
		case *syntax.CmdSubst, *syntax.ProcSubst:
			return false
		}
	}
	return true
}

// firstWord is the name of a simple command, where it is written out.
func firstWord(stmt *syntax.Stmt) string {
	call, ok := stmt.Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) == 0 {
		return ""
	}
	return call.Args[0].Lit()
}

// replaceable tells whether a script is one program, so that the shell may
// become it instead of waiting for it.
func (s *session) replaceable(stmt *syntax.Stmt) bool {
	return !stmt.Background && s.isOneCommand(stmt)
}

func becomeCommand(stmt *syntax.Stmt) {
	call := stmt.Cmd.(*syntax.CallExpr)
	call.Args = append([]*syntax.Word{literalWord(becoming)}, call.Args...)
}
