package shell

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// A script's size, the number of its brackets and how deep they nest bound how deep the parser and the interpreter recurse: Go
// ends the whole process when a stack overflows.
const (
	maxScript   = 1 << 20
	maxBrackets = 50000
	maxNesting  = 500
)

// What a shell keeps of the scripts that eval, source and trap got.
const (
	maxRewritten = 256
	maxRegistry  = 50000
)

var errScriptTooLong = errors.New("script too long for the embedded engine's shell")

// parse parses and rewrites a script.
func (s *shell) parse(src, name string) (*syntax.File, error) {
	if tooLong(src) {
		return nil, errScriptTooLong
	}
	file, err := syntax.NewParser().Parse(strings.NewReader(src), name)
	if err != nil {
		return nil, err
	}
	return file, s.rewrite(file)
}

// rewriteText rewrites a script that the interpreter is about to parse by itself. A script with a mistake is passed as it
// is: the interpreter finds the mistake again and says it.
func (s *shell) rewriteText(src string) (string, error) {
	if tooLong(src) {
		return "", errScriptTooLong
	}
	s.mu.Lock()
	known, ok := s.rewritten[src]
	s.mu.Unlock()
	if ok {
		return known, nil
	}
	file, err := syntax.NewParser().Parse(strings.NewReader(src), "")
	if err != nil {
		return src, nil
	}
	if err := s.rewrite(file); err != nil {
		return "", err
	}
	var out strings.Builder
	if err := syntax.NewPrinter().Print(&out, file); err != nil {
		return "", err
	}
	text := strings.TrimSuffix(out.String(), "\n")
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rewritten == nil || len(s.rewritten) >= maxRewritten {
		s.rewritten = map[string]string{}
	}
	if len(src) < 64<<10 {
		s.rewritten[src] = text
	}
	if len(s.registry) > maxRegistry {
		return "", errMemory
	}
	return text, nil
}

// tooLong estimates from the text how deep a script nests. Quotes are not looked at: no script for people comes near.
func tooLong(src string) bool {
	if len(src) > maxScript {
		return true
	}
	n, depth, deepest := 0, 0, 0
	for i := range len(src) {
		switch src[i] {
		case '(', '{':
			depth++
			deepest = max(deepest, depth)
			n++
		case ')', '}':
			depth = max(0, depth-1) // patterns of case have no opening one
		case '`', '!', '~', '-', '+':
			n++
		}
	}
	for _, word := range []string{"if", "while", "until", "for", "case", "&&", "||", "|", "?"} {
		n += strings.Count(src, word)
	}
	return n > maxBrackets || deepest > maxNesting
}

// rewrite changes a syntax tree in place. Nodes are collected first: what is put in must not be visited again.
func (s *shell) rewrite(root syntax.Node) error {
	var (
		stmts   []*syntax.Stmt
		words   []*syntax.Word
		params  []*syntax.ParamExp
		pipes   []*syntax.BinaryCmd
		funcs   []*syntax.FuncDecl
		subst   []*syntax.CmdSubst
		assigns []*syntax.Assign
		invalid error
	)
	jobs := map[*syntax.Stmt]string{}
	documents := map[*syntax.Word]bool{}
	syntax.Walk(root, func(node syntax.Node) bool {
		switch node := node.(type) {
		case *syntax.Stmt:
			stmts = append(stmts, node)
			if node.Background || node.Disown {
				jobs[node] = strings.TrimSuffix(source(node), " &")
			}
		case *syntax.Word:
			words = append(words, node)
		case *syntax.ParamExp:
			params = append(params, node)
		case *syntax.BinaryCmd:
			pipes = append(pipes, node)
		case *syntax.FuncDecl:
			funcs = append(funcs, node)
		case *syntax.CmdSubst:
			subst = append(subst, node)
		case *syntax.Assign:
			assigns = append(assigns, node)
		case *syntax.Redirect:
			documents[node.Hdoc] = true
		case *syntax.DeclClause:
			invalid = cmp.Or(invalid, checkDecl(node))
		case *syntax.ProcSubst:
			invalid = cmp.Or(invalid, errors.New("<(...) and >(...) are not supported by the embedded engine's shell; the engine kind runs the real one"))
		case *syntax.ForClause:
			if node.Select {
				invalid = cmp.Or(invalid, errors.New("select is not supported by the embedded engine's shell; the engine kind runs the real one"))
			}
		case *syntax.UnaryTest:
			if node.Op == syntax.TsFdTerm {
				s.rewriteTerminalTest(node)
			}
		case *syntax.CoprocClause, *syntax.TestDecl:
			invalid = cmp.Or(invalid, errors.New("coprocesses are not supported by the embedded engine's shell"))
		}
		return true
	})
	if invalid != nil {
		return invalid
	}
	for _, node := range assigns {
		if err := checkArray(node, node.Array != nil && len(node.Array.Elems) > 0 && quoted(node.Array.Elems[0].Index)); err != nil {
			return err
		}
	}
	for _, node := range params {
		rewriteParam(node)
	}
	for _, node := range subst {
		rewriteShortcut(node)
	}
	for _, node := range assigns {
		s.guardAssign(node)
	}
	for _, node := range words {
		if !documents[node] {
			s.rewritePrefix(node)
		}
		if uses, squared := expansions(node); uses > 16 || squared {
			s.guard(node, uses, squared)
		}
	}
	for _, node := range funcs {
		if node.Name != nil && ours(node.Name.Value) {
			node.Name.Value = fnPrefix + node.Name.Value
		}
	}
	for _, node := range stmts {
		if decl, ok := node.Cmd.(*syntax.DeclClause); ok && decl.Variant.Value == "export" && bare(decl) {
			node.Cmd = &syntax.CallExpr{Args: []*syntax.Word{literal(fnPrefix + "export")}}
		}
	}
	for _, node := range stmts {
		rewriteTime(node)
	}
	// From here on statements are copied: what changes a statement itself stands above.
	for _, node := range pipes {
		if node.Op == syntax.Pipe || node.Op == syntax.PipeAll {
			s.rewritePipe(node)
		}
	}
	for _, node := range stmts {
		if node.Background || node.Disown {
			s.rewriteJob(node, jobs[node])
		}
	}
	return nil
}

// rewriteParam gives special parameters the container's values.
func rewriteParam(node *syntax.ParamExp) {
	if node.Param == nil || node.Excl || node.Length || node.NestedParam != nil {
		return
	}
	name := map[string]string{"$": varPID, "!": varJob, "PPID": varParent, "0": varZero}[node.Param.Value]
	if name != "" {
		node.Param.Value, node.Short = name, false
	}
}

// rewriteTime makes "time CMD" a command: the interpreter would print the time among the output of CMD.
func rewriteTime(st *syntax.Stmt) {
	clause, ok := st.Cmd.(*syntax.TimeClause)
	if !ok || clause.Stmt == nil || clause.Stmt.Negated {
		return
	}
	if call, ok := clause.Stmt.Cmd.(*syntax.CallExpr); ok && len(call.Args) > 0 {
		st.Cmd = &syntax.CallExpr{Assigns: call.Assigns, Args: append([]*syntax.Word{literal("time")}, call.Args...)}
		st.Redirs = append(st.Redirs, clause.Stmt.Redirs...)
	}
}

// rewriteTerminalTest turns [[ -t N ]] into a hook: the interpreter would ask the host about a file of the node program.
func (s *shell) rewriteTerminalTest(node *syntax.UnaryTest) {
	if word, ok := node.X.(*syntax.Word); ok {
		node.Op = syntax.TsExists
		node.X = &syntax.Word{Parts: append([]syntax.WordPart{&syntax.Lit{Value: s.hook(hookTTY, "")}}, word.Parts...)}
	}
}

// rewriteShortcut turns $(<file) into $(cat <file): the interpreter would read a file without end into memory.
func rewriteShortcut(node *syntax.CmdSubst) {
	if len(node.Stmts) != 1 {
		return
	}
	if st := node.Stmts[0]; st.Cmd == nil && len(st.Redirs) == 1 && st.Redirs[0].Op == syntax.RdrIn {
		st.Cmd = &syntax.CallExpr{Args: []*syntax.Word{literal(fnPrefix + "cat")}}
	}
}

// rewritePrefix keeps "~user" from the host's list of users, and in sh leaves braces alone.
func (s *shell) rewritePrefix(node *syntax.Word) {
	if len(node.Parts) > 0 {
		if lit, ok := node.Parts[0].(*syntax.Lit); ok && len(lit.Value) > 1 && lit.Value[0] == '~' && lit.Value[1] != '/' {
			rest := *lit
			rest.Value = lit.Value[1:]
			node.Parts = append([]syntax.WordPart{&syntax.SglQuoted{Value: "~"}, &rest}, node.Parts[1:]...)
		}
	}
	if !s.bash {
		probe := *node
		probe.Parts = append([]syntax.WordPart(nil), node.Parts...)
		if syntax.SplitBraces(&probe) {
			node.Parts = quoteBraces(node.Parts)
		}
	}
}

// quoteBraces quotes each brace, so that "{1..3}" is a word like any other.
func quoteBraces(parts []syntax.WordPart) []syntax.WordPart {
	var list []syntax.WordPart
	for _, part := range parts {
		lit, ok := part.(*syntax.Lit)
		if !ok {
			list = append(list, part)
			continue
		}
		for i, piece := range strings.Split(lit.Value, "{") {
			if i > 0 {
				list = append(list, &syntax.SglQuoted{Value: "{"})
			}
			if piece != "" {
				list = append(list, &syntax.Lit{ValuePos: lit.ValuePos, ValueEnd: lit.ValueEnd, Value: piece})
			}
		}
	}
	return list
}

// checkDecl refuses what the interpreter would panic on: an array element without a word for its index.
func checkDecl(node *syntax.DeclClause) error {
	for _, arg := range node.Args {
		if arg.Name == nil || arg.Array == nil {
			continue
		}
		associative := false
		for _, flag := range node.Args {
			if flag.Name != nil {
				continue
			}
			if lit := flag.Value.Lit(); lit == "" || strings.Contains(lit, "A") {
				associative = true // or a flag that is only known when it runs
			}
		}
		if err := checkArray(arg, associative); err != nil {
			return err
		}
	}
	for _, arg := range node.Args {
		if arg.Value != nil && arg.Naked && strings.HasPrefix(arg.Value.Lit(), "-f") {
			return fmt.Errorf("%s -f is not supported by the embedded engine's shell", node.Variant.Value)
		}
	}
	return nil
}

func checkArray(node *syntax.Assign, associative bool) error {
	if node.Array == nil || !associative {
		return nil
	}
	for _, elem := range node.Array.Elems {
		if _, ok := elem.Index.(*syntax.Word); !ok {
			return errors.New("bad array subscript")
		}
	}
	return nil
}

func quoted(index syntax.ArithmExpr) bool {
	word, ok := index.(*syntax.Word)
	if !ok || len(word.Parts) != 1 {
		return false
	}
	switch word.Parts[0].(type) {
	case *syntax.DblQuoted, *syntax.SglQuoted:
		return true
	}
	return false
}

// bare reports whether a declaration declares nothing: "export", "export -p".
func bare(decl *syntax.DeclClause) bool {
	return len(decl.Args) == 0 || len(decl.Args) == 1 && decl.Args[0].Value.Lit() == "-p"
}

func literal(value string) *syntax.Word {
	return &syntax.Word{Parts: []syntax.WordPart{&syntax.Lit{Value: value}}}
}
