package lower

import (
	"go/types"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// A place is where a problem is told: the deepest position in a local package on the way to it.
type place struct {
	pos   diag.Pos
	text  string // "field Req has type *http.Request"
	allow []ir.Allow
}

// place returns where to tell a problem that lies along a path from a node.
func (r *reporter) place(n *node, root *root, path []*types.Var) place {
	var at place
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
		// What is local is the place itself.
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
