package golang

import (
	"strconv"

	"github.com/dave/jennifer/jen"

	"github.com/eventgen/eventgen/internal/ir"
)

// codecs collects the encoders and decoders that the descriptors of one package need, and those
// that these need.
type codecs struct {
	g        *pkg
	encoders queue
	decoders queue
	payloads []func() // write the codecs of payloads that have no type with functions of its own
	stems    map[*ir.Event]string
	// enums are the variables that hold the members of enums.
	enums map[*instance]string
	// declared and variables are what is declared behind the functions.
	declared  map[string]bool
	variables []jen.Code
	// source holds the functions.
	source
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
	const perDecl = 2 << 10 // bytes that an encoder often takes
	return &codecs{
		g: g, enums: map[*instance]string{}, declared: map[string]bool{}, stems: map[*ir.Event]string{},
		source: source{text: make([]byte, 0, perDecl*len(g.ir.Decls))},
	}
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

// encoder returns the function for the field Encode of e's definition.
func (c *codecs) encoder(e *ir.Event) string {
	g := c.g
	root := g.rootFunction(e.Payload)
	if root != nil && !root.recursive && !root.byValue() {
		return c.encodeFunc(root)
	}
	name := appendPrefix + c.payloadStem(e)
	c.payloads = append(c.payloads, func() {
		payload, _ := g.payloadType(e)
		enc := newEncoder(g, &c.source)
		p := enc.local("p")
		c.line()
		c.line("// ", name, " appends the payload of ", strconv.Quote(e.Name), " as JSON.")
		enc.body("func "+name+"("+enc.dst+" []byte, "+p+" *"+payload+") ([]byte, error)", func() {
			l := loc{ptr: p, addr: true}
			if root != nil && root.Decl.Union != nil {
				enc.rootUnion(root, l)
				return
			}
			enc.value(e.Payload, l, form{named: !e.Const})
			enc.flush()
			enc.line("return ", enc.dst, ", nil")
		})
	})
	return name
}

// payloadStem is what the names of the codec of e's payload end with.
func (c *codecs) payloadStem(e *ir.Event) string {
	stem, ok := c.stems[e]
	if !ok {
		stem = c.g.names.codecStem(e.Go + "Payload")
		c.stems[e] = stem
	}
	return stem
}

// rootFunction returns the instance whose functions encode and decode a payload of type t; nil if
// it is written in place.
func (g *pkg) rootFunction(t *ir.Type) *instance {
	if t == nil || t.Kind != ir.KindRef || t.Opaque {
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
	e.mark(n)
	args := []string{l.value()}
	if i.recursive {
		args = append(args, "0")
	}
	e.line(e.dst, ", ", e.err, " := ", e.appending(e.g.codecs.encodeFunc(i), args))
	e.line("return ", call(e.g.codec("NotNil"), e.dst, n, e.err))
}

// write writes the functions that were asked for.
func (c *codecs) write() {
	for _, write := range c.payloads {
		write()
	}
	for i := c.encoders.pop(); i != nil; i = c.encoders.pop() {
		c.writeEncoder(i)
	}
	for i := c.decoders.pop(); i != nil; i = c.decoders.pop() {
		c.writeDecoder(i)
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
	enc := newEncoder(g, &c.source)
	v := enc.local("v")
	params := enc.dst + " []byte, " + v + " *" + typ
	if i.byValue() {
		params = enc.dst + " []byte, " + v + " " + typ
	}
	if i.recursive {
		enc.depth = enc.local("depth")
		params += ", " + enc.depth + " int"
	}
	results, end := "[]byte", ""
	if i.fallible {
		results, end = "([]byte, error)", ", nil"
	}
	c.line()
	c.line("// ", name, " appends ", describe(i), " as JSON.")
	enc.body("func "+name+"("+params+") "+results, func() {
		if i.recursive {
			enc.block("if "+enc.depth+" > "+g.codec("MaxEncodeDepth"), func() { enc.fail(call(g.codec("TooDeep"))) })
		}
		switch {
		case i.Decl.Union != nil:
			enc.union(i.Decl.Union, v)
			return
		case i.closed():
			enc.enum(i, v)
			return
		}
		enc.value(i.Body, loc{ptr: v, addr: !i.Decl.Value}, form{named: true})
		enc.flush()
		enc.line("return ", enc.dst, end)
	})
}

// describe names a type in a comment.
func describe(i *instance) string {
	article := "a "
	switch i.Decl.Go.Name[0] {
	case 'A', 'E', 'I', 'O', 'U', 'a', 'e', 'i', 'o', 'u':
		article = "an "
	}
	name := i.Decl.Go.Name
	if len(i.Args) > 0 || len(i.Decl.Go.Args) > 0 {
		name += "[…]"
	}
	if i.Decl.Value {
		return article + name + " that is not addressable"
	}
	return article + name
}
