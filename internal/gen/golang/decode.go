package golang

import (
	"strconv"

	"github.com/eventgen/eventgen/internal/ir"
)

// A decoder writes the statements of one decoding function: they read the value that is next in
// d, a *codec.Decoder, into a place that holds the zero value. Problems are kept by d, so that
// the code has no branches for them.
type decoder struct {
	*function
	d    string
	stem string // for the names of what the function needs at package level
}

func newDecoder(g *pkg, s *source, stem string) *decoder {
	e := &decoder{function: newFunction(g, s), stem: stem}
	e.d = e.local("d")
	return e
}

// read is a call of a method of d.
func (e *decoder) read(method string, args ...string) string {
	return call(e.d+"."+method, args...)
}

// generic is a call of a function of package codec with d before its arguments.
func (e *decoder) generic(name string, args ...string) string {
	return call(e.g.codec(name), append([]string{e.d}, args...)...)
}

func (e *decoder) assign(l loc, value string) { e.line(l.value(), " = ", value) }

// value reads a value of type t into l.
func (e *decoder) value(t *ir.Type, l loc, f form) {
	g := e.g
	if t.Opaque {
		e.json(l)
		return
	}
	if value, ok := e.scalar(t, f); ok {
		e.assign(l, value)
		return
	}
	switch t.Kind {
	case ir.KindBytes:
		e.nilable(g.types.Null(t, f.place()), func() { e.line(e.generic("ReadBytes", l.pointer())) })
	case ir.KindSlice:
		e.list(t, l, e.notNull(g.types.Null(t, f.place()), "Array"))
	case ir.KindArray:
		e.tuple(t, l)
	case ir.KindMap:
		if t.Key.Opaque || g.types.MapKey(t.Key).Unreadable {
			e.json(l)
			return
		}
		e.mapping(t, l, e.notNull(g.types.Null(t, f.place()), "Object"))
	case ir.KindPtr:
		// null is the outermost pointer, as encoding/json has it, even where that is never written.
		e.nilable(g.types.ReadsNull(t, f.place()), func() { e.pointer(t, l, f) })
	case ir.KindStruct:
		e.object(t, l, e.stem)
	case ir.KindRef:
		e.ref(t, l, f)
	case ir.KindText:
		e.method("UnmarshalText", t, l)
	case ir.KindTime:
		e.method("UnmarshalTime", t, l)
	case ir.KindRaw, ir.KindCustom:
		e.method("Unmarshal", t, l)
	default:
		e.json(l)
	}
}

// json leaves the value to encoding/json.
func (e *decoder) json(l loc) { e.line(e.read("JSON", l.pointer())) }

// method leaves the value to its own method, if it has one.
func (e *decoder) method(name string, t *ir.Type, l loc) {
	if t.Marshal == nil || !t.Marshal.Decodes || t.Marshal.Nilable {
		e.json(l)
		return
	}
	e.line(e.read(name, l.pointer()))
}

// nilable reads null, if it may stand there, and otherwise what read reads.
func (e *decoder) nilable(may bool, read func()) {
	if !may {
		e.scope(read)
		return
	}
	e.block("if "+not(e.read("Null")), read)
}

// notNull is the condition that a value is a container, or null, if that may stand there.
func (e *decoder) notNull(may bool, container string) string {
	if !may {
		return e.read(container)
	}
	return both(not(e.read("Null")), e.read(container))
}

// scalar returns an expression that reads a value of type t; false if it takes statements.
func (e *decoder) scalar(t *ir.Type, f form) (string, bool) {
	g := e.g
	if t.Opaque {
		return "", false
	}
	quoted := ""
	if f.quoted {
		quoted = "Quoted"
	}
	switch t.Kind {
	case ir.KindBool:
		return e.as(t, "bool", f, e.read(quoted+"Bool")), true
	case ir.KindString:
		return e.as(t, "string", f, e.read(quoted+"String")), true
	case ir.KindInt, ir.KindUint:
		if !f.enum && g.types.Wide(t, ir.Place{}) {
			quoted = "Quoted"
		}
		name, from := "Int", "int64"
		if t.Kind == ir.KindUint {
			name, from = "Uint", "uint64"
		}
		return e.as(t, from, f, e.read(quoted+name, g.bits(t))), true
	case ir.KindFloat:
		bits := strconv.Itoa(t.Bits)
		return e.as(t, "float"+bits, f, e.read(quoted+"Float"+bits)), true
	case ir.KindNumber:
		return e.read(quoted + "Number"), true
	case ir.KindTime:
		return e.read("Time"), isGo(t, timePath, "Time")
	case ir.KindRaw:
		return e.read("Raw"), isGo(t, jsonPath, "RawMessage")
	case ir.KindBytes:
		plain := !g.types.Null(t, ir.Place{}) && f.as == nil && (t.Elem == nil || t.Elem.Go == nil)
		return e.read("Bytes"), plain
	case ir.KindRef:
		i := g.instanceOf(t)
		switch {
		case i == nil || i.recursive || i.Decl.Union != nil || i.Decl.Unmarshals:
			return "", false
		case i.closed():
			if f.quoted {
				return "", false
			}
			return call(g.codecs.decodeFunc(i), e.d), true
		case f.as == nil:
			f.as = t
		}
		f.enum = f.enum || i.Decl.Enum != nil
		return e.scalar(i.Body, f)
	}
	return "", false
}

// bits returns the width of an integer.
func (g *pkg) bits(t *ir.Type) string {
	if t.Bits == 0 {
		return g.codec("IntSize")
	}
	return strconv.Itoa(t.Bits)
}

// as returns value, which has the predeclared type from, as a value of the type at hand.
func (e *decoder) as(t *ir.Type, from string, f form, value string) string {
	if f.as != nil {
		t = f.as
	}
	return e.g.converted(t, from, value)
}

// list reads the elements of a slice.
func (e *decoder) list(t *ir.Type, l loc, cond string) {
	e.block("if "+cond, func() {
		e.line(call(e.g.codec("Empty"), l.pointer()))
		e.block("for "+e.read("Element"), func() {
			if value, ok := e.scalar(t.Elem, form{}); ok {
				e.assign(l, call("append", l.value(), value))
				return
			}
			e.place(t.Elem, e.generic("Extend", l.pointer()), form{})
		})
	})
}

// tuple reads the elements of an array.
func (e *decoder) tuple(t *ir.Type, l loc) {
	e.scope(func() {
		at := e.local("at")
		e.block("if "+at+" := "+e.read("Offset")+"; "+e.read("Array"), func() {
			i := e.local("i")
			e.block("for "+i+" := 0; "+e.read("TupleElement", at, i, strconv.Itoa(t.Len))+"; "+i+"++", func() {
				if t.Len > 0 {
					e.value(t.Elem, loc{val: l.operand() + "[" + i + "]"}, form{})
				}
			})
		})
	})
}

// pointer reads what a pointer points to.
func (e *decoder) pointer(t *ir.Type, l loc, f form) {
	if value, ok := e.scalar(t.Elem, form{quoted: f.quoted}); ok {
		x := e.local("x")
		e.line(x, " := ", value)
		e.assign(l, "&"+x)
		return
	}
	e.place(t.Elem, e.generic("New", l.pointer()), form{quoted: f.quoted})
}

// place reads a value into the new place that source makes and returns a pointer to.
func (e *decoder) place(t *ir.Type, source string, f form) {
	x := e.local("x")
	if e.g.vacuous(t, func(*ir.Field) bool { return false }) {
		e.line(source)
	} else {
		e.line(x, " := ", source)
	}
	e.value(t, loc{ptr: x}, f)
}

// ref reads a value of a declared type that is no scalar.
func (e *decoder) ref(t *ir.Type, l loc, f form) {
	i := e.g.instanceOf(t)
	switch {
	case i != nil && i.Decl.Unmarshals && f.quoted:
		e.line(e.read("QuotedJSON", l.pointer()))
	case i == nil || i.Decl.Unmarshals:
		e.json(l)
	case i.closed(): // quoted: read it as what it is, then look whether it is a member
		e.quotedEnum(t, i, l)
	case i.Decl.Union != nil:
		e.nilable(!f.present, func() { e.line(call(e.g.codecs.decodeFunc(i), e.d, l.pointer())) })
	case !i.function(), i.Body.Kind == ir.KindMap && f.present && !i.recursive:
		if f.as == nil {
			f.as = t
		}
		e.value(i.Body, l, f)
	default:
		read := func() { e.line(call(e.g.codecs.decodeFunc(i), e.d, l.pointer())) }
		if e.g.types.ReadsNull(i.Body, ir.Place{}) && !e.g.types.ReadsNull(i.Body, f.place()) {
			e.block("if "+e.read("Present", text(e.g.containerName(i.Body))), read) // the function takes null too
			return
		}
		read()
	}
}

// containerName says in a message what stands where t is not nil.
func (g *pkg) containerName(t *ir.Type) string {
	for t.Kind == ir.KindPtr {
		t = g.types.Under(t.Elem)
	}
	switch t.Kind {
	case ir.KindSlice, ir.KindArray:
		return "an array"
	case ir.KindMap, ir.KindStruct:
		return "an object"
	}
	return "a value"
}

// quotedEnum reads a member of a closed enum under the option ",string".
func (e *decoder) quotedEnum(t *ir.Type, i *instance, l loc) {
	e.scope(func() {
		at := e.local("at")
		e.line(at, " := ", e.read("Offset"))
		value, from := e.read("QuotedString"), "string"
		switch i.Body.Kind {
		case ir.KindInt:
			value, from = e.read("QuotedInt", e.g.bits(i.Body)), "int64"
		case ir.KindUint:
			value, from = e.read("QuotedUint", e.g.bits(i.Body)), "uint64"
		}
		e.assign(l, e.g.converted(t, from, e.generic("Member", at, value, e.g.codecs.members(i))))
	})
}
