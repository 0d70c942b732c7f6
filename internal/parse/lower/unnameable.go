package lower

import (
	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

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
	at := r.place(n, root, e.path)
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
		if n.enum != nil && n.enum.Mode == ir.EnumClosed {
			return "encoding/json writes values of " + r.typeString(n.named) + " that are none of its constants"
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
