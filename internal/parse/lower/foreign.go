package lower

import (
	"fmt"
	"slices"

	"github.com/eventgen/eventgen/internal/diag"
)

// A foreignPart is what one node of a foreign package leads to without passing through a local one.
type foreignPart struct {
	problems []owned
	exits    []*node // local nodes that it leads to
}

// owned is a problem with the node that has it.
type owned struct {
	*problem
	node *node
}

// foreign tells the problems that a place leads to: those that say the same of several fields as one.
func (r *reporter) foreign(at place, problems []owned) {
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

// part returns what a foreign node leads to.
func (r *reporter) part(start *node) *foreignPart {
	if known := r.parts[start]; known != nil {
		return known
	}
	out := &foreignPart{}
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
	r.parts[start] = out
	return out
}
