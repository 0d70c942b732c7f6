package lower

import (
	"go/types"
	"slices"

	"github.com/eventgen/eventgen/internal/diag"
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
