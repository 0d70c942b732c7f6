package golang

import (
	"slices"
	"strconv"

	"github.com/dave/jennifer/jen"

	"github.com/eventgen/eventgen/internal/ir"
)

// decoder returns the function for the field Decode of e's definition: only events that windows
// emit are read.
func (c *codecs) decoder(e *ir.Event) string {
	if !e.From.Client() {
		return ""
	}
	g := c.g
	name := decodePrefix + c.payloadStem(e)
	c.payloads = append(c.payloads, func() {
		payload, _ := g.payloadType(e)
		dec := newDecoder(g, &c.source, e.Go)
		src, p := dec.local("src"), dec.local("p")
		constructor := "NewDecoder"
		if g.settings.RefuseUnknown {
			constructor = "NewStrictDecoder"
		}
		c.line()
		c.line("// ", name, " reads the payload of ", strconv.Quote(e.Name), " from JSON.")
		dec.block("func "+name+"("+src+" []byte, "+p+" *"+payload+") error", func() {
			dec.line(dec.d, " := ", call(g.codec(constructor), src))
			// A whole payload that is a union cannot be null.
			dec.value(e.Payload, loc{ptr: p}, form{present: c.rootUnion(e.Payload)})
			dec.end(e.Payload, p)
		})
	})
	return name
}

func (c *codecs) rootUnion(t *ir.Type) bool {
	i := c.g.rootFunction(t)
	return i != nil && i.Decl.Union != nil
}

// end writes how a payload at p is finished: it checks itself, if it has a method for that.
func (e *decoder) end(t *ir.Type, p string) {
	g := e.g
	d := g.types.Decl(t)
	if t.Kind != ir.KindRef || t.Opaque || d == nil || !g.validates(d) {
		e.line("return ", e.read("End"))
		return
	}
	err := e.local("err")
	e.block("if "+err+" := "+e.read("End")+"; "+err+" != nil", func() { e.line("return ", err) })
	if d.Union == nil {
		e.line("return ", call(g.codec("Validate"), p))
		return
	}
	e.line("switch x := (*", p, ").(type) {")
	for _, v := range d.Union.Variants {
		vd := g.types.Decl(v.Type)
		if vd == nil || !vd.Validates {
			continue
		}
		name, ok := g.goType(v.Type)
		switch {
		case ok && v.Pointer:
			e.clause("case *"+name, func() { e.line("return ", call(g.codec("Validate"), "x")) })
		case ok:
			e.clause("case "+name, func() { e.line("return ", call(g.codec("Validate"), "&x")) })
		}
	}
	e.line("}")
	e.line("return nil")
}

// validates reports whether values of d, or of a variant of it, can check themselves.
func (g *pkg) validates(d *ir.Decl) bool {
	if d.Union == nil {
		return d.Validates
	}
	return slices.ContainsFunc(d.Union.Variants, func(v *ir.Variant) bool {
		vd := g.types.Decl(v.Type)
		if vd == nil || !vd.Validates {
			return false
		}
		_, ok := g.goType(v.Type)
		return ok
	})
}

// writeDecoder writes the function that decodes i.
func (c *codecs) writeDecoder(i *instance) {
	g := c.g
	name := decodePrefix + i.stem
	typ, ok := g.goType(i.ref())
	if !ok {
		return // nothing calls it: the places that hold such a type are opaque
	}
	dec := newDecoder(g, &c.source, i.stem)
	param := dec.d + " *" + g.codec("Decoder")
	c.line()
	c.line("// ", name, " reads ", describe(i), ".")
	if i.closed() {
		dec.block("func "+name+"("+param+") "+typ, func() { dec.enum(i) })
		return
	}
	v := dec.local("v")
	dec.block("func "+name+"("+param+", "+v+" *"+typ+")", func() {
		if i.Decl.Union != nil {
			dec.union(i, v)
		} else {
			dec.value(i.Body, loc{ptr: v}, form{as: i.ref()})
		}
	})
}

// enum writes the body of a closed enum's decoder.
func (e *decoder) enum(i *instance) {
	g := e.g
	members := g.codecs.members(i)
	if i.Body.Kind == ir.KindString {
		e.line("return ", g.converted(i.ref(), "string", e.read("OneOf", members)))
		return
	}
	at := e.local("at")
	value, from := e.read("Int", g.bits(i.Body)), "int64"
	if i.Body.Kind == ir.KindUint {
		value, from = e.read("Uint", g.bits(i.Body)), "uint64"
	}
	e.line(at, " := ", e.read("Offset"))
	e.line("return ", g.converted(i.ref(), from, e.generic("Member", at, value, members)))
}

// union writes the body of a union's decoder.
func (e *decoder) union(i *instance, v string) {
	g, u := e.g, i.Decl.Union
	found := e.local("u")
	if u.Content != "" {
		e.line(found, " := ", e.read("Adjacent", text(u.Tag), text(u.Content)))
	} else {
		e.line(found, " := ", e.read("Internal", text(u.Tag)))
	}
	names := g.codecs.names(i.stem, mapSlice(u.Variants, func(v *ir.Variant) string { return v.Name }))
	e.line("switch string(", found, ".Tag) {")
	for _, variant := range u.Variants {
		name, ok := g.goType(variant.Type)
		if !ok {
			continue
		}
		e.clause("case "+text(variant.Name), func() {
			x := e.local("x")
			e.line("var ", x, " ", name)
			e.line(e.generic("Charge", "&"+x))
			e.value(variant.Type, loc{val: x}, form{})
			if variant.Pointer {
				e.line("*", v, " = &", x)
			} else {
				e.line("*", v, " = ", x)
			}
		})
	}
	e.clause("default", func() { e.line(e.read("UnknownVariant", found, names)) })
	e.line("}")
	e.line(e.read("Leave", found))
}

// names returns the name of a variable that holds list: the properties or variants that the
// decoder called by stem knows.
func (c *codecs) names(stem string, list []string) string {
	return c.variable(stem, "string", mapSlice(list, text))
}

// members returns the name of a variable that holds the members of a closed enum.
func (c *codecs) members(i *instance) string {
	typ := "string"
	switch i.Body.Kind {
	case ir.KindInt:
		typ = "int64"
	case ir.KindUint:
		typ = "uint64"
	}
	if name, ok := c.enums[i]; ok {
		return name
	}
	name := c.variable(i.stem, typ, mapSlice(i.Decl.Enum.Members, member))
	c.enums[i] = name
	return name
}

// variable declares a list of names or members behind the functions.
func (c *codecs) variable(stem, elem string, values []string) string {
	name := namesPrefix + stem
	if c.declared[name] || !c.g.names.used[name] {
		name = disambiguate(namesPrefix+stem+"Part", func(s string) bool { return c.declared[s] || c.g.names.taken(s) })
		c.g.names.used[name] = true
	}
	c.declared[name] = true
	c.variables = append(c.variables, jen.Id(name).Op("=").Index().Id(elem).Values(mapSlice(values, func(s string) jen.Code { return expr(s) })...))
	return name
}
