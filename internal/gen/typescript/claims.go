package typescript

import (
	"fmt"
	"maps"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/gen/naming"
	"github.com/eventgen/eventgen/internal/ir"
)

// eventNames are the identifiers that one event brings into events.gen.ts; empty for those that
// it does not have.
type eventNames struct {
	descriptor string
	on         string
	onBatch    string
	once       string
	stream     string
	emit       string
	emitTo     string
	schema     string // in decoders.gen.ts
	guard      string
}

// namesOf decides the identifiers of e. A window listens to what the backend emits or relays;
// it emits what it may emit, and addresses other windows where the event is relayed.
func namesOf(e *ir.Event, decoders bool) eventNames {
	stem := naming.UpperFirst(e.Go)
	n := eventNames{descriptor: descriptorName(e.Go)}
	if arrives(e) {
		n.on, n.once, n.stream = "on"+stem, "once"+stem, "stream"+stem
		if e.Batch > 0 {
			n.onBatch = "on" + stem + "Batch"
		}
	}
	if e.From.Client() {
		if !e.Relay || e.To != ir.ToWindow {
			n.emit = "emit" + stem
		}
		if e.Relay {
			n.emitTo = "emit" + stem + "To"
		}
	}
	if decoders && e.Payload != nil {
		n.schema, n.guard = lowerCamel(e.Go)+"Schema", "is"+stem
	}
	return n
}

// arrives reports whether windows receive e.
func arrives(e *ir.Event) bool { return e.From.Server() || e.Relay }

func (n eventNames) list() []string {
	var out []string
	for _, name := range []string{n.descriptor, n.on, n.onBatch, n.once, n.stream, n.emit, n.emitTo, n.schema, n.guard} {
		if name != "" {
			out = append(out, name)
		}
	}
	return out
}

// A claim is a name with its owner.
type claim struct {
	what string
	pos  diag.Pos
}

// claims hands out the names of one scope and reports those that are wanted twice.
type claims struct {
	owners map[string]claim
	told   map[[2]claim]bool // whose collision is reported: one name of several is enough
	diags  *diag.List
}

func newClaims(diags *diag.List) *claims {
	return &claims{owners: map[string]claim{}, told: map[[2]claim]bool{}, diags: diags}
}

// clone is another scope in which the names of c are taken.
func (c *claims) clone() *claims {
	out := newClaims(c.diags)
	maps.Copy(out.owners, c.owners)
	return out
}

// claim gives name to its owner, or reports who has it.
func (c *claims) claim(name string, by claim, hint string) {
	other, taken := c.owners[name]
	if !taken {
		c.owners[name] = by
		return
	}
	pair := [2]claim{by, other}
	if other == by || c.told[pair] {
		return
	}
	c.told[pair] = true
	d := diag.Diagnostic{
		Severity: diag.Error,
		Code:     diag.NameCollision,
		Pos:      by.pos,
		Message:  fmt.Sprintf("%s would generate the TypeScript name %s, which %s has", by.what, name, other.what),
		Hint:     hint,
	}
	if other.pos.IsValid() {
		d.Related = []diag.Related{{Pos: other.pos, Message: "the other is here"}}
	}
	c.diags.Add(d)
}

const (
	eventHint = "give the event another name in generated code: ts=Name"
	typeHint  = "rename one of the types"
)

// decideNames names every type and every event of p, and reports what cannot be told apart.
func (p *program) decideNames() diag.List {
	var diags diag.List
	types, values := newClaims(&diags), newClaims(&diags)
	p.nameTypes(types)
	values.owners["events"] = claim{what: "the by-name API of catalog.gen.ts"}
	for _, e := range p.events {
		e.names = namesOf(e.Event, p.options.Decoders)
		for _, name := range e.names.list() {
			values.claim(name, eventClaim(e), eventHint)
		}
	}
	for _, d := range p.sorted {
		if d.Union != nil {
			values.claim(matchName(p.names[d.ID]), declClaim(d), typeHint)
		}
		if hasValues(d) {
			values.claim(p.names[d.ID], declClaim(d), typeHint)
		}
	}
	p.claimDecoders(types)
	for _, framework := range p.options.Hooks {
		p.claimHooks(framework, types, values)
	}
	p.bound = values.owners
	return diags
}

// claimDecoders reports what decoders.gen.ts declares under the name of a type that it imports.
func (p *program) claimDecoders(types *claims) {
	declared := types.clone()
	for _, e := range p.events {
		for _, name := range []string{e.names.schema, e.names.guard} {
			if name != "" {
				declared.claim(name, eventClaim(e), eventHint)
			}
		}
	}
}

func eventClaim(e *event) claim { return claim{fmt.Sprintf("event %q", e.Name), e.Pos} }

func declClaim(d *ir.Decl) claim {
	return claim{"type " + d.Go.Pkg + "." + d.Go.Name, d.Pos}
}

// nameTypes decides the names of all types, wire forms included.
func (p *program) nameTypes(types *claims) {
	var collisions []naming.Collision
	reserved := func(name string) bool { return reservedTypes[name] }
	p.names, collisions = naming.Types(p.sorted, reserved, func(name string) bool { return catalogTypes[name] || reserved(name) })
	p.typed = map[string]bool{}
	for _, c := range collisions {
		if len(c.Decls) == 1 {
			types.owners[c.Name] = claim{what: "the output itself"}
		}
	}
	for _, d := range p.sorted {
		p.typed[p.names[d.ID]] = true
		types.claim(p.names[d.ID], declClaim(d), typeHint)
	}
	if !p.options.Decoders {
		return
	}
	for _, d := range p.sorted {
		if p.convert.decl(d.ID) {
			p.typed[p.names[d.ID]+wireSuffix] = true
			types.claim(p.names[d.ID]+wireSuffix, declClaim(d), typeHint)
		}
	}
}

// hasValues reports whether d brings a constant beside its type.
func hasValues(d *ir.Decl) bool {
	return d.Enum != nil && len(d.Enum.Members) > 0 && d.Type.Kind != ir.KindString && d.Type.Kind != ir.KindBool
}

func matchName(typeName string) string { return "match" + naming.UpperFirst(typeName) }
