package lower

import (
	"cmp"
	"slices"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// finding is a diagnostic in the making.
type finding struct {
	diag.Diagnostic
	once string
}

// reporter walks from the payloads through all that they reach.
type reporter struct {
	*Lowerer
	out   []finding
	seen  map[*node]bool
	wide  map[*node]bool
	parts map[*node]*foreignPart
	read  map[*node]bool // see decoded
	todo  []*node
}

func (l *Lowerer) report() diag.List {
	r := &reporter{
		Lowerer: l,
		seen:    map[*node]bool{},
		wide:    map[*node]bool{},
		parts:   map[*node]*foreignPart{},
	}
	for _, root := range l.roots {
		r.visit(root.node, root)
	}
	for len(r.todo) > 0 {
		n := r.todo[0]
		r.todo = r.todo[1:]
		r.visit(n, nil)
	}
	r.checkUnionsRead()
	for _, p := range l.notes {
		r.out = append(r.out, finding{Diagnostic: diag.Diagnostic{
			Severity: severity(p.code), Code: p.code, Pos: p.pos, Message: p.text, Hint: p.hint, Related: p.related,
		}})
	}
	return r.list()
}

// list returns the findings in order; of those to be told once, the first.
func (r *reporter) list() diag.List {
	slices.SortStableFunc(r.out, func(a, b finding) int {
		return cmp.Or(
			cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Column, b.Pos.Column),
			cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message),
		)
	})
	var out diag.List
	told := map[string]bool{}
	for _, f := range r.out {
		if f.once != "" {
			key := string(f.Code) + " " + f.once
			if told[key] {
				continue
			}
			told[key] = true
		}
		out.Add(f.Diagnostic)
	}
	return out.Sorted()
}

// enter queues a local node.
func (r *reporter) enter(n *node) {
	if !r.seen[n] {
		r.seen[n] = true
		r.todo = append(r.todo, n)
	}
}

// visit tells what is wrong with a local node, or with a root, and follows its references.
func (r *reporter) visit(n *node, root *root) {
	for _, p := range n.problems {
		r.own(n, root, p)
	}
	for _, e := range n.edges {
		r.follow(n, root, e)
	}
	if n.instance() && n.body != nil && n.body.Kind == ir.KindCustom {
		for _, e := range n.argEdges {
			r.follow(n, root, e)
		}
	}
}

func (r *reporter) follow(n *node, root *root, e edge) {
	if e.to.wide && !e.quoted && r.warnsAt(e.to.plain) {
		r.wideType(n, root, e)
	}
	r.unnameable(n, root, e)
	if e.to.local {
		r.enter(e.to)
		return
	}
	part := r.part(e.to)
	r.foreign(r.place(n, root, e.path), part.problems)
	for _, exit := range part.exits {
		r.enter(exit)
	}
}

// wideType warns of a use of a named 64-bit integer: at its declaration if that is local.
func (r *reporter) wideType(n *node, root *root, e edge) {
	if e.to.local {
		if !r.wide[e.to] && !allows(r.allow(e.to.obj()), diag.Int64Precision) {
			r.wide[e.to] = true
			r.add(diag.Int64Precision, r.pos(e.to.obj()),
				"type "+e.to.obj().Name()+" is "+r.typeString(e.to.named.Underlying())+", which JavaScript rounds past 2^53", int64HintOf(e.to.plain), "", nil)
		}
		return
	}
	b := &builder{Lowerer: r.Lowerer, from: n, path: e.path}
	r.own(n, root, &problem{
		code: diag.Int64Precision,
		path: e.path,
		text: b.hasType(e.to.named) + ", which JavaScript rounds past 2^53",
		hint: int64HintOf(e.to.plain),
	})
}

// own tells a problem of a local node or a root.
func (r *reporter) own(n *node, root *root, p *problem) {
	if p.client && !r.decoded()[n] {
		return
	}
	if p.obj != nil && r.isLocal(p.obj) {
		if severity(p.code) == diag.Error || !allows(r.allow(p.obj), p.code) {
			r.add(p.code, r.pos(p.obj), p.text, p.hint, p.once, p.related)
		}
		return
	}
	at := r.place(n, root, p.path)
	if allows(at.allow, p.code) && severity(p.code) != diag.Error {
		return
	}
	if i := r.deepestLocal(p.path); i >= 0 && i == len(p.path)-1 {
		r.add(p.code, at.pos, "field "+p.path[i].Name()+" "+p.text, p.hint, p.once, p.related)
		return
	}
	if len(p.path) == 0 {
		r.add(p.code, at.pos, subject(n)+" "+p.text, p.hint, p.once, p.related)
		return
	}
	r.add(p.code, at.pos, at.text+", in which "+r.owner(n, p)+" "+p.text, p.hint, p.once, p.related)
}

func (r *reporter) add(code diag.Code, pos diag.Pos, text, hint, once string, related []diag.Related) {
	r.out = append(r.out, finding{
		Diagnostic: diag.Diagnostic{Severity: severity(code), Code: code, Pos: pos, Message: text, Hint: hint, Related: related},
		once:       once,
	})
}

func allows(list []ir.Allow, code diag.Code) bool {
	return slices.ContainsFunc(list, func(a ir.Allow) bool { return a.Rule == string(code) })
}

// decoded returns the nodes whose values are read from what clients send.
func (r *reporter) decoded() map[*node]bool {
	if r.read != nil {
		return r.read
	}
	r.read = map[*node]bool{}
	var todo []*node
	for _, root := range r.roots {
		if root.use.Read {
			todo = append(todo, root.node)
		}
	}
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if r.read[n] {
			continue
		}
		r.read[n] = true
		for _, e := range n.edges {
			todo = append(todo, e.to)
		}
	}
	return r.read
}
