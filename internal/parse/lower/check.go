package lower

import (
	"go/types"
	"strconv"

	"github.com/eventgen/eventgen/internal/diag"
	"github.com/eventgen/eventgen/internal/ir"
)

// checkOnce tells what is wrong with the annotations of a type, the first time it is asked.
func (l *Lowerer) checkOnce(obj *types.TypeName) {
	if l.checked[obj] {
		return
	}
	l.checked[obj] = true
	notes := l.annotations(obj)
	t, ok := types.Unalias(obj.Type()).(*types.Named)
	if !ok || obj.IsAlias() {
		t = nil
	}
	if notes.Union != nil {
		l.checkUnionNote(obj, t, notes.Union)
	}
	if notes.Enum != nil {
		l.checkEnumNote(obj, t, notes.Enum)
	}
	if notes.TS != nil && (t == nil || codecOf(t, true) == nil) {
		l.noteAt(obj, diag.InvalidTS, notes.TS.Pos,
			"type "+obj.Name()+" has no MarshalJSON or MarshalText: its TypeScript follows from its structure",
			"remove the directive")
	}
	if notes.Variant != nil && (t == nil || !l.isVariant(t)) {
		l.noteAt(obj, diag.InvalidUnion, notes.Variant.Pos,
			"type "+obj.Name()+" implements no union of its package",
			"//eventgen:union goes above the sealed interface that it should implement")
	}
}

func (l *Lowerer) checkUnionNote(obj *types.TypeName, t *types.Named, note *UnionNote) {
	fail := func(pos diag.Pos, text, hint string) { l.noteAt(obj, diag.InvalidUnion, pos, text, hint) }
	switch {
	case t == nil || !isInterface(t):
		fail(note.Pos, "a union is an interface, and "+obj.Name()+" is none", "remove the directive, or declare an interface that the variants implement")
		return
	case t.TypeParams().Len() > 0:
		fail(note.Pos, "union "+obj.Name()+" is generic", "a union must be one interface; declare one for each argument")
		return
	case !isSealed(t):
		fail(note.Pos, "union "+obj.Name()+" is not sealed: any package may add a variant",
			"give it an unexported method, such as is"+obj.Name()+"()")
		return
	}
	if note.Content != "" && note.Content == note.Tag {
		fail(note.TagPos, "tag and content of union "+obj.Name()+" are both "+strconv.Quote(note.Tag), "give them two names, such as tag=type content=data")
	}
	plain, generic := implementers(t)
	for _, v := range generic {
		l.note(&problem{
			code: diag.InvalidUnion, obj: v.Obj(), pos: l.pos(v.Obj()),
			text:    "generic type " + v.Obj().Name() + " implements union " + obj.Name() + ": it has no end of variants",
			hint:    "declare a type for each instance that is a variant",
			related: []diag.Related{{Pos: note.Pos, Message: "the union"}},
		})
	}
	if len(plain) == 0 {
		fail(note.Pos, "union "+obj.Name()+" has no variant: no type of package "+obj.Pkg().Name()+" implements it", "give the types that are its variants its unexported method")
	}
	names := map[string]*types.Named{}
	for _, v := range plain {
		name, pos := v.Obj().Name(), l.pos(v.Obj())
		if n := l.annotations(v.Obj()).Variant; n != nil {
			name, pos = n.Name, n.Pos
		}
		if other := names[name]; other != nil {
			l.note(&problem{
				code: diag.InvalidUnion, obj: v.Obj(), pos: pos,
				text:    "two variants of union " + obj.Name() + " are called " + strconv.Quote(name),
				hint:    "rename one with //eventgen:variant name=… above it",
				related: []diag.Related{{Pos: l.pos(other.Obj()), Message: "the other one"}},
			})
		}
		names[name] = v
	}
}

func (l *Lowerer) checkEnumNote(obj *types.TypeName, t *types.Named, note *EnumNote) {
	fail := func(text, hint string) { l.noteAt(obj, diag.InvalidEnum, note.Pos, text, hint) }
	if t == nil || t.TypeParams().Len() > 0 {
		fail("type "+obj.Name()+" is no enum: constants of it cannot be told apart", "remove the directive")
		return
	}
	info := types.Typ[basicKind(t)].Info()
	switch {
	case basicKind(t) == types.Invalid || info&(types.IsString|types.IsInteger) == 0:
		fail("an enum has a string or integer type, and "+obj.Name()+" has neither", "remove the directive")
	case codecOf(t, true) != nil:
		fail("type "+obj.Name()+" has its own marshaler, which writes what it likes",
			`state what it writes with //eventgen:ts "…" instead`)
	case l.cfg.Consts == nil || len(l.members(l.cfg.Consts(obj))) == 0:
		fail("enum "+obj.Name()+" has no constants in its package", "declare them as const X "+obj.Name()+" = …, or remove the directive")
	case note.Mode == ir.EnumFlags && info&types.IsInteger == 0:
		fail("flags are integers, and "+obj.Name()+" is a string", "write closed or open")
	}
}

// isVariant reports whether a union of the package of t has the variant t.
func (l *Lowerer) isVariant(t *types.Named) bool {
	scope := t.Obj().Pkg().Scope()
	for _, name := range scope.Names() {
		obj, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || obj.IsAlias() {
			continue
		}
		u, ok := obj.Type().(*types.Named)
		if !ok || l.annotations(obj).Union == nil || !isInterface(u) {
			continue
		}
		if types.Implements(types.NewPointer(t), u.Underlying().(*types.Interface)) {
			return true
		}
	}
	return false
}

func (l *Lowerer) noteAt(obj *types.TypeName, code diag.Code, pos diag.Pos, text, hint string) {
	l.note(&problem{code: code, obj: obj, pos: pos, text: text, hint: hint})
}
