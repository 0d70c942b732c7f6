package golang

import (
	"strconv"

	"github.com/dave/jennifer/jen"

	"github.com/eventgen/eventgen/internal/ir"
)

// decoder returns the expression for the field Decode of e's definition: only events that windows
// emit are read.
func (c *codecs) decoder(e *ir.Event) *jen.Statement {
	if !e.From.Client() {
		return nil
	}
	g := c.g
	payload, _ := g.payloadType(e)
	dec := newDecoder(g, e.Go)
	src, p := dec.local("src"), dec.local("p")
	constructor := "NewDecoder"
	if g.settings.RefuseUnknown {
		constructor = "NewStrictDecoder"
	}
	body := dec.nested(func() {
		dec.add(jen.Id(dec.d).Op(":=").Add(g.codec(constructor)).Call(jen.Id(src)))
		// A whole payload that is a union cannot be null.
		dec.value(e.Payload, loc{ptr: p}, form{present: c.rootUnion(e.Payload)})
		check := c.validation(e.Payload, p)
		if check == nil {
			dec.add(jen.Return(dec.read("End")))
			return
		}
		err := dec.local("err")
		dec.add(jen.If(jen.Id(err).Op(":=").Add(dec.read("End")), jen.Id(err).Op("!=").Nil()).Block(jen.Return(jen.Id(err))))
		dec.add(check...)
	})
	return jen.Func().Params(jen.Id(src).Index().Byte(), jen.Id(p).Op("*").Add(payload)).Error().Block(body...)
}

func (c *codecs) rootUnion(t *ir.Type) bool {
	i := c.g.rootFunction(t)
	return i != nil && i.decl.Union != nil
}

// validation returns the statements that let a payload check itself, or nil.
func (c *codecs) validation(t *ir.Type, p string) []jen.Code {
	g := c.g
	if t.Kind != ir.KindRef || t.Opaque || g.decls[t.Ref] == nil {
		return nil
	}
	d := g.decls[t.Ref]
	if d.Union == nil {
		if !d.Validates {
			return nil
		}
		return []jen.Code{jen.Return(g.codec("Validate").Call(jen.Id(p)))}
	}
	var cases []jen.Code
	for _, v := range d.Union.Variants {
		vd := g.decls[v.Type.Ref]
		name, ok := g.goType(v.Type)
		if vd == nil || !vd.Validates || !ok {
			continue
		}
		if v.Pointer {
			cases = append(cases, jen.Case(jen.Op("*").Add(name)).Block(jen.Return(g.codec("Validate").Call(jen.Id("x")))))
		} else {
			cases = append(cases, jen.Case(name).Block(jen.Return(g.codec("Validate").Call(jen.Op("&").Id("x")))))
		}
	}
	if cases == nil {
		return nil
	}
	return []jen.Code{
		jen.Switch(jen.Id("x").Op(":=").Parens(jen.Op("*").Id(p)).Assert(jen.Type())).Block(cases...),
		jen.Return(jen.Nil()),
	}
}

// writeDecoder writes the function that decodes i.
func (c *codecs) writeDecoder(i *instance) {
	g := c.g
	name := decodePrefix + i.stem
	typ, ok := g.goType(i.ref())
	if !ok {
		return // nothing calls it: the places that hold such a type are opaque
	}
	dec := newDecoder(g, i.stem)
	decoderParam := jen.Id(dec.d).Op("*").Add(g.codec("Decoder"))
	g.comment(name + " reads " + describe(i) + ".")
	if i.closed() {
		body := dec.nested(func() { dec.enum(i) })
		g.file.Func().Id(name).Params(decoderParam).Add(typ).Block(body...)
		g.file.Line()
		return
	}
	v := dec.local("v")
	body := dec.nested(func() {
		if i.decl.Union != nil {
			dec.union(i, v)
		} else {
			dec.value(i.body, loc{ptr: v}, form{as: i.ref()})
		}
	})
	g.file.Func().Id(name).Params(decoderParam, jen.Id(v).Op("*").Add(typ)).Block(body...)
	g.file.Line()
}

// enum writes the body of a closed enum's decoder.
func (e *decoder) enum(i *instance) {
	g := e.g
	members := jen.Id(g.codecs.members(i))
	if i.body.Kind == ir.KindString {
		e.add(jen.Return(g.converted(i.ref(), "string", e.read("OneOf", members))))
		return
	}
	at := e.local("at")
	value, from := e.read("Int", g.bits(i.body)), "int64"
	if i.body.Kind == ir.KindUint {
		value, from = e.read("Uint", g.bits(i.body)), "uint64"
	}
	e.add(jen.Id(at).Op(":=").Add(e.read("Offset")))
	e.add(jen.Return(g.converted(i.ref(), from, e.generic("Member", jen.Id(at), value, members))))
}

// union writes the body of a union's decoder.
func (e *decoder) union(i *instance, v string) {
	g, u := e.g, i.decl.Union
	found := e.local("u")
	if u.Content != "" {
		e.add(jen.Id(found).Op(":=").Add(e.read("Adjacent", text(u.Tag), text(u.Content))))
	} else {
		e.add(jen.Id(found).Op(":=").Add(e.read("Internal", text(u.Tag))))
	}
	names := g.codecs.names(i.stem, mapSlice(u.Variants, func(v *ir.Variant) string { return v.Name }))
	e.add(jen.Switch(jen.String().Call(jen.Id(found).Dot("Tag"))).BlockFunc(func(cases *jen.Group) {
		for _, variant := range u.Variants {
			name, ok := g.goType(variant.Type)
			if !ok {
				continue
			}
			cases.Case(text(variant.Name)).Block(e.nested(func() {
				x := e.local("x")
				e.add(jen.Var().Id(x).Add(name))
				e.value(variant.Type, loc{val: x}, form{})
				result := jen.Id(x)
				if variant.Pointer {
					result = jen.Op("&").Id(x)
				}
				e.add(jen.Op("*").Id(v).Op("=").Add(result))
			})...)
		}
		cases.Default().Block(e.read("UnknownVariant", jen.Id(found), jen.Id(names)))
	}))
	e.add(e.read("Leave", jen.Id(found)))
}

// names returns the name of a variable that holds list: the properties or variants that the
// decoder called by stem knows.
func (c *codecs) names(stem string, list []string) string {
	return c.variable(stem, jen.Index().String(), mapSlice(list, func(s string) jen.Code { return text(s) }))
}

// members returns the name of a variable that holds the members of a closed enum.
func (c *codecs) members(i *instance) string {
	typ := jen.Index().String()
	switch i.body.Kind {
	case ir.KindInt:
		typ = jen.Index().Int64()
	case ir.KindUint:
		typ = jen.Index().Uint64()
	}
	if name, ok := c.enums[i]; ok {
		return name
	}
	name := c.variable(i.stem, typ, mapSlice(i.decl.Enum.Members, memberLit))
	c.enums[i] = name
	return name
}

// variable declares a variable behind the functions.
func (c *codecs) variable(stem string, typ *jen.Statement, values []jen.Code) string {
	name := namesPrefix + stem
	if c.declared[name] || !c.g.names.used[name] {
		name = disambiguate(namesPrefix+stem+"Part", func(s string) bool { return c.declared[s] || c.g.names.taken(s) })
		c.g.names.used[name] = true
	}
	c.declared[name] = true
	c.variables = append(c.variables, jen.Id(name).Op("=").Add(typ).Values(values...))
	return name
}

// converted returns value, which has the predeclared type from, as a value of type t.
func (g *pkg) converted(t *ir.Type, from string, value *jen.Statement) *jen.Statement {
	own := string(t.Kind)
	if t.Bits > 0 {
		own += strconv.Itoa(t.Bits)
	}
	if t.Kind != ir.KindRef && t.Go == nil && own == from {
		return value
	}
	name, ok := g.goType(t)
	if !ok {
		return value
	}
	return name.Call(value)
}
