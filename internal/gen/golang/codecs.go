package golang

import (
	"github.com/dave/jennifer/jen"

	"github.com/eventgen/eventgen/internal/ir"
)

// codecs collects the encoders and decoders that the descriptors of one package need.
type codecs struct {
	g *pkg
}

func newCodecs(g *pkg) *codecs { return &codecs{g: g} }

// encoder returns the expression for the field Encode of e's definition; nil leaves the payload
// to encoding/json.
func (c *codecs) encoder(*ir.Event) *jen.Statement { return nil }

// decoder returns the expression for the field Decode of e's definition; nil leaves the payload
// to encoding/json.
func (c *codecs) decoder(*ir.Event) *jen.Statement { return nil }

// jsonKey writes the statements that return v's wire form as a key.
func (c *codecs) jsonKey(_ *ir.Event, v *jen.Statement, _ bool) []jen.Code {
	g := c.g
	return []jen.Code{
		jen.List(jen.Id("text"), jen.Id("_")).Op(":=").Add(g.qual(jsonPath, "json", "Marshal")).Call(jen.Op("&").Add(v)),
		jen.Return(g.bus("JSONKey").Call(jen.Id("text"))),
	}
}

func (c *codecs) write() {}
