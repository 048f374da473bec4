package shell

import (
	"fmt"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// Rewritten scripts reach back into this package by paths below a folder with a random name, the token: a test [[ -e PATH ]]
// comes to the stat handler, an expansion $(<PATH) to the open handler. Both stay out of what "set -x" prints.
const (
	hookRun = "run" // run a statement of the registry, wait for it: the left side of a pipe
	hookJob = "job" // start a statement of the registry, read its PID: a background job
	hookTTY = "tty" // is a stream the terminal?
	hookMem = "mem" // fail if an expansion would take too much memory
)

func (s *shell) hook(op string, arg any) string { return fmt.Sprintf("/%s/%s/%v", s.token, op, arg) }

// hooked splits a hook's path.
func (s *shell) hooked(name string) (op, arg string, ok bool) {
	rest, ok := strings.CutPrefix(name, "/"+s.token+"/")
	if !ok {
		return "", "", false
	}
	op, arg, _ = strings.Cut(rest, "/")
	return op, arg, true
}

// hookedStmt is a statement that a hook runs, and its text as it was written.
type hookedStmt struct {
	st   *syntax.Stmt
	text string
}

// register keeps a statement for a hook.
func (s *shell) register(st *syntax.Stmt, text string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.registry = append(s.registry, hookedStmt{st, text})
	return len(s.registry) - 1
}

func (s *shell) registered(arg string) (hookedStmt, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, err := strconv.Atoi(arg)
	if err != nil || id < 0 || id >= len(s.registry) {
		return hookedStmt{}, false
	}
	return s.registry[id], true
}

// testHook is [[ -e PATH ]] for a hook.
func (s *shell) testHook(op string, arg any) *syntax.Stmt {
	return &syntax.Stmt{Cmd: &syntax.TestClause{X: &syntax.UnaryTest{Op: syntax.TsExists, X: literal(s.hook(op, arg))}}}
}

// readHook is $(<PATH) for a hook.
func (s *shell) readHook(op string, arg any) *syntax.CmdSubst {
	return &syntax.CmdSubst{Stmts: []*syntax.Stmt{{
		Redirs: []*syntax.Redirect{{Op: syntax.RdrIn, Word: literal(s.hook(op, arg))}},
	}}}
}

// rewriteJob turns "X &" into [[ -n $((__bang=$(<job))) ]].
func (s *shell) rewriteJob(st *syntax.Stmt, text string) {
	body := *st
	body.Background, body.Disown = false, false
	assign := &syntax.ArithmExp{X: &syntax.BinaryArithm{
		Op: syntax.Assgn,
		X:  literal(varJob),
		Y:  &syntax.Word{Parts: []syntax.WordPart{s.readHook(hookJob, s.register(&body, text))}},
	}}
	st.Cmd = &syntax.TestClause{X: &syntax.UnaryTest{Op: syntax.TsNempStr, X: &syntax.Word{Parts: []syntax.WordPart{assign}}}}
	st.Background, st.Disown, st.Negated, st.Redirs = false, false, false, nil
}

// rewritePipe turns "X | Y" into "[[ -e run ]] | (Y)": X then runs in a goroutine that recovers from panics, and Y in a
// subshell, as in sh and bash.
func (s *shell) rewritePipe(node *syntax.BinaryCmd) {
	left := *node.X
	node.X = s.testHook(hookRun, s.register(&left, ""))
	if _, call := node.Y.Cmd.(*syntax.CallExpr); !call || setsVariables(node.Y) {
		right := *node.Y
		node.Y = &syntax.Stmt{Position: right.Position, Cmd: &syntax.Subshell{Stmts: []*syntax.Stmt{&right}}}
	}
}

// setsVariables reports whether a simple command may change the shell that runs it. Any may: a function does, too.
func setsVariables(st *syntax.Stmt) bool {
	call := st.Cmd.(*syntax.CallExpr)
	if len(call.Args) == 0 {
		return true
	}
	switch call.Args[0].Lit() {
	case "cat", "grep", "sed", "head", "tail", "sort", "uniq", "wc", "tr", "cut", "tee", "awk", "xargs", "base64", "sh":
		return false
	}
	return true
}

// Memory that one shell's variables, and one expansion, may take.
const (
	maxVariables = 16 << 20
	maxExpansion = 32 << 20
)

// expansions counts the parameters that a word expands, and whether one puts a parameter into each match of a pattern.
func expansions(word *syntax.Word) (uses int, squared bool) {
	syntax.Walk(word, func(node syntax.Node) bool {
		switch node := node.(type) {
		case *syntax.CmdSubst:
			return false // has words of its own
		case *syntax.ParamExp:
			uses++
			if node.Repl != nil && node.Repl.With != nil {
				lit := node.Repl.With.Lit()
				squared = squared || lit == "" && len(node.Repl.With.Parts) > 0
				uses += len(lit)
			}
		}
		return true
	})
	return uses, squared
}

// guard puts a hook into a word, where it expands to nothing, before anything else of the word expands.
func (s *shell) guard(word *syntax.Word, uses int, squared bool) {
	at := 0
	for at < len(word.Parts) {
		if _, lit := word.Parts[at].(*syntax.Lit); !lit {
			break
		}
		at++
	}
	if at == len(word.Parts) && at > 0 && strings.HasPrefix(word.Lit(), "~") {
		return // a bare "~" has to stay at the beginning, and to stand alone
	}
	arg := strconv.Itoa(uses)
	if squared {
		arg += "s"
	}
	parts := append([]syntax.WordPart(nil), word.Parts[:at]...)
	parts = append(parts, s.readHook(hookMem, arg))
	word.Parts = append(parts, word.Parts[at:]...)
}

// guardAssign guards an assignment that may let a variable grow.
func (s *shell) guardAssign(node *syntax.Assign) {
	guard := func(word *syntax.Word) {
		if word == nil {
			return
		}
		if uses, squared := expansions(word); uses > 0 || node.Append {
			s.guard(word, uses+1, squared)
		}
	}
	guard(node.Value)
	if node.Array != nil {
		for i, elem := range node.Array.Elems {
			if i == 0 || elem.Value != nil {
				guard(elem.Value)
			}
		}
	}
}
