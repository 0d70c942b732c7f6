package golang

import (
	"github.com/dave/jennifer/jen"

	"github.com/eventgen/eventgen/internal/ir"
)

// codecs collects the encoders and decoders that the descriptors of one package need, and those
// that these need.
type codecs struct {
	g        *pkg
	encoders queue
	decoders queue
	// enums are the variables that hold the members of enums.
	enums map[*instance]string
	// declared and variables are what is declared behind the functions.
	declared  map[string]bool
	variables []jen.Code
}

// queue holds instances in the order they were first asked for.
type queue struct {
	list []*instance
	seen map[*instance]bool
	next int
}

func (q *queue) add(i *instance) {
	if q.seen == nil {
		q.seen = map[*instance]bool{}
	}
	if !q.seen[i] {
		q.seen[i] = true
		q.list = append(q.list, i)
	}
}

func (q *queue) pop() *instance {
	if q.next == len(q.list) {
		return nil
	}
	q.next++
	return q.list[q.next-1]
}

func newCodecs(g *pkg) *codecs {
	return &codecs{g: g, enums: map[*instance]string{}, declared: map[string]bool{}}
}

// encodeFunc returns the name of the function that encodes i, and sees to its being written.
func (c *codecs) encodeFunc(i *instance) string {
	c.encoders.add(i)
	return appendPrefix + i.stem
}

// decodeFunc returns the name of the function that decodes i, and sees to its being written.
func (c *codecs) decodeFunc(i *instance) string {
	c.decoders.add(i)
	return decodePrefix + i.stem
}

// encoder returns the expression for the field Encode of e's definition.
func (c *codecs) encoder(e *ir.Event) *jen.Statement {
	g := c.g
	payload, _ := g.payloadType(e)
	if i := g.rootFunction(e.Payload); i != nil && i.fallible && !i.recursive && !i.byValue() {
		return jen.Id(c.encodeFunc(i))
	}
	enc := newEncoder(g)
	p := enc.local("p")
	body := enc.nested(func() {
		l := loc{ptr: p, addr: true}
		if i := g.rootFunction(e.Payload); i != nil && i.decl.Union != nil {
			enc.rootUnion(i, l)
			return
		}
		enc.value(e.Payload, l, form{named: !e.Const})
		enc.flush()
		enc.add(jen.Return(jen.Id(enc.dst), jen.Nil()))
	})
	return jen.Func().Params(jen.Id(enc.dst).Index().Byte(), jen.Id(p).Op("*").Add(payload)).
		Params(jen.Index().Byte(), jen.Error()).Block(enc.declared(body)...)
}

// rootFunction returns the instance whose functions encode and decode a payload of type t; nil if
// it is written in place.
func (g *pkg) rootFunction(t *ir.Type) *instance {
	if t.Kind != ir.KindRef || t.Opaque {
		return nil
	}
	if i := g.instanceOf(t); i != nil && i.function() {
		return i
	}
	return nil
}

// rootUnion writes a union that is a whole payload: it must not be nil.
func (e *encoder) rootUnion(i *instance, l loc) {
	n := e.local("n")
	e.add(jen.Id(n).Op(":=").Len(jen.Id(e.dst)))
	args := []jen.Code{jen.Id(e.dst), expr(l.value())}
	if i.recursive {
		args = append(args, jen.Lit(0))
	}
	e.add(jen.List(jen.Id(e.dst), jen.Id(e.err)).Op(":=").Id(e.g.codecs.encodeFunc(i)).Call(args...))
	e.add(jen.Return(e.g.codec("NotNil").Call(jen.Id(e.dst), jen.Id(n), jen.Id(e.err))))
}

// declared returns body behind the declarations that it needs.
func (e *encoder) declared(body []jen.Code) []jen.Code {
	declarations := e.hoisted
	if e.needErr {
		declarations = append(declarations, jen.Var().Id(e.err).Error())
	}
	return append(declarations, body...)
}

// jsonKey writes the statements that return v's wire form as a key.
func (c *codecs) jsonKey(e *ir.Event, v string, quoted bool) []jen.Code {
	g := c.g
	enc := newEncoder(g)
	enc.leave = func(*jen.Statement) jen.Code { return jen.Return(g.bus("Key").Values()) }
	body := enc.nested(func() {
		enc.add(jen.Var().Id(enc.dst).Index().Byte())
		enc.value(e.Key.Type, loc{val: v, addr: true}, form{quoted: quoted})
		enc.flush()
		enc.add(jen.Return(g.bus("JSONKey").Call(jen.Id(enc.dst))))
	})
	return enc.declared(body)
}

// write writes the functions that were asked for.
func (c *codecs) write() {
	for i := c.encoders.pop(); i != nil; i = c.encoders.pop() {
		c.writeEncoder(i)
	}
	for i := c.decoders.pop(); i != nil; i = c.decoders.pop() {
		c.writeDecoder(i)
	}
	if len(c.variables) > 0 {
		c.g.comment("The names that decoders know: properties, members of enums and variants of unions.")
		c.g.file.Var().Defs(c.variables...)
	}
}

// writeEncoder writes the function that encodes i.
func (c *codecs) writeEncoder(i *instance) {
	g := c.g
	name := appendPrefix + i.stem
	typ, ok := g.goType(i.ref())
	if !ok {
		return // nothing calls it: the places that hold such a type are opaque
	}
	enc := newEncoder(g)
	v := enc.local("v")
	param := jen.Id(v).Op("*").Add(typ)
	if i.byValue() {
		param = jen.Id(v).Add(typ)
	}
	params := []jen.Code{jen.Id(enc.dst).Index().Byte(), param}
	if i.recursive {
		enc.depth = enc.local("depth")
		params = append(params, jen.Id(enc.depth).Int())
	}
	body := enc.nested(func() {
		if i.recursive {
			enc.add(jen.If(jen.Id(enc.depth).Op(">").Add(g.codec("MaxEncodeDepth"))).Block(enc.fail(g.codec("TooDeep").Call())))
		}
		switch {
		case i.decl.Union != nil:
			enc.union(i.decl.Union, v)
			return
		case i.closed():
			enc.enum(i, v)
			return
		}
		enc.value(i.body, loc{ptr: v, addr: !i.decl.Value}, form{named: true})
		enc.flush()
		if i.fallible {
			enc.add(jen.Return(jen.Id(enc.dst), jen.Nil()))
		} else {
			enc.add(jen.Return(jen.Id(enc.dst)))
		}
	})
	results := jen.Index().Byte()
	if i.fallible {
		results = jen.Params(jen.Index().Byte(), jen.Error())
	}
	g.comment(name + " appends " + describe(i) + " as JSON.")
	g.file.Func().Id(name).Params(params...).Add(results).Block(enc.declared(body)...)
	g.file.Line()
}

// describe names a type in a comment.
func describe(i *instance) string {
	article := "a "
	switch i.decl.Go.Name[0] {
	case 'A', 'E', 'I', 'O', 'U', 'a', 'e', 'i', 'o', 'u':
		article = "an "
	}
	name := i.decl.Go.Name
	if len(i.args) > 0 || len(i.decl.Go.Args) > 0 {
		name += "[…]"
	}
	if i.decl.Value {
		return article + name + " that is not addressable"
	}
	return article + name
}
