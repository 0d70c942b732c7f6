package golang

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/eventgen/eventgen/internal/ir"
)

// An encoder writes the statements of one encoding function: they append the wire form of a value
// to the buffer dst. Constant text is held back and merged, so that it costs few calls.
type encoder struct {
	*function
	dst, err string
	depth    string // the variable that counts the recursion; empty where there is none
	pending  string
	path     []step   // of the value at hand, for errors
	needErr  bool     // the variable err is assigned to
	hoisted  []string // declarations of variables that stand outside of loops
	// hoistedTo is by name the highest number behind it that a variable outside of loops has.
	hoistedTo map[string]int
	// leave is the statement that returns an error.
	leave func(err string) string
}

// step is one token of a JSON pointer: a constant name, or Go source of a name or an index.
type step struct {
	name, nameExpr, index string
}

func newEncoder(g *pkg, s *source) *encoder {
	e := &encoder{function: newFunction(g, s), hoistedTo: map[string]int{}}
	e.dst, e.err = e.local("dst"), e.local("err")
	e.leave = func(err string) string { return "return " + e.dst + ", " + err }
	return e
}

// body writes the statements of the function, behind the declarations that they need.
func (e *encoder) body(head string, write func()) {
	e.block(head, func() {
		start := len(e.text)
		write()
		if e.needErr {
			e.hoisted = append(e.hoisted, "var "+e.err+" error")
		}
		e.insert(start, e.hoisted...)
	})
}

// hoist declares a variable outside of loops, where no other scope gives its name back.
func (e *encoder) hoist(name, typ string) string {
	free := e.localAfter(name, e.hoistedTo[name])
	e.hoistedTo[name] = e.last[name]
	e.hoisted = append(e.hoisted, "var "+free+" "+typ)
	return free
}

// lit writes constant text.
func (e *encoder) lit(s string) { e.pending += s }

// flush appends the text that was held back.
func (e *encoder) flush() {
	s := e.pending
	e.pending = ""
	switch len(s) {
	case 0:
	case 1:
		e.line(e.dst, " = append(", e.dst, ", ", strconv.QuoteRune(rune(s[0])), ")")
	default:
		e.line(e.dst, " = append(", e.dst, ", ", text(s), "...)")
	}
}

// branch is the body of a block that writes prefix first.
func (e *encoder) branch(prefix string, write func()) func() {
	return func() {
		e.pending = prefix
		e.scope(write)
		e.flush()
	}
}

// call writes dst = fn(dst, args...).
func (e *encoder) call(fn string, args ...string) {
	e.flush()
	e.line(e.dst, " = ", e.appending(fn, args))
}

// try is call for a function that can fail.
func (e *encoder) try(fn string, args ...string) {
	e.needErr = true
	e.flush()
	e.block("if "+e.dst+", "+e.err+" = "+e.appending(fn, args)+"; "+e.err+" != nil", func() { e.fail(e.err) })
}

func (e *encoder) appending(fn string, args []string) string {
	return call(fn, append([]string{e.dst}, args...)...)
}

// fail writes the statement that returns err with the path of the value at hand.
func (e *encoder) fail(err string) {
	for i := len(e.path) - 1; i >= 0; i-- {
		switch s := e.path[i]; {
		case s.index != "":
			err = call(e.g.codec("AtIndex"), err, s.index)
		case s.nameExpr != "":
			err = call(e.g.codec("At"), err, s.nameExpr)
		default:
			err = call(e.g.codec("At"), err, text(s.name))
		}
	}
	e.line(e.leave(err))
}

func (e *encoder) within(s step, write func()) {
	e.path = append(e.path, s)
	write()
	e.path = e.path[:len(e.path)-1]
}

// form tells how a value stands where it is.
type form struct {
	quoted  bool // the option ",string" is in effect
	present bool // the value is not nil: its key is absent otherwise
	named   bool // the Go type at hand is a declared one, whatever the wire form says
	enum    bool // the value is one of an enum, whose numbers no setting quotes

	as *ir.Type // the declared type at hand, for decoders
}

func (f form) place() ir.Place { return ir.Place{Quoted: f.quoted, Present: f.present} }

// value writes the wire form of the value at l.
func (e *encoder) value(t *ir.Type, l loc, f form) {
	g := e.g
	f.named = f.named || t.Go != nil && t.Go.Path != ""
	if t.Opaque {
		e.opaque(l)
		return
	}
	switch t.Kind {
	case ir.KindBool:
		e.quote(f.quoted, func() { e.call(g.codec("AppendBool"), e.as(t, "bool", f, l)) })
	case ir.KindInt:
		e.quote(f.quoted || !f.enum && g.types.Wide(t, ir.Place{}), func() { e.call(g.codec("AppendInt"), e.as(t, "int64", f, l)) })
	case ir.KindUint:
		e.quote(f.quoted || !f.enum && g.types.Wide(t, ir.Place{}), func() { e.call(g.codec("AppendUint"), e.as(t, "uint64", f, l)) })
	case ir.KindFloat:
		bits := strconv.Itoa(t.Bits)
		e.quote(f.quoted, func() { e.try(g.codec("AppendFloat"+bits), e.as(t, "float"+bits, f, l)) })
	case ir.KindString:
		if f.quoted {
			e.call(g.codec("AppendQuotedString"), e.as(t, "string", f, l))
		} else {
			e.call(g.codec("AppendString"), e.as(t, "string", f, l))
		}
	case ir.KindNumber:
		e.quote(f.quoted, func() { e.try(g.codec("AppendNumber"), l.value()) })
	case ir.KindBytes:
		e.nilable(l, f, e.nilText(t, `""`), func() { e.call(g.codec("AppendBytes"), l.value()) })
	case ir.KindSlice:
		e.nilable(l, f, e.nilText(t, "[]"), func() { e.scope(func() { e.list(t, l) }) })
	case ir.KindArray:
		if t.Len == 0 {
			e.lit("[]")
			return
		}
		e.scope(func() { e.list(t, l) })
	case ir.KindMap:
		if t.Key.Opaque {
			e.opaque(l)
			return
		}
		e.nilable(l, f, e.nilText(t, "{}"), func() { e.mapping(t, l) })
	case ir.KindPtr:
		elem := l.deref()
		if f.named && !g.constant(t.Elem) { // a declared pointer type has no methods; what it points to may have some
			if name, ok := g.goType(t.Elem); ok {
				elem = loc{ptr: "(*" + name + ")(" + l.value() + ")", addr: true}
			}
		}
		e.nilable(l, f, "null", func() { e.value(t.Elem, elem, form{quoted: f.quoted}) })
	case ir.KindStruct:
		e.object(t, l)
	case ir.KindRef:
		e.ref(t, l, f)
	case ir.KindTime, ir.KindRaw, ir.KindText, ir.KindCustom:
		e.marshaler(t, l, f)
	case ir.KindAny:
		e.try(g.codec("AppendAny"), l.value())
	default:
		e.opaque(l)
	}
}

// as returns the value as the predeclared type called name.
func (e *encoder) as(t *ir.Type, name string, f form, l loc) string {
	own := predeclared(t.Kind, t.Bits)
	if t.Go != nil && t.Go.Path == "" {
		own = t.Go.Name
	}
	if own == name && !f.named {
		return l.value()
	}
	return call(name, l.value())
}

// opaque leaves the value to encoding/json.
func (e *encoder) opaque(l loc) {
	if l.addr {
		e.try(e.g.codec("AppendJSON"), l.pointer())
	} else {
		e.try(e.g.codec("AppendJSON"), l.value())
	}
}

func (e *encoder) quote(quoted bool, write func()) {
	if quoted {
		e.lit(`"`)
	}
	write()
	if quoted {
		e.lit(`"`)
	}
}

// nilText is what a nil slice or map is on the wire.
func (e *encoder) nilText(t *ir.Type, empty string) string {
	if e.g.types.Null(t, ir.Place{}) {
		return "null"
	}
	return empty
}

// nilable writes null for nil and otherwise what write writes.
func (e *encoder) nilable(l loc, f form, null string, write func()) {
	if f.present {
		write()
		return
	}
	prefix := e.pending
	e.pending = ""
	e.either(l.value()+" == nil", e.branch(prefix+null, func() {}), e.branch(prefix, write))
}

// list writes the elements of a slice or array.
func (e *encoder) list(t *ir.Type, l loc) {
	i, x := e.local("i"), e.local("x")
	elem, variables := loc{ptr: x, addr: l.addr || t.Kind == ir.KindSlice}, i
	if e.g.scalar(t.Elem) {
		elem, variables = loc{val: x, addr: elem.addr}, i+", "+x
	}
	over := l.value()
	if t.Kind == ir.KindArray && e.g.constant(t.Elem) {
		over = strconv.Itoa(t.Len) // no code looks at the value, so that there may be no variable for it
	}
	e.lit("[")
	e.flush()
	e.block("for "+variables+" := range "+over, func() {
		e.comma(i)
		if elem.ptr != "" && !e.g.constant(t.Elem) {
			e.line(x, " := &", l.operand(), "[", i, "]")
		}
		e.within(step{index: i}, func() { e.value(t.Elem, elem, form{}) })
		e.flush()
	})
	e.lit("]")
}

func (e *encoder) comma(index string) {
	e.block("if "+index+" > 0", func() { e.line(e.dst, " = append(", e.dst, ", ',')") })
}

// constant reports whether the wire form of t is the same for every value, so that no code looks
// at one.
func (g *pkg) constant(t *ir.Type) bool {
	return g.vacuous(t, func(f *ir.Field) bool { return f.OmitEmpty || f.OmitZero != "" })
}

// vacuous reports whether nothing is in t that a value could hold. A struct is not vacuous if a
// field counts for one of its properties, or there is a function for it.
func (g *pkg) vacuous(t *ir.Type, counts func(*ir.Field) bool) bool {
	switch {
	case t.Opaque:
		return false
	case t.Kind == ir.KindRef:
		i := g.instanceOf(t)
		return i != nil && !i.function() && !i.Decl.Unmarshals && g.vacuous(i.Body, counts)
	case t.Kind == ir.KindStruct:
		return !slices.ContainsFunc(t.Fields, func(f *ir.Field) bool {
			return counts(f) || !g.vacuous(f.Type, counts) || slices.ContainsFunc(f.Path, func(s ir.Step) bool { return s.Ptr })
		})
	}
	return t.Kind == ir.KindArray && (t.Len == 0 || g.vacuous(t.Elem, counts))
}

// scalar reports whether values of t are so small that loops copy them.
func (g *pkg) scalar(t *ir.Type) bool {
	if t.Opaque {
		return false
	}
	switch g.types.Under(t).Kind {
	case ir.KindBool, ir.KindInt, ir.KindUint, ir.KindFloat, ir.KindString, ir.KindPtr, ir.KindAny, ir.KindNumber:
		return true
	}
	d := g.types.Decl(t)
	return d != nil && d.Union != nil
}

// mapping writes the entries of a map in the order of their keys.
func (e *encoder) mapping(t *ir.Type, l loc) {
	g := e.g
	keys, i, key := e.local("keys"), e.local("i"), e.local("key")
	k := g.types.MapKey(t.Key)
	e.lit("{")
	e.flush()
	// The name of the entry in Go, how to look up its value, and how to write the name.
	name, lookup, write := "", "", func() {}
	list, free, byRef := "", true, false
	switch k.Kind {
	case ir.KindInt, ir.KindUint:
		sort, get, typ := "SortInts", "Int", "int64"
		if k.Kind == ir.KindUint {
			sort, get, typ = "SortUints", "Uint", "uint64"
		}
		e.line(keys, " := ", call(g.codec(sort), l.value()))
		list, name, byRef = keys+".List", "string("+key+".Text())", true
		lookup = g.converted(t.Key, typ, key+"."+get+"()")
		write = func() {
			if enum := g.closedEnum(t.Key); enum != nil {
				e.quote(true, func() { e.try(g.codecs.encodeFunc(enum), lookup) })
			} else {
				e.call(g.codec("AppendIntKey"), key)
			}
		}
	case ir.KindText:
		sort := "SortTexts"
		if k.Pointer {
			sort = "SortPointerTexts"
		}
		err := e.local("err")
		e.line(keys, ", ", err, " := ", call(g.codec(sort), l.value()))
		e.block("if "+err+" != nil", func() { e.fail(err) })
		list, name, free = keys, key+".Text", false
		lookup = key + ".Key"
		write = func() { e.call(g.codec("AppendString"), name) }
	default:
		sort := "SortStrings"
		if k.Reads {
			sort = "SortReadStrings"
		}
		e.line(keys, " := ", call(g.codec(sort), l.value()))
		list, name = keys+".List", key
		lookup = g.converted(t.Key, "string", key)
		write = func() {
			if enum := g.closedEnum(t.Key); enum != nil {
				e.try(g.codecs.encodeFunc(enum), lookup)
			} else {
				e.call(g.codec("AppendString"), key)
			}
		}
	}
	variables := i + ", " + key
	if byRef {
		variables = i
	}
	e.block("for "+variables+" := range "+list, func() {
		e.comma(i)
		if byRef {
			e.line(key, " := &", list, "[", i, "]")
		}
		e.within(step{nameExpr: name}, func() {
			write()
			e.lit(":")
			e.flush()
			x, assign := "", " := "
			if e.depth != "" && g.recursive(t.Elem) {
				// What a loop declares and hands to the function that it is in goes to the heap.
				if typ, ok := g.goType(t.Elem); ok {
					x, assign = e.hoist("x", typ), " = "
				}
			}
			if x == "" {
				x = e.local("x")
			}
			if !g.constant(t.Elem) {
				e.line(x, assign, l.operand(), "[", lookup, "]")
			}
			e.value(t.Elem, loc{val: x}, form{})
			e.flush()
		})
	})
	if free {
		e.line(keys, ".Free()")
	}
	e.lit("}")
}

// recursive reports whether values of t are handed by pointer to a function that may call itself.
func (g *pkg) recursive(t *ir.Type) bool {
	if t.Kind != ir.KindRef || t.Opaque {
		return false
	}
	i := g.instanceOf(t)
	return i != nil && i.recursive && !i.byValue()
}

// closedEnum returns the instance of a closed enum that t refers to, or nil.
func (g *pkg) closedEnum(t *ir.Type) *instance {
	if t.Kind != ir.KindRef {
		return nil
	}
	if i := g.instanceOf(t); i != nil && i.closed() {
		return i
	}
	return nil
}

// ref writes a value of a declared type.
func (e *encoder) ref(t *ir.Type, l loc, f form) {
	i := e.g.instanceOf(t)
	if i == nil {
		e.opaque(l)
		return
	}
	f.enum = f.enum || i.Decl.Enum != nil
	if !i.function() {
		f.named = true
		e.value(i.Body, l, f)
		return
	}
	if i.Body != nil && i.Body.Kind == ir.KindMap && !i.recursive && f.present {
		f.named = true
		e.value(i.Body, l, f)
		return
	}
	fn, args := e.g.codecs.encodeFunc(i), []string{l.pointer()}
	if i.byValue() {
		args[0] = l.value()
	}
	if i.recursive {
		args = append(args, e.deeper())
	}
	text := f.quoted && i.closed() && i.Body.Kind == ir.KindString
	if text {
		e.flush()
		n := e.local("n")
		e.mark(n)
		defer func() { e.call(e.g.codec("Requote"), n) }()
	}
	e.quote(f.quoted && i.closed() && !text, func() {
		if i.fallible {
			e.try(fn, args...)
		} else {
			e.call(fn, args...)
		}
	})
}

// mark writes the statement that keeps the length of the buffer in n.
func (e *encoder) mark(n string) { e.line(n, " := len(", e.dst, ")") }

func (e *encoder) deeper() string {
	if e.depth == "" {
		return "0"
	}
	return e.depth + "+1"
}

// marshaler writes a value by its own methods.
func (e *encoder) marshaler(t *ir.Type, l loc, f form) {
	g := e.g
	nilable := t.Marshal != nil && t.Marshal.Nilable
	self := l.pointer()
	if nilable {
		self = l.value()
	}
	write := func() {
		switch {
		case t.Kind == ir.KindTime && isGo(t, timePath, "Time"):
			e.try(g.codec("AppendTime"), l.value())
		case t.Kind == ir.KindRaw && isGo(t, jsonPath, "RawMessage"):
			e.try(g.codec("AppendRawMessage"), l.value())
		case t.Kind == ir.KindText:
			e.try(g.codec("AppendTextMarshaler"), self)
		default:
			e.try(g.codec("AppendMarshaler"), self)
		}
	}
	if nilable {
		e.nilable(l, f, "null", write)
	} else {
		write()
	}
}

func isGo(t *ir.Type, path, name string) bool {
	return t.Go == nil || t.Go.Path == path && t.Go.Name == name
}

// propertyText returns a property's name and colon as encoding/json writes them.
func propertyText(name string) string { return jsonString(name) + ":" }

func jsonString(s string) string {
	b, err := json.Marshal(s)
	if err != nil { // a string always marshals
		return strconv.Quote(s)
	}
	return string(b)
}

// jsonText returns the text of a JSON string.
func jsonText(s string) string {
	var out string
	if json.Unmarshal([]byte(s), &out) != nil {
		return s
	}
	return out
}
