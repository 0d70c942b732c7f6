// Package lower turns go/types types into the wire model of package ir: what
// json.Marshal(&payload) writes, no more and no less.
//
// The reference is encoding/json. Every rule here answers to a line of its encode.go: which
// methods act where a value is addressable and where it is not, which fields of embedded
// structs survive, what omitempty and omitzero do to which kind. Where a rule looks odd, it is
// encoding/json that is odd.
//
// A [Lowerer] serves one annotated package. It lowers each payload with [Lowerer.Payload] and
// then tells the declarations that the payloads reach ([Lowerer.Decls]) and what is wrong with
// them ([Lowerer.Diagnostics]). Types that no payload reaches are never looked at, so they may
// be broken.
package lower

import (
	"cmp"
	"go/types"
	"slices"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// Config is what the lowering of one package's payloads needs to know from outside. Every
// function may be nil, which means that it answers with the zero value.
type Config struct {
	// Package is the package that the generated Go belongs to: what it cannot name is marked
	// Opaque. Nil: a package that can name everything exported.
	Package *types.Package
	// Settings are those of the output.
	Settings ir.Settings
	// Int64Stated tells that the user chose Settings.Int64, so that int64-precision is no news.
	Int64Stated bool
	// Local reports whether a package belongs to the module at work: its types may become
	// closed enums, and its fields are where warnings point.
	Local func(path string) bool
	// Types states the TypeScript of Go types with a marshaler of their own, by
	// "import/path.Name"; an annotation on the type goes before it.
	Types map[string]string
	// Stated, if set, learns of each entry of Types that is for a type of a payload.
	Stated func(name string)
	// Annotations returns what directives say about a type.
	Annotations func(*types.TypeName) Annotations
	// Allow returns the directives //eventgen:allow on a type or a field.
	Allow func(types.Object) []ir.Allow
	// Doc returns the documentation of a type, a field or a constant.
	Doc func(types.Object) ir.Doc
	// Pos returns the place of the name of a type or a field.
	Pos func(types.Object) diag.Pos
	// Consts returns the constants of a type that its own package declares, in source order.
	// See [Constants].
	Consts func(*types.TypeName) []Const
}

// Annotations are the directives on a type that say how it travels.
type Annotations struct {
	Union   *UnionNote
	Enum    *EnumNote
	Variant *VariantNote
	TS      *TSNote
}

// UnionNote is //eventgen:union on an interface.
type UnionNote struct {
	Tag     string
	Content string // empty: internally tagged
	Pos     diag.Pos
	TagPos  diag.Pos // of the argument tag=, for what clashes with it
}

// EnumNote is //eventgen:enum on a basic type.
type EnumNote struct {
	Mode ir.EnumMode
	Pos  diag.Pos
}

// VariantNote is //eventgen:variant on a variant of a union.
type VariantNote struct {
	Name string
	Pos  diag.Pos
}

// TSNote is //eventgen:ts on a type with a marshaler.
type TSNote struct {
	Text string
	Pos  diag.Pos
}

// Use is the place where a payload type is used: an event.
type Use struct {
	Pos   diag.Pos
	Allow []ir.Allow // on the event: hold for everything the payload reaches in foreign packages
	Read  bool       // pages emit the event, so that values are decoded
}

// Lowerer lowers the payloads of one package. It is not safe for concurrent use.
type Lowerer struct {
	cfg Config

	nodes     map[string]*node // by identity and addressability
	refs      map[*ir.Type]*node
	free      []*node // to lower first: their arguments mention parameters
	queue     []*node
	lowered   []*node // since the standings were last settled
	expanding map[*types.TypeName]bool
	unrolled  map[*node]bool // generic forms of which there are instances whose arguments mention parameters
	sensitive sensitivity
	spelling  map[*types.Named]*spelling

	roots   []*root
	notes   []*problem
	checked map[*types.TypeName]bool
	emitted map[*node]bool
	decls   []*ir.Decl
}

// root is a payload.
type root struct {
	node *node // without a name: its references and problems
	typ  types.Type
	use  Use
}

// New returns a Lowerer without payloads.
func New(cfg Config) *Lowerer {
	return &Lowerer{
		cfg:       cfg,
		nodes:     map[string]*node{},
		refs:      map[*ir.Type]*node{},
		expanding: map[*types.TypeName]bool{},
		unrolled:  map[*node]bool{},
		sensitive: sensitivity{},
		spelling:  map[*types.Named]*spelling{},
		checked:   map[*types.TypeName]bool{},
		emitted:   map[*node]bool{},
	}
}

// Payload lowers t as the payload of an event. The result is complete; what is wrong with the
// type is told by [Lowerer.Diagnostics], and is KindAny in the result.
func (l *Lowerer) Payload(t types.Type, use Use) *ir.Type {
	n := &node{local: true}
	b := &builder{Lowerer: l, from: n, edges: &n.edges}
	body := b.lower(t, true)
	l.drain()
	l.decide()
	for _, n := range l.lowered {
		if n.union != nil {
			l.checkUnion(n)
		}
	}
	l.lowered = nil
	l.roots = append(l.roots, &root{node: n, typ: t, use: use})
	return l.emit(body, l.want)
}

// Check examines the annotations of a type, whether or not a payload reaches it.
func (l *Lowerer) Check(obj *types.TypeName) { l.checkOnce(obj) }

// Decl returns the declaration with this ID that the payloads so far reach, or nil.
func (l *Lowerer) Decl(id string) *ir.Decl {
	for _, d := range l.decls {
		if d.ID == id {
			return d
		}
	}
	return nil
}

// Decls returns the declarations that the payloads so far reach, by ID.
func (l *Lowerer) Decls() []*ir.Decl {
	return slices.SortedFunc(slices.Values(l.decls), func(a, b *ir.Decl) int { return cmp.Compare(a.ID, b.ID) })
}

// Diagnostics returns what is wrong with the payloads so far, sorted.
func (l *Lowerer) Diagnostics() diag.List { return l.report() }

func (l *Lowerer) annotations(obj *types.TypeName) Annotations {
	if l.cfg.Annotations == nil {
		return Annotations{}
	}
	return l.cfg.Annotations(obj)
}

func (l *Lowerer) doc(obj types.Object) ir.Doc {
	if l.cfg.Doc == nil {
		return ir.Doc{}
	}
	return l.cfg.Doc(obj)
}

func (l *Lowerer) allow(obj types.Object) []ir.Allow {
	if l.cfg.Allow == nil {
		return nil
	}
	return l.cfg.Allow(obj)
}

func (l *Lowerer) pos(obj types.Object) diag.Pos {
	if l.cfg.Pos == nil {
		return diag.Pos{}
	}
	return l.cfg.Pos(obj)
}
