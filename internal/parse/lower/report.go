package lower

import (
	"cmp"
	"fmt"
	"go/types"
	"slices"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// A problem is something wrong with a node. It becomes a diagnostic if a payload reaches the
// node, at the deepest place that lies in a local package.
type problem struct {
	code    diag.Code
	path    []*types.Var    // from the node's type to the field; empty for the type itself
	obj     *types.TypeName // the type that it concerns, where that is not the node's
	pos     diag.Pos        // set for what a directive is to blame for
	text    string          // begins with the verb unless obj is set
	hint    string
	once    string // tell it once for all that have this text
	client  bool   // it is one only of payloads that clients send
	related []diag.Related
}

func severity(code diag.Code) diag.Severity {
	if info, _ := diag.Lookup(code); info.Allowed {
		return diag.Warning
	}
	return diag.Error
}

// problem records p at the place at hand.
func (b *builder) problem(p *problem) {
	if b.discard || p.code == diag.Int64Precision && !b.warnsAt(b.plainly) {
		return
	}
	p.path = slices.Clone(b.path)
	b.from.problems = append(b.from.problems, p)
}

// note records what a directive is to blame for.
func (l *Lowerer) note(p *problem) { l.notes = append(l.notes, p) }

func (b *builder) trail() []*types.Var { return slices.Clone(b.path) }

func (l *Lowerer) warnsInt64() bool { return !l.cfg.Int64Stated && l.plainInt64() }

// warnsAt is warnsInt64 for a type that may be plain.
func (l *Lowerer) warnsAt(plain bool) bool { return l.warnsInt64() || plain && !l.plainInt64() }

// finding is a diagnostic in the making.
type finding struct {
	diag.Diagnostic
	once string
}

// reporter walks from the payloads through all that they reach.
type reporter struct {
	*Lowerer
	out     []finding
	seen    map[*node]bool
	wide    map[*node]bool
	regions map[*node]*region
	read    map[*node]bool // see decoded
	todo    []*node
}

// region is the part of the graph in foreign packages that lies behind one node.
type region struct {
	problems []owned
	exits    []*node // local nodes that it leads to
}

// owned is a problem with the node that has it.
type owned struct {
	*problem
	node *node
}

// anchor is the place in a local package that leads into a foreign one.
type anchor struct {
	pos   diag.Pos
	text  string // "field Req has type *http.Request"
	allow []ir.Allow
}

func (l *Lowerer) report() diag.List {
	r := &reporter{
		Lowerer: l,
		seen:    map[*node]bool{},
		wide:    map[*node]bool{},
		regions: map[*node]*region{},
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
	region := r.region(e.to)
	r.foreign(r.anchor(n, root, e.path), region.problems)
	for _, exit := range region.exits {
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
	at := r.anchor(n, root, p.path)
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

// foreign tells the problems behind an anchor: those that say the same of several fields as one.
func (r *reporter) foreign(at anchor, problems []owned) {
	counts := map[diag.Code]int{}
	problems = slices.DeleteFunc(slices.Clone(problems), func(p owned) bool { return p.client && !r.decoded()[p.node] })
	for _, p := range problems {
		if p.once == "" {
			counts[p.code]++
		}
	}
	told := map[diag.Code]bool{}
	for _, p := range problems {
		if allows(at.allow, p.code) && severity(p.code) != diag.Error {
			continue
		}
		text := at.text + ", in which " + r.owner(p.node, p.problem) + " " + p.text
		if p.once == "" {
			if told[p.code] {
				continue
			}
			told[p.code] = true
			if more := counts[p.code] - 1; more > 0 {
				text += fmt.Sprintf(" (and %d more)", more)
			}
		}
		r.add(p.code, at.pos, text, p.hint, p.once, p.related)
	}
}

func (r *reporter) add(code diag.Code, pos diag.Pos, text, hint, once string, related []diag.Related) {
	r.out = append(r.out, finding{
		Diagnostic: diag.Diagnostic{Severity: severity(code), Code: code, Pos: pos, Message: text, Hint: hint, Related: related},
		once:       once,
	})
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

// region returns what lies behind a foreign node without passing through a local one.
func (r *reporter) region(start *node) *region {
	if known := r.regions[start]; known != nil {
		return known
	}
	out := &region{}
	seen := map[*node]bool{start: true}
	todo := []*node{start}
	for len(todo) > 0 {
		n := todo[0]
		todo = todo[1:]
		for _, p := range n.problems {
			near := p.code != diag.UnexportedFields || n == start // what is further in is not for the user to mend
			if near && p.code != diag.IgnoredValidate && p.code != diag.ConflictingFields && p.code != diag.SealedInterface && p.code != diag.UnknownTagOption {
				out.problems = append(out.problems, owned{p, n})
			}
		}
		for _, e := range n.edges {
			if e.to.wide && !e.quoted && !e.to.local && r.warnsAt(e.to.plain) {
				b := &builder{Lowerer: r.Lowerer, from: n, path: e.path}
				out.problems = append(out.problems, owned{&problem{
					code: diag.Int64Precision, path: e.path, hint: int64HintOf(e.to.plain),
					text: b.hasType(e.to.named) + ", which JavaScript rounds past 2^53",
				}, n})
			}
			if seen[e.to] {
				continue
			}
			seen[e.to] = true
			if e.to.local {
				out.exits = append(out.exits, e.to)
			} else {
				todo = append(todo, e.to)
			}
		}
	}
	r.regions[start] = out
	return out
}

// anchor returns the deepest local place on the way from a node along a path.
func (r *reporter) anchor(n *node, root *root, path []*types.Var) anchor {
	var at anchor
	if root != nil {
		at.allow = append(at.allow, root.use.Allow...)
	} else {
		at.allow = append(at.allow, r.allow(n.obj())...)
	}
	for _, v := range path {
		if r.isLocal(v) {
			at.allow = append(at.allow, r.allow(v)...)
		}
	}
	if i := r.deepestLocal(path); i >= 0 {
		at.pos = r.pos(path[i])
		at.text = "field " + path[i].Name() + " has type " + r.typeString(path[i].Type())
		return at
	}
	if root != nil {
		at.pos = root.use.Pos
		at.text = "the payload has type " + r.typeString(types.Unalias(root.typ))
		return at
	}
	at.pos = r.pos(n.obj())
	at.text = "type " + n.obj().Name() + " is " + r.typeString(n.named.Underlying())
	return at
}

func (r *reporter) deepestLocal(path []*types.Var) int {
	for i := len(path) - 1; i >= 0; i-- {
		if r.isLocal(path[i]) {
			return i
		}
	}
	return -1
}

// subject names a node's own type.
func subject(n *node) string {
	if n.named == nil {
		return "the payload"
	}
	return "type " + n.obj().Name()
}

// owner names the place of a problem that lies in another package.
func (r *reporter) owner(n *node, p *problem) string {
	text := "the payload"
	if n.named != nil {
		text = r.typeString(n.named)
	}
	for i, v := range p.path {
		// What is local is the anchor.
		if i <= r.deepestLocal(p.path) {
			if i == r.deepestLocal(p.path) {
				text = r.typeString(v.Type())
			}
			continue
		}
		text += "." + v.Name()
	}
	return text
}

func allows(list []ir.Allow, code diag.Code) bool {
	return slices.ContainsFunc(list, func(a ir.Allow) bool { return a.Rule == string(code) })
}

// unnameable reports a type that the generated code leaves to encoding/json because it cannot
// name it, if encoding/json would write it otherwise than promised.
func (r *reporter) unnameable(n *node, root *root, e edge) {
	if r.writable(e.to.named) && !(e.to.body != nil && e.to.body.Opaque) {
		return
	}
	why := r.needsEncoder(e.to)
	if why == "" {
		return
	}
	at := r.anchor(n, root, e.path)
	r.add(diag.UnnameableType, at.pos, at.text+": the generated encoder cannot reach all of "+r.typeString(e.to.named)+", and "+why,
		r.unnameableHint(e.to), "", nil)
}

func (r *reporter) unnameableHint(n *node) string {
	switch {
	case r.nameable(n.named) && !r.writable(n.named):
		return "declare a type for what it has between its brackets"
	case r.isOwn(n.obj().Pkg()):
		return "export what it holds"
	}
	return "export what it holds, or declare the event in package " + n.obj().Pkg().Name()
}

// needsEncoder says what encoding/json would write otherwise than promised behind a node, or "".
func (r *reporter) needsEncoder(start *node) string {
	seen := map[*node]bool{start: true}
	todo := []*node{start}
	for len(todo) > 0 {
		n := todo[0]
		todo = todo[1:]
		if n.union != nil {
			return "encoding/json writes union " + r.typeString(n.named) + " without its tag"
		}
		why := ""
		eachType(n.body, func(t *ir.Type, key bool) {
			switch {
			case t.Plain:
			case t.Kind == ir.KindSlice, t.Kind == ir.KindMap, t.Kind == ir.KindBytes:
				if r.cfg.Settings.Nil == ir.NilEmpty {
					why = "encoding/json writes nil slices and maps as null, not as the setting nil: empty has it"
				}
			case t.Kind == ir.KindInt, t.Kind == ir.KindUint:
				if !key && !r.plainInt64() && (t.Bits == 64 || t.Bits == 0) {
					why = "encoding/json writes its integers as numbers, not as the setting int64 has it"
				}
			}
		})
		if why != "" {
			return why
		}
		for _, e := range n.edges {
			if !seen[e.to] {
				seen[e.to] = true
				todo = append(todo, e.to)
			}
		}
	}
	return ""
}
