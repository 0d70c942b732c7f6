package main

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// candidates returns every mutation of the packages in the order of the code, including those
// that do not compile.
func candidates(p *program) []*mutation {
	var all []*mutation
	for _, pkg := range p.packages {
		for _, f := range pkg.files {
			if ast.IsGenerated(f.ast) {
				continue
			}
			v := &finder{program: p, pkg: pkg, file: f}
			for _, decl := range f.ast.Decls {
				ast.Walk(v, decl)
			}
			slices.SortStableFunc(v.found, func(a, b *mutation) int { return a.start - b.start })
			all = append(all, v.found...)
		}
	}
	return all
}

// A finder walks over a file and collects its mutations.
type finder struct {
	program *program
	pkg     *goPackage
	file    *sourceFile
	found   []*mutation
}

func (f *finder) offset(pos token.Pos) int { return f.program.fset.Position(pos).Offset }

func (f *finder) source(n ast.Node) string {
	return string(f.file.text[f.offset(n.Pos()):f.offset(n.End())])
}

func (f *finder) replace(start, end token.Pos, text, what string) {
	f.found = append(f.found, &mutation{
		pkg: f.pkg, file: f.file, start: f.offset(start), end: f.offset(end), text: text, what: what,
	})
}

func (f *finder) Visit(n ast.Node) ast.Visitor {
	switch n := n.(type) {
	case *ast.GenDecl:
		if n.Tok == token.IMPORT || n.Tok == token.TYPE {
			return nil
		}
	case *ast.BinaryExpr:
		for _, op := range operators[n.Op] {
			f.replace(n.OpPos, n.OpPos+token.Pos(len(n.Op.String())), op, "another operator")
		}
	case *ast.AssignStmt:
		for _, op := range operators[n.Tok] {
			f.replace(n.TokPos, n.TokPos+token.Pos(len(n.Tok.String())), op, "another operator")
		}
	case *ast.IncDecStmt:
		for _, op := range operators[n.Tok] {
			f.replace(n.TokPos, n.TokPos+token.Pos(len(n.Tok.String())), op, "another operator")
		}
	case *ast.BasicLit:
		f.literal(n)
	case *ast.Ident:
		f.boolean(n)
	case *ast.IfStmt:
		f.replace(n.Cond.Pos(), n.Cond.End(), "!("+f.source(n.Cond)+")", "a negated condition")
	case *ast.ForStmt:
		if n.Cond != nil {
			f.replace(n.Cond.Pos(), n.Cond.End(), "!("+f.source(n.Cond)+")", "a negated condition")
		}
	case *ast.BlockStmt:
		f.dropped(n.List)
	case *ast.CaseClause:
		f.dropped(n.Body)
	case *ast.CommClause:
		f.dropped(n.Body)
	case *ast.CallExpr:
		return f.call(n)
	}
	return f
}

// operators are what stands for an operator in a mutation.
var operators = map[token.Token][]string{
	token.EQL: {"!="}, token.NEQ: {"=="},
	token.LSS: {"<=", ">="}, token.LEQ: {"<", ">"}, token.GTR: {">=", "<="}, token.GEQ: {">", "<"},
	token.LAND: {"||"}, token.LOR: {"&&"},
	token.ADD: {"-"}, token.SUB: {"+"}, token.MUL: {"/"}, token.QUO: {"*"}, token.REM: {"*"},
	token.AND: {"|"}, token.OR: {"&"}, token.XOR: {"&"}, token.AND_NOT: {"&"}, token.SHL: {">>"}, token.SHR: {"<<"},
	token.ADD_ASSIGN: {"-=", "="}, token.SUB_ASSIGN: {"+=", "="}, token.MUL_ASSIGN: {"/="}, token.QUO_ASSIGN: {"*="},
	token.OR_ASSIGN: {"&=", "="}, token.AND_ASSIGN: {"|="}, token.AND_NOT_ASSIGN: {"|="},
	token.SHL_ASSIGN: {">>="}, token.SHR_ASSIGN: {"<<="},
	token.INC: {"--"}, token.DEC: {"++"},
}

// literal changes a number or a character by one.
func (f *finder) literal(lit *ast.BasicLit) {
	if lit.Kind != token.INT && lit.Kind != token.CHAR {
		return
	}
	v, ok := constant.Int64Val(constant.ToInt(constant.MakeFromLiteral(lit.Value, lit.Kind, 0)))
	if !ok {
		return
	}
	for _, to := range []int64{v - 1, v + 1} {
		switch {
		case lit.Kind == token.CHAR && to >= 0:
			f.replace(lit.Pos(), lit.End(), strconv.QuoteRune(rune(to)), "another character")
		case lit.Kind == token.INT:
			f.replace(lit.Pos(), lit.End(), strconv.FormatInt(to, 10), "another number")
		}
	}
}

func (f *finder) boolean(id *ast.Ident) {
	c, ok := f.pkg.info.Uses[id].(*types.Const)
	if !ok || c.Parent() != types.Universe {
		return
	}
	switch id.Name {
	case "true":
		f.replace(id.Pos(), id.End(), "false", "the other truth value")
	case "false":
		f.replace(id.Pos(), id.End(), "true", "the other truth value")
	}
}

// dropped leaves out a statement of a list.
func (f *finder) dropped(list []ast.Stmt) {
	for _, s := range list {
		what := "a statement left out"
		switch s := s.(type) {
		case *ast.ExprStmt:
			if strings.HasSuffix(f.source(s), ".Helper()") {
				continue // of testing.TB: it moves a line number
			}
		case *ast.IncDecStmt, *ast.SendStmt, *ast.DeferStmt, *ast.GoStmt:
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				continue
			}
		case *ast.ReturnStmt:
			what = "a return left out"
		case *ast.BranchStmt:
			if s.Tok != token.BREAK && s.Tok != token.CONTINUE {
				continue
			}
			what = "a " + s.Tok.String() + " left out"
		case *ast.IfStmt:
			if s.Else != nil {
				continue
			}
			what = "an if left out"
		default:
			continue
		}
		f.replace(s.Pos(), s.End(), "", what)
	}
}

// call swaps neighbouring arguments of one type. The capacity that make is given and the order of
// what min and max are given change no behaviour and are left alone.
func (f *finder) call(n *ast.CallExpr) ast.Visitor {
	if f.pkg.info.Types[n.Fun].IsBuiltin() {
		switch name := f.source(n.Fun); {
		case name == "make" && len(n.Args) == 3:
			ast.Walk(f, n.Args[1])
			return nil
		case name == "min", name == "max":
			return f
		}
	}
	for i := range len(n.Args) - 1 {
		a, b := n.Args[i], n.Args[i+1]
		left, right := f.pkg.info.Types[a], f.pkg.info.Types[b]
		if left.IsType() || left.Type == nil || right.Type == nil || !types.Identical(left.Type, right.Type) {
			continue
		}
		if f.listed(n, i) {
			continue
		}
		if text := f.source(a); text != f.source(b) {
			between := string(f.file.text[f.offset(a.End()):f.offset(b.Pos())])
			f.replace(a.Pos(), b.End(), f.source(b)+between+text, "swapped arguments")
		}
	}
	return f
}

// listed reports whether the arguments i and i+1 are strings of a list that is written out, whose
// order says nothing as a rule.
func (f *finder) listed(n *ast.CallExpr, i int) bool {
	signature, ok := f.pkg.info.Types[n.Fun].Type.(*types.Signature)
	if !ok || !signature.Variadic() || i < signature.Params().Len()-1 {
		return false
	}
	for _, arg := range n.Args[i : i+2] {
		if lit, ok := arg.(*ast.BasicLit); !ok || lit.Kind != token.STRING {
			return false
		}
	}
	return true
}
